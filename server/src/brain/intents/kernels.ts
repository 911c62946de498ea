import type { SparseVector } from './features.ts'
import { eachPosting, type Postings } from './postings.ts'

/*
 * How alike two texts are, in meaning and in words; 1 for the same text in both. Meaning: exp(2 (cos - 1)) of the
 * embeddings, 0.14 for strangers. Words: the product of the TF-IDF vectors, halved because words and runs have length 1
 * each.
 */
export const likenessInMeaning = (one: Float32Array, other: Float32Array): number =>
  Math.exp(2 * (product(one, other) - 1))

/** ... of the text and each of the phrases. */
export const likenessInWords = (
  postings: Postings,
  phraseCount: number,
  text: SparseVector,
): Float32Array => {
  const sums = new Float32Array(phraseCount)
  for (let at = 0; at < text.rows.length; at++) {
    const value = (text.values[at] ?? 0) * wordsShare
    eachPosting(postings, text.rows[at] ?? 0, (phrase, own) => {
      sums[phrase] = (sums[phrase] ?? 0) + value * own
    })
  }
  return sums
}

export const wordsShare = 0.5

/** An embedding's bytes at length 1. */
export const unitVector = (bytes: Int8Array): Float32Array => {
  let squares = 0
  for (let at = 0; at < bytes.length; at++) squares += (bytes[at] ?? 0) ** 2
  const scale = 1 / Math.sqrt(squares || 1)
  // A loop, because `from` goes through an iterator: this is done for every message.
  const unit = new Float32Array(bytes.length)
  for (let at = 0; at < bytes.length; at++) unit[at] = (bytes[at] ?? 0) * scale
  return unit
}

/** Four sums at once: the processor adds them side by side. */
export const product = (one: Float32Array, other: Float32Array): number => {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let at = 0
  for (; at + 3 < one.length; at += 4) {
    a += (one[at] ?? 0) * (other[at] ?? 0)
    b += (one[at + 1] ?? 0) * (other[at + 1] ?? 0)
    c += (one[at + 2] ?? 0) * (other[at + 2] ?? 0)
    d += (one[at + 3] ?? 0) * (other[at + 3] ?? 0)
  }
  for (; at < one.length; at++) a += (one[at] ?? 0) * (other[at] ?? 0)
  return a + b + c + d
}
