import { explain } from './explain.ts'
import { featureCounts, type SparseVector, vectorOf } from './features.ts'
import type { Calibration, IntentModel, RankedIntent, Understanding } from './model.ts'
import { phraseOf } from './normalise.ts'

/** What the text may mean, best first, and why. A training phrase has confidence 1. */
export const classify = (model: IntentModel, text: string): Understanding => {
  const counts = featureCounts(text)
  const vector = vectorOf(model, counts)
  const scores = scoresOf(model, vector)
  const exact = model.phrases.get(phraseOf(text))
  const confidences = confidencesOf(model.calibration, scores, vector.rows.length > 0)
  const ranking = model.intents
    .map(
      (name, index): RankedIntent => ({ name, confidence: name === exact ? 1 : (confidences[index] ?? 0) }),
    )
    .sort((one, other) => other.confidence - one.confidence)
  const best = ranking[0]
  const because = best ? explain(model, { text, counts, vector }, best.name) : []
  return { ranking, because }
}

/** The distance to each intent's border; above 0 is inside. */
export const scoresOf = (
  model: Pick<IntentModel, 'weights' | 'scales' | 'biases'>,
  { rows, values }: SparseVector,
): Float64Array => {
  const count = model.biases.length
  const steps = new Float64Array(count)
  for (let at = 0; at < rows.length; at++) {
    const base = (rows[at] ?? 0) * count
    const value = values[at] ?? 0
    for (let index = 0; index < count; index++)
      steps[index] = (steps[index] ?? 0) + (model.weights[base + index] ?? 0) * value
  }
  return steps.map((step, index) => step * (model.scales[index] ?? 0) + (model.biases[index] ?? 0))
}

/** Rising with the intent's own score and with its lead over the best other one. */
export const confidenceOf = (calibration: Calibration, score: number, lead: number): number =>
  1 / (1 + Math.exp(-(calibration.score * score + calibration.lead * lead + calibration.offset)))

/** The highest score and the next one. */
export const bestTwo = (
  scores: Float64Array,
): { readonly best: number; readonly first: number; readonly second: number } => {
  let best = -1
  let first = Number.NEGATIVE_INFINITY
  let second = Number.NEGATIVE_INFINITY
  scores.forEach((score, index) => {
    if (score > first) {
      second = first
      first = score
      best = index
    } else if (score > second) second = score
  })
  return { best, first, second }
}

/** Text without one known feature means nothing, whatever the borders say of nothing. */
const confidencesOf = (calibration: Calibration, scores: Float64Array, isKnown: boolean): Float64Array => {
  const { best, first, second } = bestTwo(scores)
  return scores.map((score, index) => {
    if (!isKnown) return 0
    const other = index === best ? second : first
    return confidenceOf(calibration, score, leadOver(score, other))
  })
}

/** Against nobody the lead is the score itself. */
export const leadOver = (score: number, other: number): number =>
  Number.isFinite(other) ? score - other : score
