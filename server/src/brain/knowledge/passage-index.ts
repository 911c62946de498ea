import type { Passage } from '../turn-types.ts'
import { termsOf, termWeight } from './terms.ts'
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
  const termIds = new Map<string, number>()
  const lengths = new Float32Array(passages.length)
  const entries = passages.map((passage, position) => {
    const terms = termsOf(searchedText(passage))
    const ids = new Uint32Array(terms.size)
    const counts = new Uint8Array(terms.size)
    let length = 0
    let entry = 0
    for (const [term, count] of terms) {
      const id = termIds.get(term) ?? termIds.size
      termIds.set(term, id)
      ids[entry] = id
      counts[entry] = Math.min(count, 255)
      length += count * termWeight(term)
      entry += 1
    }
    lengths[position] = length
    return { ids, counts }
  })
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

const searchedText = ({ title, heading, text }: KnowledgePassage): string =>
  `${title}\n${heading ?? ''}\n${text}`

/** A counting sort: terms of passages become passages of terms. */
const byTerm = (
  entries: readonly { readonly ids: Uint32Array; readonly counts: Uint8Array }[],
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
