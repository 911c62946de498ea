import { mergeContext } from '../../domain/context.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Agent } from '../agent.ts'
import { contextDifference } from '../context-difference.ts'
import { think } from '../turn.ts'
import type { Thinking, TurnInput, TurnResult } from '../turn-types.ts'
import { handsOver, type TurnDifference, turnDifferences } from './compare-turns.ts'
import { freezeAnswers, withFrozenAnswers } from './frozen-answers.ts'
import type { RecordedTurn } from './recorded-turn.ts'

/*
 * A recorded conversation is thought again by another version of its agent (or its own), everything outside frozen.
 *
 * `turn_by_turn`: each turn begins from the state and the context that were recorded. So a difference is that of this
 * turn and of nothing before it: the report finds exactly the turns that a change altered.
 * `threaded`: the replayed agent goes on from its own state and context, as it would have; what others changed in the
 * context meanwhile is put on top. What follows from a difference shows, and the conversation ends where the agent
 * gives it away.
 */
export type ReplayMode = 'turn_by_turn' | 'threaded'

export interface ReplayedTurn {
  readonly turn: number
  /** What the user said. */
  readonly said: string
  readonly differences: readonly TurnDifference[]
  /** The same to the letter: also confidence, features, notes and state. */
  readonly is_identical: boolean
}

export interface ReplayedConversation {
  readonly turns: readonly ReplayedTurn[]
  /** Turns behind the one in which the replayed agent handed over or closed. */
  readonly unreached: number
  readonly handed_over: { readonly before: boolean; readonly after: boolean }
}

export interface ReplayRequest {
  readonly agent: Agent
  readonly turns: readonly RecordedTurn[]
  readonly mode: ReplayMode
  /** It is the version that was recorded. */
  readonly isOwnVersion: boolean
}

export function* replayConversation(request: ReplayRequest): Thinking<ReplayedConversation> {
  const replayed: ReplayedTurn[] = []
  const handedOver = { before: false, after: false }
  let last: LastTurn | undefined
  for (const recorded of request.turns) {
    const input = request.mode === 'threaded' && last ? threadedInput(last, recorded.input) : recorded.input
    const { result, unrecorded } = yield* withFrozenAnswers(
      think(request.agent, input),
      freezeAnswers(recorded.asks, !request.isOwnVersion),
    )
    const before = { ...recorded.result, trace: recorded.trace }
    replayed.push({
      turn: recorded.turn,
      said: saidIn(recorded.input),
      differences: turnDifferences(before, result, unrecorded),
      is_identical: isSame(before, result),
    })
    handedOver.before ||= handsOver(before)
    handedOver.after ||= handsOver(result)
    last = { recorded, input, result }
    if (request.mode === 'threaded' && endsOtherwise(before, result)) break
  }
  return { turns: replayed, unreached: request.turns.length - replayed.length, handed_over: handedOver }
}

interface LastTurn {
  readonly recorded: RecordedTurn
  readonly input: TurnInput
  readonly result: TurnResult
}

/** The replayed agent's own state and context, with what others changed between the two turns. */
const threadedInput = (last: LastTurn, next: TurnInput): TurnInput => {
  const recordedAfter = contextAfter(last.recorded.input, last.recorded.result)
  const ownAfter = contextAfter(last.input, last.result)
  // A person spoke in between, and the agent forgot what it had asked.
  const state = next.state['last_turn_at'] === undefined ? next.state : last.result.state
  return {
    ...next,
    state,
    context: {
      ...mergeContext(ownAfter, contextDifference(recordedAfter, next.context) ?? {}),
      'sys-unknown_counter': state.unknown_counter,
    },
  }
}

const contextAfter = (input: TurnInput, { contextPatch, effects }: Omit<TurnResult, 'trace'>): JsonObject => {
  const context = mergeContext(input.context, contextPatch ?? {})
  const added = effects.flatMap((effect) => (effect.type === 'tag' ? [effect.tag] : []))
  if (added.length === 0) return context
  const before = Array.isArray(context['tags']) ? context['tags'] : []
  return { ...context, tags: [...new Set([...before, ...added])] }
}

/** The agent gives the conversation away where it did not: what was said afterwards would not have been said so. */
const endsOtherwise = (before: Omit<TurnResult, 'trace'>, after: TurnResult): boolean =>
  ends(after) && !ends(before)

const ends = ({ effects }: Pick<TurnResult, 'effects'>): boolean => effects.some(({ type }) => type !== 'tag')

const saidIn = ({ kind, text, attachments }: TurnInput): string => {
  if (kind === 'session_start') return '(the session begins)'
  return text ?? `(sends ${attachments?.length ?? 0} files)`
}

/** Through JSON on both sides: what was recorded has been through it. */
const isSame = (before: TurnResult, after: TurnResult): boolean => inOrder(before) === inOrder(after)

const inOrder = ({ responses, state, contextPatch = {}, effects, trace }: TurnResult): string =>
  JSON.stringify([responses, state, contextPatch, effects, trace])
