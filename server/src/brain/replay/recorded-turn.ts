import { isJsonObject } from '../../domain/json.ts'
import type { RecordedAsk, Trace, TurnInput, TurnResult } from '../turn-types.ts'

/** One turn as it was kept: all that thinking it again needs, and what came of it. */
export interface RecordedTurn {
  readonly turn: number
  readonly input: TurnInput
  readonly asks: readonly RecordedAsk[]
  readonly trace: Trace
  readonly result: Omit<TurnResult, 'trace'>
}

/**
 * What a store kept of a turn. It was written by this product, maybe by an older version of it; what such a version
 * kept, or a turn that failed, cannot be thought again, and the sentence says why.
 */
export const recordedTurnOf = (turn: number, recorded: unknown): RecordedTurn | string => {
  if (!isJsonObject(recorded)) return 'it is not finished'
  const { input, asks, trace, result, error } = recorded
  if (error !== undefined) return 'the agent failed'
  if (input === undefined && Array.isArray(recorded['notes']))
    return `nothing was thought: ${recorded['notes'].join(', ')}`
  if (!isJsonObject(input) || !isJsonObject(trace)) return 'nothing was kept of it'
  if (!Array.isArray(asks) || !isJsonObject(result)) return 'an older version of Dragoman kept less of it'
  return { turn, input, asks, trace, result } as unknown as RecordedTurn
}
