import type { Json } from '../../domain/json.ts'
import type { AgentResponse } from '../../domain/message.ts'
import { understoodIntent } from '../testing/check-turn.ts'
import type { Ask, Trace, TurnResult } from '../turn-types.ts'

/** What a user or the customer's system would notice, and what led there. */
export type DifferenceKind =
  | 'intent'
  | 'nodes'
  | 'variables'
  | 'responses'
  | 'handover'
  | 'closed'
  | 'tags'
  | 'unrecorded_ask'

export interface TurnDifference {
  readonly what: DifferenceKind
  /** As recorded. */
  readonly before: Json
  /** As thought again. */
  readonly after: Json
}

export type Thought = Pick<TurnResult, 'responses' | 'effects'> & { readonly trace: Trace }

/** Confidence and the like move with every training; they are no difference unless they lead to one. */
export const turnDifferences = (
  before: Thought,
  after: Thought,
  unrecorded: readonly Ask[],
): readonly TurnDifference[] => {
  const compared: readonly TurnDifference[] = [
    { what: 'intent', before: understoodIntent(before.trace), after: understoodIntent(after.trace) },
    { what: 'nodes', before: [...before.trace.nodes], after: [...after.trace.nodes] },
    { what: 'variables', before: variablesOf(before), after: variablesOf(after) },
    { what: 'responses', before: responsesOf(before), after: responsesOf(after) },
    { what: 'handover', before: handoverOf(before), after: handoverOf(after) },
    { what: 'closed', before: closes(before), after: closes(after) },
    { what: 'tags', before: tagsOf(before), after: tagsOf(after) },
  ]
  return [
    ...compared.filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after)),
    ...unrecorded.map(
      (ask): TurnDifference => ({ what: 'unrecorded_ask', before: null, after: askShape(ask) }),
    ),
  ]
}

export const handsOver = ({ effects }: Pick<Thought, 'effects'>): boolean =>
  effects.some(({ type }) => type === 'handover')

/** By their path, what they are afterwards. */
const variablesOf = ({ trace }: Thought): Json =>
  Object.fromEntries(
    Object.entries(trace.variables ?? {})
      .map(([path, { after }]): [string, Json] => [path, after])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  )

const responsesOf = ({ responses }: Thought): Json => responses.map(responseJson)

const responseJson = (response: AgentResponse): Json => JSON.parse(JSON.stringify(response))

const handoverOf = ({ effects }: Thought): Json => {
  const handover = effects.find((effect) => effect.type === 'handover')
  if (!handover) return false
  return handover.department ?? true
}

const closes = ({ effects }: Thought): boolean => effects.some(({ type }) => type === 'close')

const tagsOf = ({ effects }: Thought): Json =>
  effects.flatMap((effect) => (effect.type === 'tag' ? [effect.tag] : []))

const askedMax = 200

/** Enough of the ask to know which it is. */
const askShape = (ask: Ask): Json => {
  switch (ask.kind) {
    case 'webhook':
      return { kind: ask.kind, webhook_id: ask.webhook_id }
    case 'tool':
      return { kind: ask.kind, tool: `${ask.server_id}.${ask.tool}` }
    case 'model':
      return { kind: ask.kind, purpose: ask.purpose }
    case 'search':
      return { kind: ask.kind, query: ask.query.slice(0, askedMax) }
    case 'embed':
      return { kind: ask.kind, text: ask.text.slice(0, askedMax) }
  }
}
