import type { SparseVector } from './features.ts'
import { likenessInWords } from './kernels.ts'
import type { Calibration, KernelEngine, Separators } from './model.ts'

/** A text as the engines see it. The meaning is missing where nobody embedded it. */
export interface ReadText {
  readonly words: SparseVector
  readonly meaning: Float32Array | null
  /** How like the meaning is to that of each phrase, where each has a vote. */
  readonly nearness: Float64Array | null
}

/** The distance to each intent's border; above 0 is inside. */
export const separatorScores = (
  { weights, scales, biases, directions }: Separators,
  { words, meaning }: Omit<ReadText, 'nearness'>,
): Float64Array => {
  const count = biases.length
  const steps = new Float64Array(count)
  for (let at = 0; at < words.rows.length; at++) {
    const base = (words.rows[at] ?? 0) * count
    const value = words.values[at] ?? 0
    for (let intent = 0; intent < count; intent++)
      steps[intent] = (steps[intent] ?? 0) + (weights[base + intent] ?? 0) * value
  }
  const width = directions.length / Math.max(1, count)
  return steps.map(
    (step, intent) =>
      step * (scales[intent] ?? 0) +
      (biases[intent] ?? 0) +
      (meaning && width > 0 ? productAt(directions, intent * width, meaning) : 0),
  )
}

const productAt = (flat: Float32Array, start: number, vector: Float32Array): number => {
  let sum = 0
  for (let at = 0; at < vector.length; at++) sum += (flat[start + at] ?? 0) * (vector[at] ?? 0)
  return sum
}

/** The votes of all phrases; about 0 to 1. */
export const kernelScores = (
  engine: Pick<KernelEngine, 'units' | 'postings' | 'wordsWeight' | 'coefficients'>,
  { words, nearness }: Omit<ReadText, 'meaning'>,
): Float64Array => {
  const { units, postings, wordsWeight, coefficients } = engine
  const count = coefficients.length / Math.max(1, units.length)
  const scores = new Float64Array(count)
  const inWords = likenessInWords(postings, units.length, words)
  units.forEach((_, phrase) => {
    const likeness = (nearness?.[phrase] ?? 0) + wordsWeight * (inWords[phrase] ?? 0)
    const base = phrase * count
    for (let intent = 0; intent < count; intent++)
      scores[intent] = (scores[intent] ?? 0) + likeness * (coefficients[base + intent] ?? 0)
  })
  return scores
}

/** Rising with the intent's own score and with its lead over the best other one. */
export const confidenceOf = (calibration: Calibration, score: number, lead: number): number =>
  1 / (1 + Math.exp(-(calibration.score * score + calibration.lead * lead + calibration.offset)))

/** The two highest scores and whose they are; -1 is nobody. */
export const bestTwo = (
  scores: Float64Array,
): { readonly best: number; readonly next: number; readonly first: number; readonly second: number } => {
  let [best, next] = [-1, -1]
  let first = Number.NEGATIVE_INFINITY
  let second = Number.NEGATIVE_INFINITY
  scores.forEach((score, index) => {
    if (score > first) {
      second = first
      next = best
      first = score
      best = index
    } else if (score > second) {
      second = score
      next = index
    }
  })
  return { best, next, first, second }
}

/** Against nobody the lead is the score itself. */
export const leadOver = (score: number, other: number): number =>
  Number.isFinite(other) ? score - other : score
