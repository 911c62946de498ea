import type { Passage } from '../turn-types.ts'
import { type KnowledgePassage, type PassageIndex, postingsOf, rarityOf } from './passage-index.ts'
import { scoreOf } from './passage-score.ts'
import { tellingShare } from './telling-share.ts'
import { termsOf, termWeight } from './terms.ts'
import { vectorWeightOf } from './vector-weight.ts'

export interface PassageSearch {
  readonly query: string
  /** The query's meaning; without it words alone decide. */
  readonly vector?: Int8Array | undefined
  /** All collections without it. */
  readonly collections?: readonly string[] | undefined
  readonly passagesMax: number
}

/**
 * The best passages, best first. The nearest are found by BM25 over words and their pieces and, where there are vectors,
 * the cosine with the query, both scaled to 0 to 1 over the searched passages and summed (never rank fusion: with an
 * English model it took Spanish from 96 to 83 nDCG@10). Of these the score decides, which tells how likely a passage
 * answers the query at all (`passage-score.ts`): among 25 short answers of a shop that takes nDCG@10 from 92.3 to 95.3.
 */
export const searchPassages = (index: PassageIndex, search: PassageSearch): readonly Passage[] => {
  const wanted = search.collections && new Set(search.collections)
  const searched = index.passages.flatMap(({ collection }, position) =>
    wanted === undefined || wanted.has(collection) ? [position] : [],
  )
  const { sums, possible } = lexicalSums(index, search.query)
  const cosines =
    search.vector && index.vectorWeight > 0 ? cosinesOf(index, searched, search.vector) : undefined
  const vectorWeight = cosines ? Math.min(index.vectorWeight, vectorWeightOfQuery(search.query)) : 0
  const isFound = (position: number): boolean => (sums[position] ?? 0) > 0 || vectorWeight > 0
  const lexical = scaled(sums, searched)
  const vectorial = cosines && scaled(cosines, searched)
  const nearness = (position: number): number =>
    (1 - vectorWeight) * lexical(position) + vectorWeight * (vectorial?.(position) ?? 0)
  const nearest = searched
    .filter(isFound)
    .map((position) => ({ position, nearness: nearness(position) }))
    .sort((one, other) => other.nearness - one.nearness || one.position - other.position)
    .slice(0, Math.max(scoredMin, search.passagesMax))
  const passageCount = index.passages.length
  const carriedBy = tellingShare(index, search.query.slice(0, queryLengthMax))
  return nearest
    .map(({ position }) => {
      const coverage = possible === 0 ? 0 : (sums[position] ?? 0) / possible
      const cosine = vectorWeight > 0 ? cosines?.[position] : undefined
      const carried = carriedBy(position)
      return { position, score: scoreOf({ coverage, carried, cosine, vectorWeight, passageCount }) }
    })
    .sort((one, other) => other.score - one.score)
    .slice(0, search.passagesMax)
    .flatMap(({ position, score }) => {
      const passage = index.passages[position]
      return passage ? [found(passage, score)] : []
    })
}

/** As many as are scored, however few are asked for. */
const scoredMin = 10

const found = ({ passage_id, title, heading, url, text }: KnowledgePassage, score: number): Passage => ({
  passage_id,
  title,
  ...(heading === undefined ? {} : { heading }),
  ...(url === undefined ? {} : { url }),
  text,
  score: Math.round(score * 1_000) / 1_000,
})

/**
 * BM25's saturation and length normalisation, as they are usual. Among passages of one length (XQuAD) all values are
 * equal to 0.2 nDCG@10; hidden among 5,000 of 80 to 400 words these find 92.5, and 0.9 with 0.4 find 87.9.
 */
const saturation = 1.2
const lengthShare = 0.75

/** BM25 of every passage, and what a passage would have that is full of all the query's terms. */
const lexicalSums = (
  index: PassageIndex,
  query: string,
): { readonly sums: Float64Array; readonly possible: number } => {
  const { passages, postings, counts, lengths } = index
  const sums = new Float64Array(passages.length)
  let possible = 0
  for (const term of termsOf(query.slice(0, queryLengthMax)).keys()) {
    const { start, end } = postingsOf(index, term)
    const weight = termWeight(term) * rarityOf(index, term) * (saturation + 1)
    possible += weight
    for (let place = start; place < end; place += 1) {
      const position = postings[place] ?? 0
      const count = counts[place] ?? 0
      const length = 1 - lengthShare + lengthShare * (lengths[position] ?? 1)
      sums[position] = (sums[position] ?? 0) + (weight * count) / (count + saturation * length)
    }
  }
  return { sums, possible }
}

/** What is asked is in the first lines. */
const queryLengthMax = 1_000

/** Of each searched passage its nearest part. */
const cosinesOf = (
  { passages }: PassageIndex,
  searched: readonly number[],
  query: Int8Array,
): Float64Array => {
  const cosines = new Float64Array(passages.length)
  const queryLength = Math.sqrt(query.reduce((sum, value) => sum + value * value, 0))
  for (const position of searched) {
    const vectors = passages[position]?.vectors ?? noVectors
    let nearest = -1
    for (let start = 0; start + query.length <= vectors.length; start += query.length)
      nearest = Math.max(nearest, scaledProduct(query, vectors, start))
    cosines[position] = nearest / (queryLength || 1)
  }
  return cosines
}

const noVectors = new Int8Array(0)

/** The product and the length in one pass over the bytes, without a slice for each vector. */
const scaledProduct = (query: Int8Array, vectors: Int8Array, start: number): number => {
  let product = 0
  let squares = 0
  for (let place = 0; place < query.length; place += 1) {
    const value = vectors[start + place] ?? 0
    product += (query[place] ?? 0) * value
    squares += value * value
  }
  return squares === 0 ? 0 : product / Math.sqrt(squares)
}

/** A short query has few function words, so it only tells its script. */
const vectorWeightOfQuery = (query: string): number => (vectorWeightOf([query]) === 0 ? 0 : 1)

const scaled = (values: Float64Array, searched: readonly number[]): ((position: number) => number) => {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (const position of searched) {
    const value = values[position] ?? 0
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  const range = most - least
  return (position) => (range > 0 ? ((values[position] ?? 0) - least) / range : 0)
}
