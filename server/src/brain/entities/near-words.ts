import { editDistance } from '../../domain/edit-distance.ts'

/*
 * Finds the words of a vocabulary that a mistyped word may have meant, without looking at the others (SymSpell):
 * two words within n edits of each other become equal when each loses at most n letters. So each known word is filed
 * under itself and what is left of it when letters are taken out, a mistyped one is looked up the same way, and the
 * few candidates are measured.
 *
 * 1. Only the first 7 letters take part, which bounds the keys of a word to 29.
 * 2. Keys are numbers (hashes) in one sorted array: 20,000 long words take 4 MB and 0.1 s. A collision costs one
 *    measurement, nothing else.
 * 3. A word of up to 4 letters is never guessed at, one of 5 to 8 may have one wrong edit, a longer one two: "cart"
 *    is no "card". The first letter has to be right, or swapped with the second: people rarely mistype it, and it
 *    is what tells "house" from "mouse". Words with digits are never guessed at.
 */
export type NearWords = (word: string) => readonly NearWord[]

export interface NearWord {
  /** The word's place in the vocabulary. */
  readonly id: number
  readonly edits: number
}

export const nearWords = (vocabulary: readonly string[]): NearWords => {
  const { hashes, ids, buckets, bucketShift } = fileWords(vocabulary)
  return (word) => {
    if (ids.length === 0) return []
    const near = new Map<number, number>()
    eachKey(word, editsAllowed(word.length + 2), (hash) => {
      const bucket = hash >>> bucketShift
      for (let at = buckets[bucket] ?? 0; at < (buckets[bucket + 1] ?? 0); at++) {
        const id = ids[at] ?? 0
        if (hashes[at] !== hash || near.has(id)) continue
        const edits = editsBetween(word, vocabulary[id] ?? '')
        if (edits !== undefined) near.set(id, edits)
      }
    })
    return Array.from(near, ([id, edits]) => ({ id, edits }))
      .sort((one, other) => one.edits - other.edits || one.id - other.id)
      .slice(0, nearMax)
  }
}

const nearMax = 5
const prefixLength = 7

/** By the length of the known word. */
const editsAllowed = (length: number): number => (length <= 4 ? 0 : length <= 8 ? 1 : 2)

const editsBetween = (written: string, known: string): number | undefined => {
  const allowed = editsAllowed(known.length)
  if (Math.abs(written.length - known.length) > allowed) return undefined
  const startsAlike = written[0] === known[0] || (written[0] === known[1] && written[1] === known[0])
  if (!startsAlike) return undefined
  const edits = editDistance(written, known)
  return edits <= allowed ? edits : undefined
}

interface FiledWords {
  /** Rising. */
  readonly hashes: Uint32Array
  readonly ids: Uint32Array
  /** Where the hashes with these first bits begin. */
  readonly buckets: Uint32Array
  readonly bucketShift: number
}

const fileWords = (vocabulary: readonly string[]): FiledWords => {
  const filed: number[] = []
  for (const [id, word] of vocabulary.slice(0, idsMax).entries())
    eachKey(word, editsAllowed(word.length), (hash) => filed.push(hash * idsMax + id))
  const sorted = Float64Array.from(filed).sort()
  const hashes = Uint32Array.from(sorted, (key) => Math.floor(key / idsMax))
  const bucketShift = 32 - Math.min(16, Math.max(1, Math.ceil(Math.log2(hashes.length + 1))))
  const buckets = new Uint32Array(2 ** (32 - bucketShift) + 1)
  for (const hash of hashes)
    buckets[(hash >>> bucketShift) + 1] = (buckets[(hash >>> bucketShift) + 1] ?? 0) + 1
  for (let bucket = 1; bucket < buckets.length; bucket++)
    buckets[bucket] = (buckets[bucket] ?? 0) + (buckets[bucket - 1] ?? 0)
  return { hashes, ids: Uint32Array.from(sorted, (key) => key % idsMax), buckets, bucketShift }
}

/** A hash of 32 bits and an id of 21 fit into one double. */
const idsMax = 2 ** 21

/** The hashes of the word's beginning and of what is left when up to `edits` letters are taken out. */
const eachKey = (word: string, edits: number, found: (hash: number) => void): void => {
  if (edits === 0 || /\p{N}/u.test(word)) return
  const length = Math.min(word.length, prefixLength)
  found(hashWithout(word, length, -1, -1))
  for (let first = 0; first < length; first++) {
    found(hashWithout(word, length, first, -1))
    if (edits > 1)
      for (let second = first + 1; second < length; second++) found(hashWithout(word, length, first, second))
  }
}

/** FNV-1a over the first letters, two of them left out. */
const hashWithout = (word: string, length: number, first: number, second: number): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < length; at++)
    if (at !== first && at !== second) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
