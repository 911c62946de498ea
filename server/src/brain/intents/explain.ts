import { countRuns, type SparseVector } from './features.ts'
import type { IntentModel, Reason } from './model.ts'
import { words } from './normalise.ts'

/**
 * What in the text spoke most for the intent. Runs of characters mean little to people ("*ric*"), so what they weigh
 * is given to the words they stand in; what is left is a list of words and pairs of words of the text itself.
 */
export const explain = (
  model: IntentModel,
  read: {
    readonly text: string
    readonly counts: ReadonlyMap<string, number>
    readonly vector: SparseVector
  },
  intent: string,
): readonly Reason[] => {
  const weightOf = featureWeights(model, read, model.intents.indexOf(intent))
  const reasons = new Map<string, number>()
  let previous: string | undefined
  for (const word of words(read.text)) {
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
  return [...reasons]
    .filter(([, weight]) => weight > 0)
    .sort(([, one], [, other]) => other - one)
    .slice(0, reasonsMax)
    .map(([feature, weight]) => ({ feature, weight: Math.round(weight * 10_000) / 10_000 }))
}

const reasonsMax = 5

/** What one occurrence of a feature adds to the intent's score; all of them and the bias make the score. */
const featureWeights = (
  model: IntentModel,
  { counts, vector }: { readonly counts: ReadonlyMap<string, number>; readonly vector: SparseVector },
  intent: number,
): ((feature: string) => number) => {
  const { rows, values } = vector
  const valueOfRow = new Map<number, number>()
  rows.forEach((row, at) => {
    valueOfRow.set(row, values[at] ?? 0)
  })
  const scale = model.scales[intent] ?? 0
  return (feature) => {
    const row = model.features.get(feature)
    if (row === undefined) return 0
    const weight = (model.weights[row * model.biases.length + intent] ?? 0) * scale
    return (weight * (valueOfRow.get(row) ?? 0)) / (counts.get(feature) ?? 1)
  }
}
