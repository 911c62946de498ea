import Type, { type Static } from 'typebox'
import type { Json } from '../../domain/json.ts'
import { closed, documentLimits, Id, Label, Slug, Text, Url, Variable } from './words.ts'

/** JSON of any form; what it holds is compared, never run. */
const AnyJson = Type.Unsafe<Json>({})

const JsonByName = Type.Record(Type.String({ pattern: '^\\w[\\w-]*$', maxLength: 256 }), AnyJson, {
  maxProperties: documentLimits.variablesMax,
  additionalProperties: false,
})

const Attachment = Type.Object(
  {
    type: Type.Union([
      Type.Literal('image'),
      Type.Literal('audio'),
      Type.Literal('video'),
      Type.Literal('file'),
    ]),
    mime_type: Label,
    url: Url,
    filename: Type.Optional(Label),
  },
  closed,
)

/** Met by one response of the turn that has all of it. */
const ExpectedResponse = Type.Object(
  {
    type: Type.Optional(Label),
    exact: Type.Optional(Type.String({ maxLength: documentLimits.textLengthMax })),
    contains: Type.Optional(Text),
    /** A regular expression, run in linear time, that matches somewhere in the text. */
    pattern: Type.Optional(Type.String({ minLength: 1, maxLength: documentLimits.patternLengthMax })),
    /** The labels of the quick replies, all of them and in their order. */
    options: Type.Optional(Type.Array(Label, { maxItems: documentLimits.optionsMax })),
  },
  { ...closed, minProperties: 1 },
)

/** `handover` and `closed` come from the agent, `expired` from the clock; a tag and a department are named. */
const ExpectedEvent = Type.Union([
  Type.Literal('handover'),
  Type.Literal('closed'),
  Type.Literal('expired'),
  Type.Object(
    { tag: Type.Optional(Label), handover: Type.Optional(Label) },
    { ...closed, minProperties: 1, maxProperties: 1 },
  ),
])

const Expectation = Type.Object(
  {
    /** The intent that was understood; null: none was. */
    intent: Type.Optional(Type.Union([Slug, Type.Null()])),
    /** One of the nodes that were walked. */
    node: Type.Optional(Id),
    /** Each is met by a response, in this order; others may stand between. */
    responses: Type.Optional(
      Type.Array(ExpectedResponse, { minItems: 1, maxItems: documentLimits.actionsMax }),
    ),
    /** Texts that no response may contain. */
    never_says: Type.Optional(Type.Array(Text, { minItems: 1, maxItems: documentLimits.textsMax })),
    /** By their path in the context, after the turn; null: not there. */
    variables: Type.Optional(
      Type.Record(Variable, AnyJson, {
        minProperties: 1,
        maxProperties: documentLimits.variablesMax,
        additionalProperties: false,
      }),
    ),
    /** Exactly these, in any order; an empty list: none. */
    events: Type.Optional(Type.Array(ExpectedEvent, { maxItems: documentLimits.actionsMax })),
    /** True: the agent says nothing. */
    silence: Type.Optional(Type.Boolean()),
    /** Titles of documents that the answer must stand on. */
    sources: Type.Optional(Type.Array(Label, { minItems: 1, maxItems: documentLimits.textsMax })),
  },
  { ...closed, minProperties: 1 },
)

/**
 * `user` or `attachments`: a message. Neither of them: what the agent says first, and so only as the first turn.
 * `advance` moves the clock and stands alone, but for what is to happen while time passes.
 */
const TestTurn = Type.Object(
  {
    user: Type.Optional(Type.String({ minLength: 1, maxLength: documentLimits.textLengthMax })),
    attachments: Type.Optional(Type.Array(Attachment, { minItems: 1, maxItems: 10 })),
    /** What the message changes in the session's context. */
    context: Type.Optional(JsonByName),
    advance: Type.Optional(
      Type.String({ pattern: '^[0-9]{1,6} ?(s|m|h|d)$', description: '90s, 15m, 24h, 2d' }),
    ),
    expect: Type.Optional(Expectation),
  },
  { ...closed, minProperties: 1 },
)

const Passage = Type.Object(
  {
    title: Label,
    text: Text,
    heading: Type.Optional(Label),
    url: Type.Optional(Url),
    /** 0 to 1; 1 without it. */
    score: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  },
  closed,
)

/**
 * What somebody outside answers, so that a test needs nobody: one of webhook, tool, model and passages. Answers of
 * the same kind and name are given in their order, the last one again and again.
 */
const TestAnswer = Type.Object(
  {
    webhook: Type.Optional(Id),
    /** Of a webhook: `{ responses?, context? }`. */
    response: Type.Optional(JsonByName),
    /** Of an MCP server, `server.tool`. */
    tool: Type.Optional(Label),
    result: Type.Optional(AnyJson),
    /** What the language model writes. */
    model: Type.Optional(Type.String({ maxLength: documentLimits.textLengthMax })),
    /** What it calls before, each with its arguments. */
    tool_calls: Type.Optional(
      Type.Array(Type.Object({ tool: Label, arguments: Type.Optional(JsonByName) }, closed), {
        minItems: 1,
        maxItems: 10,
      }),
    ),
    /** What the knowledge finds. */
    passages: Type.Optional(Type.Array(Passage, { maxItems: 20 })),
    /** Instead of an answer: why there is none. */
    error: Type.Optional(Text),
  },
  { ...closed, minProperties: 1 },
)

/** A conversation and what is expected of it (agent spec 2.5). */
export const ConversationTest = Type.Object(
  {
    test: Label,
    /** The context that the session begins with. */
    context: Type.Optional(JsonByName),
    /** When the clock starts; Monday, 5 January 2026, 9:00 UTC without it. */
    at: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d(:\\d\\d)?(Z|[+-]\\d\\d:\\d\\d)?)?$',
        description: '2026-01-05T09:00:00Z',
      }),
    ),
    /** Seconds without activity after which the session is over; a day without it. */
    session_timeout: Type.Optional(Type.Integer({ minimum: 60, maximum: 1_296_000 })),
    turns: Type.Array(TestTurn, { minItems: 1, maxItems: documentLimits.testTurnsMax }),
    answers: Type.Optional(Type.Array(TestAnswer, { maxItems: 100 })),
    /** How often it runs when a real model is asked; each run with other chances. */
    runs: Type.Optional(Type.Integer({ minimum: 1, maximum: 20 })),
    /** How many of the runs must hold; all without it. */
    passes_min: Type.Optional(Type.Integer({ minimum: 1, maximum: 20 })),
  },
  closed,
)

export type ConversationTest = Static<typeof ConversationTest>
export type TestTurn = Static<typeof TestTurn>
export type Expectation = Static<typeof Expectation>
export type ExpectedResponse = Static<typeof ExpectedResponse>
export type ExpectedEvent = Static<typeof ExpectedEvent>
export type TestAnswer = Static<typeof TestAnswer>
