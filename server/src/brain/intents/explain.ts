import { countRuns } from './features.ts'
import { wordsShare } from './kernels.ts'
import type { Engine, IntentModel, KernelEngine, Reason, Separators } from './model.ts'
import { words } from './normalise.ts'
import type { ReadText } from './scores.ts'

interface ReadWhole extends ReadText {
  readonly text: string
  readonly counts: ReadonlyMap<string, number>
}

/**
 * What spoke most for the intent: words and pairs of words of the text itself; where every phrase has a vote, the
 * phrases nearest in meaning; where there is one border an intent, the meaning as a whole.
 */
export const explain = (
  model: IntentModel,
  engine: Engine,
  read: ReadWhole,
  intentName: string,
): readonly Reason[] => {
  const intent = model.intents.indexOf(intentName)
  const isKernel = engine.type === 'kernel'
  const weights = isKernel ? votesOfRows(engine, read, intent) : weightsOfRows(engine, read, intent)
  const meaningReasons = isKernel ? likePhrases(engine, read, intent) : wholeMeaning(engine, read, intent)
  return [...wordReasons(read, featureWeights(model, read, weights)), ...meaningReasons]
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .slice(0, reasonsMax)
    .map(({ feature, weight }) => ({ feature, weight: Math.round(weight * 10_000) / 10_000 }))
}

const reasonsMax = 5

/**
 * Runs of characters mean little to people ("*ric*"), so what they weigh is given to the words they stand in; what is
 * left is a list of words and pairs of words of the text itself.
 */
const wordReasons = ({ text }: ReadWhole, weightOf: (feature: string) => number): readonly Reason[] => {
  const reasons = new Map<string, number>()
  let previous: string | undefined
  for (const word of words(text)) {
    let weight = weightOf(word)
    countRuns(word, (run) => {
      weight += weightOf(run)
    })
    reasons.set(word, (reasons.get(word) ?? 0) + weight)
    if (previous !== undefined) {
      const pair = `${previous} ${word}`
      reasons.set(pair, (reasons.get(pair) ?? 0) + weightOf(pair))
    }
    previous = word
  }
  return Array.from(reasons, ([feature, weight]) => ({ feature, weight }))
}

/** What one occurrence of a feature adds to the intent's score; `weights` has that of each row of the text. */
const featureWeights = (
  model: IntentModel,
  { counts, words: { rows, values } }: ReadWhole,
  weights: Float64Array,
): ((feature: string) => number) => {
  const weightOfRow = new Map<number, number>()
  for (let at = 0; at < rows.length; at++)
    weightOfRow.set(rows[at] ?? 0, (weights[at] ?? 0) * (values[at] ?? 0))
  return (feature) => {
    const row = model.lexical.features.get(feature)
    if (row === undefined) return 0
    return (weightOfRow.get(row) ?? 0) / (counts.get(feature) ?? 1)
  }
}

const weightsOfRows = (
  { weights, scales, biases }: Separators,
  { words: { rows } }: ReadWhole,
  intent: number,
): Float64Array =>
  Float64Array.from(rows, (row) => (weights[row * biases.length + intent] ?? 0) * (scales[intent] ?? 0))

/** Summed up in one pass over the phrases that share a word or a run with the text: most of the time of an explanation. */
const votesOfRows = (engine: KernelEngine, { words: { rows } }: ReadWhole, intent: number): Float64Array => {
  const votes = Float64Array.from(engine.units, (_, phrase) => voteOf(engine, phrase, intent))
  const { phrases, values } = engine.postings
  const weights = new Float64Array(rows.length)
  for (let at = 0; at < rows.length; at++) {
    const own = phrases[rows[at] ?? 0]
    const shares = values[rows[at] ?? 0]
    if (!own || !shares) continue
    let sum = 0
    for (let place = 0; place < own.length; place++)
      sum += (shares[place] ?? 0) * (votes[own[place] ?? 0] ?? 0)
    weights[at] = sum * wordsShare * engine.wordsWeight
  }
  return weights
}

const voteOf = ({ coefficients, units }: KernelEngine, phrase: number, intent: number): number =>
  coefficients[phrase * (coefficients.length / units.length) + intent] ?? 0

const phraseReasonsMax = 2

const likePhrases = (engine: KernelEngine, { nearness }: ReadText, intent: number): readonly Reason[] => {
  const likes: { readonly phrase: number; readonly weight: number }[] = []
  nearness?.forEach((near, phrase) => {
    const weight = near * voteOf(engine, phrase, intent)
    if (weight > voteMin) likes.push({ phrase, weight })
  })
  return likes
    .sort((one, other) => other.weight - one.weight)
    .slice(0, phraseReasonsMax)
    .map(({ phrase, weight }) => ({ feature: `"${engine.texts[phrase] ?? ''}"`, weight }))
}

/** Less than this, of about 1 for the winner, explains nothing. */
const voteMin = 0.02

const wholeMeaning = (
  { directions, biases }: Separators,
  { meaning }: ReadText,
  intent: number,
): readonly Reason[] => {
  const width = directions.length / Math.max(1, biases.length)
  if (!meaning || width === 0) return []
  const own = directions.subarray(intent * width, (intent + 1) * width)
  return [
    { feature: '(meaning)', weight: own.reduce((sum, weight, at) => sum + weight * (meaning[at] ?? 0), 0) },
  ]
}
