import { countRuns } from './features.ts'
import { wordsShare } from './kernels.ts'
import type { Engine, IntentModel, KernelEngine, Reason, Separators } from './model.ts'
import { words } from './normalise.ts'
import { eachPosting } from './postings.ts'
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
  const weightOfRow = isKernel ? votesOfRow(engine, intent) : weightsOfRow(engine, intent)
  const meaningReasons = isKernel ? likePhrases(engine, read, intent) : wholeMeaning(engine, read, intent)
  return [...wordReasons(read, featureWeights(model, read, weightOfRow)), ...meaningReasons]
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

/** What one occurrence of a feature adds to the intent's score. */
const featureWeights = (
  model: IntentModel,
  { counts, words: { rows, values } }: ReadWhole,
  weightOfRow: (row: number) => number,
): ((feature: string) => number) => {
  const valueOfRow = new Map<number, number>()
  rows.forEach((row, at) => {
    valueOfRow.set(row, values[at] ?? 0)
  })
  return (feature) => {
    const row = model.lexical.features.get(feature)
    if (row === undefined) return 0
    return (weightOfRow(row) * (valueOfRow.get(row) ?? 0)) / (counts.get(feature) ?? 1)
  }
}

const weightsOfRow =
  ({ weights, scales, biases }: Separators, intent: number) =>
  (row: number): number =>
    (weights[row * biases.length + intent] ?? 0) * (scales[intent] ?? 0)

const votesOfRow =
  (engine: KernelEngine, intent: number) =>
  (row: number): number => {
    let sum = 0
    eachPosting(engine.postings, row, (phrase, value) => {
      sum += value * voteOf(engine, phrase, intent)
    })
    return sum * wordsShare * engine.wordsWeight
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
