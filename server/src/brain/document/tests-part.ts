import Type, { type Static } from 'typebox'
import type { Json } from '../../domain/json.ts'
import { closed, described, documentLimits, Id, Label, optional, Slug, Text, Url, Variable } from './words.ts'

/** JSON of any form; what it holds is compared, never run. */
const AnyJson = Type.Unsafe<Json>({})

const JsonByName = Type.Record(Type.String({ pattern: '^\\w[\\w-]*$', maxLength: 256 }), AnyJson, {
  maxProperties: documentLimits.variablesMax,
  additionalProperties: false,
})

export const Attachment = Type.Object(
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
export const ExpectedResponse = Type.Object(
  {
    type: optional(Label, '`text`, `image`, `carousel` and so on.'),
    exact: optional(Type.String({ maxLength: documentLimits.textLengthMax }), 'The whole text.'),
    contains: optional(Text, 'A part of the text.'),
    pattern: optional(
      Type.String({ minLength: 1, maxLength: documentLimits.patternLengthMax }),
      'A regular expression, run in linear time, that matches somewhere in the text.',
    ),
    options: optional(
      Type.Array(Label, { maxItems: documentLimits.optionsMax }),
      'The labels of the quick replies, all of them and in their order.',
    ),
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

export const Expectation = Type.Object(
  {
    intent: optional(Type.Union([Slug, Type.Null()]), 'The intent that was understood; null: none was.'),
    node: optional(Id, 'One of the nodes that were walked.'),
    responses: optional(
      Type.Array(ExpectedResponse, { minItems: 1, maxItems: documentLimits.actionsMax }),
      'Each is met by a response, in this order; others may stand between.',
    ),
    never_says: optional(
      Type.Array(Text, { minItems: 1, maxItems: documentLimits.textsMax }),
      'Texts that no response may contain.',
    ),
    variables: optional(
      Type.Record(Variable, AnyJson, {
        minProperties: 1,
        maxProperties: documentLimits.variablesMax,
        additionalProperties: false,
      }),
      'By their path in the context, after the turn; null: not there.',
    ),
    events: optional(
      Type.Array(ExpectedEvent, { maxItems: documentLimits.actionsMax }),
      'Exactly these, in any order; an empty list: none. `handover`, `closed`, `expired`, `{tag: NAME}`, `{handover: DEPARTMENT}`.',
    ),
    silence: optional(Type.Boolean(), 'True: the agent says nothing.'),
    sources: optional(
      Type.Array(Label, { minItems: 1, maxItems: documentLimits.textsMax }),
      'Titles of documents that the answer must stand on.',
    ),
  },
  { ...closed, minProperties: 1 },
)

/** Neither `user` nor `attachments`: what the agent says first, and so only as the first turn. */
export const TestTurn = Type.Object(
  {
    user: optional(
      Type.String({ minLength: 1, maxLength: documentLimits.textLengthMax }),
      'What the user writes.',
    ),
    attachments: optional(Type.Array(Attachment, { minItems: 1, maxItems: 10 }), 'What the user sends.'),
    context: optional(JsonByName, 'What the message changes in the context of the session.'),
    advance: optional(
      Type.String({
        pattern: '^[0-9]{1,6} ?(s|m|h|d)$',
        patternErrorMessage: 'use a number with s, m, h or d, as 90s, 15m, 24h or 2d',
      }),
      'Moves the clock: `90s`, `15m`, `24h`, `2d`. Stands alone, but for the events that are expected of it.',
    ),
    expect: optional(Expectation, 'What must come of it.'),
  },
  { ...closed, minProperties: 1 },
)

export const Passage = Type.Object(
  {
    title: described(Label, 'Of the document.'),
    text: described(Text, 'The passage.'),
    heading: optional(Label, 'What stands above it.'),
    url: optional(Url, 'Where the document is.'),
    score: optional(Type.Number({ minimum: 0, maximum: 1 }), 'How near it is to the question.', 1),
  },
  closed,
)

export const ScriptedCall = Type.Object(
  {
    tool: described(Label, '`webhook.ID` or `mcp.SERVER.TOOL`.'),
    arguments: optional(JsonByName, 'By their names.', {}),
  },
  closed,
)

export const TestAnswer = Type.Object(
  {
    webhook: optional(Id, 'The webhook that answers.'),
    response: optional(JsonByName, 'Of a webhook: `{responses, context}`, both optional.'),
    tool: optional(Label, 'The tool of an MCP server that answers, `SERVER.TOOL`.'),
    result: optional(AnyJson, 'Of a tool.'),
    model: optional(
      Type.String({ maxLength: documentLimits.textLengthMax }),
      'What the language model writes.',
    ),
    tool_calls: optional(
      Type.Array(ScriptedCall, { minItems: 1, maxItems: 10 }),
      'What the model calls before.',
    ),
    passages: optional(Type.Array(Passage, { maxItems: 20 }), 'What the knowledge finds.'),
    error: optional(Text, 'Instead of an answer: why there is none.'),
  },
  { ...closed, minProperties: 1 },
)

/** A conversation and what is expected of it (agent spec 2.5). */
export const ConversationTest = Type.Object(
  {
    test: described(Label, 'Its name: what is promised, in a sentence.'),
    context: optional(JsonByName, 'The context that the session begins with.'),
    at: optional(
      Type.String({
        pattern: '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d(:\\d\\d)?(Z|[+-]\\d\\d:\\d\\d)?)?$',
        patternErrorMessage: 'write it like 2026-01-05T09:00:00Z',
      }),
      'When the clock starts.',
      '2026-01-05T09:00:00Z',
    ),
    session_timeout: optional(
      Type.Integer({ minimum: 60, maximum: 1_296_000 }),
      'Seconds without activity after which the session is over.',
      86_400,
    ),
    turns: described(
      Type.Array(TestTurn, { minItems: 1, maxItems: documentLimits.testTurnsMax }),
      'The conversation. A first turn with nothing but `expect` is what the agent says before anybody wrote.',
    ),
    answers: optional(
      Type.Array(TestAnswer, { maxItems: 100 }),
      'What somebody outside answers. Those of one kind and name are given in their order, the last one again and again.',
    ),
    runs: optional(
      Type.Integer({ minimum: 1, maximum: 20 }),
      'How often it runs when a real model is asked; each run with other chances.',
      3,
    ),
    passes_min: optional(
      Type.Integer({ minimum: 1, maximum: 20 }),
      'How many of the runs must hold; all without it.',
    ),
  },
  closed,
)

export type ConversationTest = Static<typeof ConversationTest>
export type TestTurn = Static<typeof TestTurn>
export type Expectation = Static<typeof Expectation>
export type ExpectedResponse = Static<typeof ExpectedResponse>
export type ExpectedEvent = Static<typeof ExpectedEvent>
export type TestAnswer = Static<typeof TestAnswer>
