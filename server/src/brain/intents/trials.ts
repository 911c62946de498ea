import { offtopicsIntent } from '../document/document.ts'
import { bestTwo, leadOver } from './scores.ts'

/** One guess about a phrase that training had not seen. */
export interface Trial {
  readonly score: number
  readonly lead: number
  readonly isRight: boolean
  /** Is the right intent one of the two best? Then asking "did you mean" would have helped. */
  readonly isNear: boolean
  /** How much the trial counts. */
  readonly weight: number
}

/** @param owner the intent the phrase belongs to; null when it belongs to none that the engine knows */
export const trialOf = (scores: Float64Array, intents: readonly string[], owner: number | null): Trial => {
  const { best, next, first, second } = bestTwo(scores)
  const isForeign = owner === null
  return {
    score: first,
    lead: leadOver(first, second),
    isRight: isForeign ? intents[best] === offtopicsIntent : best === owner,
    isNear: !isForeign && (best === owner || next === owner),
    weight: isForeign ? foreignWeight : 1,
  }
}

/**
 * There are as many foreign trials as others; in life most messages are meant for the agent. With 0.3 confidences came
 * out twice as far below the truth, BANKING77 and CLINC150 with its out-of-scope messages at ten phrases an intent.
 */
const foreignWeight = 0.15

/**
 * Does the other engine understand more, beyond chance? Only phrases on which the two differ tell; of n such, a lead
 * of the square root of n is one standard error.
 */
export const isClearlyBetter = (other: readonly Trial[], plain: readonly Trial[]): boolean => {
  let won = 0
  let lost = 0
  other.forEach(({ isRight }, index) => {
    const wasRight = plain[index]?.isRight ?? false
    if (isRight && !wasRight) won++
    if (!isRight && wasRight) lost++
  })
  return won - lost > Math.sqrt(won + lost)
}
