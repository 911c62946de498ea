import { mergeContext, withoutReadOnly } from '../../domain/context.ts'
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts'
import type { AgentResponse } from '../../domain/message.ts'
import { contextDifference } from '../context-difference.ts'
import type {
  ConversationTest,
  ExpectedEvent,
  ExpectedResponse,
  TestAnswer,
  TestTurn,
} from '../document/document.ts'
import type { RecordedTurn } from '../replay/recorded-turn.ts'
import type { RecordedAsk } from '../turn-types.ts'
import { understoodIntent } from './check-turn.ts'
import type { TestOutcome } from './run-tests.ts'

/**
 * A real conversation as a test: what was said and sent, how much time passed, what somebody outside answered, and
 * what came of it as what is expected. Private: it holds the words and the context of a real person.
 */
export const conversationAsTest = (name: string, recorded: readonly RecordedTurn[]): ConversationTest => {
  const [first] = recorded
  const start = first?.input.now ?? 0
  const context = withoutReadOnly(first?.input.context ?? {})
  const answers = recorded.flatMap(({ asks }) => asks.flatMap(answerOf)).slice(0, answersMax)
  return {
    test: name,
    at: new Date(start).toISOString().replace(/\.\d+Z$/, 'Z'),
    ...(Object.keys(context).length === 0 ? {} : { context: copied(context) }),
    session_timeout: sessionTimeoutSeconds,
    turns: recorded.flatMap((turn, index) => turnsOf(turn, recorded[index - 1])).slice(0, turnsMax),
    ...(answers.length === 0 ? {} : { answers }),
  }
}

const answersMax = 100
const turnsMax = 200
/** The session was alive: the longest there is. */
const sessionTimeoutSeconds = 1_296_000

/** Leaves out what does not hold: what the chance of the test decides otherwise than that of the real turn. */
export const withoutMisses = (test: ConversationTest, { turns }: TestOutcome): ConversationTest => ({
  ...test,
  turns: test.turns.map((turn, index) => {
    const missed = new Set((turns[index]?.misses ?? []).map(({ what }) => what))
    if (missed.size === 0 || turn.expect === undefined) return turn
    const { expect, ...rest } = turn
    const kept = Object.entries(expect).flatMap(([key, value]): [string, unknown][] => {
      if (missed.has(key)) return []
      if (key === 'responses' && Array.isArray(value)) {
        const held = value.filter((_, place) => !missed.has(`responses[${place}]`))
        return held.length === 0 ? [] : [[key, held]]
      }
      if (key === 'variables' && isJsonObject(value)) {
        const held = Object.entries(value).filter(([path]) => !missed.has(`variables.${path}`))
        return held.length === 0 ? [] : [[key, Object.fromEntries(held)]]
      }
      return [[key, value]]
    })
    return kept.length === 0 ? rest : { ...rest, expect: Object.fromEntries(kept) }
  }),
})

const turnsOf = (recorded: RecordedTurn, before: RecordedTurn | undefined): TestTurn[] => {
  const { input } = recorded
  const expect = expectationOf(recorded)
  if (input.kind === 'session_start') return [{ expect }]
  const passedSeconds = before === undefined ? 0 : Math.floor((input.now - before.input.now) / 1000)
  const context = before === undefined ? undefined : contextSentBetween(before, recorded)
  return [
    ...(passedSeconds < 1 ? [] : [{ advance: `${Math.min(passedSeconds, advanceSecondsMax)}s` }]),
    {
      ...(input.text === undefined || input.text === '' ? {} : { user: input.text }),
      ...(input.attachments === undefined
        ? {}
        : {
            attachments: input.attachments.map(({ type, mime_type: mimeType, url, id, filename }) => ({
              type,
              mime_type: mimeType,
              url: url ?? `https://files.example/${id ?? 'file'}`,
              ...(filename === undefined ? {} : { filename }),
            })),
          }),
      ...(context === undefined ? {} : { context: copied(context) }),
      expect,
    },
  ]
}

const advanceSecondsMax = 999_999

/** What the customer's system changed in the context after the one turn and before the other. */
const contextSentBetween = (before: RecordedTurn, after: RecordedTurn): JsonObject | undefined =>
  contextDifference(
    withoutReadOnly(mergeContext(before.input.context, before.result.contextPatch ?? {})),
    withoutReadOnly(after.input.context),
  )

const expectationOf = ({ result, trace }: RecordedTurn): NonNullable<TestTurn['expect']> => {
  const intent = understoodIntent(trace)
  const node = trace.nodes.at(-1)
  const responses = result.responses.map(responseOf)
  const variables = Object.entries(trace.variables ?? {}).map(([path, { after }]): [string, Json] => [
    path,
    after,
  ])
  return {
    ...(intent === null ? {} : { intent }),
    ...(node === undefined ? {} : { node }),
    ...(responses.length === 0 ? { silence: true } : { responses }),
    ...(variables.length === 0 ? {} : { variables: Object.fromEntries(variables) }),
    events: result.effects.map((effect): ExpectedEvent => {
      if (effect.type === 'tag') return { tag: effect.tag }
      if (effect.type === 'close') return 'closed'
      return effect.department === undefined ? 'handover' : { handover: effect.department }
    }),
  }
}

const responseOf = (response: AgentResponse): ExpectedResponse => {
  if (response.type !== 'text') return { type: response.type }
  const labels = (response.options ?? []).map(({ label }) => label)
  return { exact: response.text, ...(labels.length === 0 ? {} : { options: labels }) }
}

const answerOf = ({ ask, answer }: RecordedAsk): TestAnswer[] => {
  const given = answer.ok ? undefined : { error: answer.error }
  const value = answer.ok ? answer.value : null
  switch (ask.kind) {
    case 'embed':
      return []
    case 'webhook':
      return [
        { webhook: ask.webhook_id, ...(given ?? { response: isJsonObject(value) ? copied(value) : {} }) },
      ]
    case 'tool':
      return [{ tool: `${ask.server_id}.${ask.tool}`, ...(given ?? { result: value }) }]
    case 'model':
      return [{ model: textIn(value), ...given }]
    case 'search':
      return [{ passages: passagesIn(value), ...given }]
  }
}

const textIn = (value: Json): string => {
  const text = isJsonObject(value) ? value['text'] : undefined
  return typeof text === 'string' ? text : ''
}

const passagesIn = (value: Json): NonNullable<TestAnswer['passages']> => {
  const passages = isJsonObject(value) ? value['passages'] : undefined
  if (!Array.isArray(passages)) return []
  return passages.flatMap((passage: Json) => {
    if (!isJsonObject(passage)) return []
    const { title, text, score, url } = passage
    if (typeof title !== 'string' || typeof text !== 'string') return []
    return [
      {
        title,
        text,
        ...(typeof score === 'number' ? { score } : {}),
        ...(typeof url === 'string' ? { url } : {}),
      },
    ]
  })
}

const copied = (value: JsonObject): Record<string, Json> => ({ ...value })
