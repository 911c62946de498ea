import { chance, shuffled } from '../chance.ts'
import type { SparseVector } from './features.ts'
import { likenessInMeaning, likenessInWords } from './kernels.ts'
import { type Postings, postingsOf } from './postings.ts'
import { choleskyFactor, solveWithFactor, symmetricInverse } from './symmetric-inverse.ts'

/*
 * Kernel ridge regression, all intents at once: a text's score for an intent is the sum of its likeness to each phrase
 * times the phrase's vote. The votes are A = (K + ridge I)^-1 Y, where K is the likeness of the phrases among
 * themselves and Y says 1 for a phrase's own intent.
 *
 * The inverse costs n^3 and then tells for nothing what would have been said of phrases that training had not seen:
 * without the phrases of a group G their scores are Y_G - (inverse_GG)^-1 A_G. One phrase at a time is leave-one-out;
 * all phrases of an intent together are messages that no intent is meant for.
 *
 * The same input and seed give the same ridge, bit for bit.
 */
export interface RidgeInput {
  readonly meanings: readonly Float32Array[]
  readonly words: readonly SparseVector[]
  readonly featureCount: number
  /** Intent of each phrase. */
  readonly owners: Int32Array
  readonly intentCount: number
  readonly seed: number
  readonly onProgress: (done: number) => void
}

export interface Ridge {
  readonly wordsWeight: number
  /** Phrase by phrase, its vote for each intent. */
  readonly coefficients: Float32Array
  readonly postings: Postings
  /** The scores, phrase by phrase of the group, as if training had seen none of them. */
  readonly scoresWithout: (group: readonly number[]) => readonly Float64Array[]
}

export const fitRidge = (input: RidgeInput): Ridge => {
  const { owners, intentCount, onProgress } = input
  const postings = postingsOf(input.words, input.featureCount)
  const every = Array.from(owners, (_, index) => index)
  const sample = sampleOf(input)
  const wordsWeight = bestWordsWeight(likenessesOf(input, postings, sample), input, sample)
  onProgress(0.3)
  const likenesses = likenessesOf(input, postings, every)
  const inverse = inverseOf(likenesses, wordsWeight, (done) => onProgress(0.3 + 0.7 * done))
  const coefficients = votesOf(inverse, owners, intentCount)
  return {
    wordsWeight,
    coefficients,
    postings,
    scoresWithout: (group) => scoresWithout(inverse, coefficients, input, group),
  }
}

/** Some intents whole: with fewer phrases an intent, words would seem to matter more than they do. */
const sampleOf = ({ owners, intentCount, seed }: RidgeInput): readonly number[] => {
  const every = Array.from(owners, (_, phrase) => phrase)
  const byIntent = Map.groupBy(every, (phrase) => owners[phrase] ?? 0)
  const intents = Array.from({ length: intentCount }, (_, intent) => intent)
  return shuffled(chance(seed), intents)
    .flatMap((intent) => byIntent.get(intent) ?? [])
    .slice(0, samplePhrasesMax)
}

/** Enough to tell which weight is better; each weight costs an inverse. */
const samplePhrasesMax = 600
/** Where meaning is clear (English) little is best; where the embedding knows nothing, much. */
const wordsWeights = [0.15, 0.3, 0.6, 1.2, 2.4]
/** From 0.1 to 0.3 accuracy stays within half a point on BANKING77 and HWU64. */
const ridge = 0.2

interface Likenesses {
  readonly size: number
  readonly meaning: Float32Array
  readonly words: Float32Array
}

const likenessesOf = (input: RidgeInput, postings: Postings, chosen: readonly number[]): Likenesses => {
  const size = chosen.length
  const meaning = new Float32Array(size * size)
  const words = new Float32Array(size * size)
  chosen.forEach((phrase, row) => {
    const text = input.words[phrase]
    const own = input.meanings[phrase]
    if (!text || !own) return
    const all = likenessInWords(postings, input.words.length, text)
    chosen.forEach((other, column) => {
      words[row * size + column] = all[other] ?? 0
      if (column > row) return
      const value = likenessInMeaning(own, input.meanings[other] ?? own)
      meaning[row * size + column] = value
      meaning[column * size + row] = value
    })
  })
  return { size, meaning, words }
}

const inverseOf = (
  { size, meaning, words }: Likenesses,
  wordsWeight: number,
  onProgress?: (done: number) => void,
): Float64Array => {
  const matrix = Float64Array.from(meaning, (value, at) => value + wordsWeight * (words[at] ?? 0))
  for (let row = 0; row < size; row++) matrix[row * size + row] = (matrix[row * size + row] ?? 0) + ridge
  return symmetricInverse(matrix, size, onProgress)
}

/** The one with the least squared error where each phrase is judged by the others. */
const bestWordsWeight = (likenesses: Likenesses, input: RidgeInput, sample: readonly number[]): number => {
  const owners = Int32Array.from(sample, (phrase) => input.owners[phrase] ?? 0)
  const errors = wordsWeights.map((weight) => {
    const inverse = inverseOf(likenesses, weight)
    const votes = votesOf(inverse, owners, input.intentCount)
    return votes.reduce((sum, vote, at) => {
      const phrase = Math.floor(at / input.intentCount)
      return sum + (vote / (inverse[phrase * (likenesses.size + 1)] ?? 1)) ** 2
    }, 0)
  })
  return wordsWeights[errors.indexOf(Math.min(...errors))] ?? 1
}

const votesOf = (inverse: Float64Array, owners: Int32Array, intentCount: number): Float32Array => {
  const size = owners.length
  const votes = new Float32Array(size * intentCount)
  for (let phrase = 0; phrase < size; phrase++) {
    const sums = new Float64Array(intentCount)
    for (let other = 0; other < size; other++) {
      const owner = owners[other] ?? 0
      sums[owner] = (sums[owner] ?? 0) + (inverse[phrase * size + other] ?? 0)
    }
    votes.set(sums, phrase * intentCount)
  }
  return votes
}

const scoresWithout = (
  inverse: Float64Array,
  votes: Float32Array,
  { owners, intentCount }: RidgeInput,
  group: readonly number[],
): readonly Float64Array[] => {
  const block = Float64Array.from(
    { length: group.length * group.length },
    (_, at) =>
      inverse[
        (group[Math.floor(at / group.length)] ?? 0) * owners.length + (group[at % group.length] ?? 0)
      ] ?? 0,
  )
  const errors = new Float64Array(group.length * intentCount)
  group.forEach((phrase, at) => {
    errors.set(votes.subarray(phrase * intentCount, (phrase + 1) * intentCount), at * intentCount)
  })
  solveWithFactor(choleskyFactor(block, group.length), group.length, errors, intentCount)
  return group.map((phrase, at) =>
    errors
      .subarray(at * intentCount, (at + 1) * intentCount)
      .map((error, intent) => (intent === owners[phrase] ? 1 : 0) - error),
  )
}
