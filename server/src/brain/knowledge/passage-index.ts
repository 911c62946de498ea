import type { Passage } from '../turn-types.ts'
import { termsOfWord, termWeight, wordsOf } from './terms.ts'
import { vectorWeightOf } from './vector-weight.ts'

/** A passage as it is kept, with what it is searched by. */
export interface KnowledgePassage extends Omit<Passage, 'score'> {
  readonly collection: string
  /** The meanings of its parts, one vector behind the other; null when they were not computed. */
  readonly vectors: Int8Array | null
}

/**
 * The passages of one agent version, ready to be searched: for each term the passages that have it, as slices of two
 * flat arrays, so that 10,000 passages are five large objects and not ten million small ones.
 *
 * 1. Read-only once made. The same passages in the same order give the same index and the same answers.
 * 2. Statistics are of all collections, also when a search looks into some of them only.
 */
export interface PassageIndex {
  readonly passages: readonly KnowledgePassage[]
  readonly termIds: ReadonlyMap<string, number>
  /** Term `id` is in the passages `postings[starts[id]]` up to, not including, `postings[starts[id + 1]]`. */
  readonly starts: Uint32Array
  readonly postings: Uint32Array
  /** How often, up to 255. */
  readonly counts: Uint8Array
  /** Weighted terms of each passage, as a share of the mean. */
  readonly lengths: Float32Array
  /** What vectors count beside words, 0 to 1; 0 when a passage has none. */
  readonly vectorWeight: number
}

export const indexPassages = (passages: readonly KnowledgePassage[]): PassageIndex => {
  const { termIds, entries, lengths } = countTerms(passages)
  const mean = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, passages.length)
  const hasVectors = passages.length > 0 && passages.every(({ vectors }) => vectors !== null)
  return {
    passages,
    termIds,
    ...byTerm(entries, termIds.size),
    lengths: lengths.map((length) => length / Math.max(1, mean)),
    vectorWeight: hasVectors ? vectorWeightOf(passages.map(({ text }) => text)) : 0,
  }
}

/** The places in `postings` of a term; none when no passage has it. */
export const postingsOf = (
  { termIds, starts }: PassageIndex,
  term: string,
): { readonly start: number; readonly end: number } => {
  const id = termIds.get(term)
  return id === undefined ? { start: 0, end: 0 } : { start: starts[id] ?? 0, end: starts[id + 1] ?? 0 }
}

/** How much it says that a passage has the term: BM25's inverse document frequency. */
export const rarityOf = (index: PassageIndex, term: string): number => {
  const { start, end } = postingsOf(index, term)
  return Math.log(1 + (index.passages.length - (end - start) + 0.5) / (end - start + 0.5))
}

/** Does the passage at this position have the term? Postings ascend. */
export const hasTerm = (index: PassageIndex, term: string, position: number): boolean => {
  const { start, end } = postingsOf(index, term)
  let [low, high] = [start, end]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((index.postings[middle] ?? 0) < position) low = middle + 1
    else high = middle
  }
  return low < end && index.postings[low] === position
}

interface Entry {
  readonly ids: Uint32Array
  readonly counts: Uint8Array
}

/** The terms of each passage. What a word is made of is worked out once, not at each of its occurrences. */
const countTerms = (
  passages: readonly KnowledgePassage[],
): {
  readonly termIds: Map<string, number>
  readonly entries: readonly Entry[]
  readonly lengths: Float32Array
} => {
  const termIds = new Map<string, number>()
  const weights: number[] = []
  const idsOfWord = new Map<string, readonly number[]>()
  const idOf = (term: string): number => {
    const known = termIds.get(term)
    if (known !== undefined) return known
    weights.push(termWeight(term))
    termIds.set(term, termIds.size)
    return termIds.size - 1
  }
  const idsOf = (word: string): readonly number[] => {
    const ids = idsOfWord.get(word) ?? termsOfWord(word).map(idOf)
    idsOfWord.set(word, ids)
    return ids
  }
  const lengths = new Float32Array(passages.length)
  // How often each term was met in the passage at hand; zero again behind it.
  let met = new Uint8Array(termsAtFirst)
  const entries = passages.map((passage, position): Entry => {
    const found: number[] = []
    let length = 0
    for (const word of wordsOf(searchedText(passage)))
      for (const id of idsOf(word)) {
        if (id >= met.length) met = enlarged(met)
        const before = met[id] ?? 0
        if (before === 0) found.push(id)
        if (before < countMax) met[id] = before + 1
        length += weights[id] ?? 0
      }
    lengths[position] = length
    const entry = { ids: Uint32Array.from(found), counts: Uint8Array.from(found, (id) => met[id] ?? 0) }
    for (const id of found) met[id] = 0
    return entry
  })
  return { termIds, entries, lengths }
}

const termsAtFirst = 65_536
const countMax = 255

const enlarged = (counts: Uint8Array): Uint8Array<ArrayBuffer> => {
  const larger = new Uint8Array(counts.length * 2)
  larger.set(counts)
  return larger
}

const searchedText = ({ title, heading, text }: KnowledgePassage): string =>
  `${title}\n${heading ?? ''}\n${text}`

/** A counting sort: terms of passages become passages of terms. */
const byTerm = (
  entries: readonly Entry[],
  termCount: number,
): Pick<PassageIndex, 'starts' | 'postings' | 'counts'> => {
  const starts = new Uint32Array(termCount + 1)
  for (const { ids } of entries) for (const id of ids) starts[id + 1] = (starts[id + 1] ?? 0) + 1
  for (let id = 0; id < termCount; id += 1) starts[id + 1] = (starts[id + 1] ?? 0) + (starts[id] ?? 0)
  const next = starts.slice()
  const postings = new Uint32Array(starts[termCount] ?? 0)
  const postingCounts = new Uint8Array(postings.length)
  entries.forEach(({ ids, counts }, position) => {
    ids.forEach((id, entry) => {
      const place = next[id] ?? 0
      postings[place] = position
      postingCounts[place] = counts[entry] ?? 0
      next[id] = place + 1
    })
  })
  return { starts, postings, counts: postingCounts }
}
