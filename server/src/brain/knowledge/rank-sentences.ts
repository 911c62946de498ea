import type { Passage } from '../turn-types.ts'
import { sentencesOf } from './sentences.ts'
import { termsOf, termWeight } from './terms.ts'

export interface RankedSentence {
  readonly passage: Passage
  readonly text: string
  /** Of the passage, from 0. */
  readonly paragraph: number
  /** Among all sentences of its passage, from 0. */
  readonly position: number
  /** The share of the query's weight that it carries; only for comparing sentences of one ranking. */
  readonly match: number
  readonly rank: number
}

/**
 * The sentences of the best passages, the most telling first: those that carry what is rare among all of them, with
 * some credit for a heading or a neighbour that does and for the passage's place. A word that all sentences share, such as the
 * topic in their headings, decides nothing; then the passage's own order does.
 *
 * On XQuAD the first one holds the answer in 79% (English), 77% (German) and 75% (Greek); one of the first three in
 * 95, 91 and 92%.
 */
export const rankSentences = (query: string, passages: readonly Passage[]): readonly RankedSentence[] => {
  const [best] = passages
  if (!best) return []
  const sentences = passages
    .slice(0, passagesReadMax)
    .flatMap((passage) =>
      sentencesOf(passage.text).map((sentence, position) => ({ ...sentence, passage, position })),
    )
  const terms = sentences.map(({ text }) => termsOf(text))
  const headingTerms = new Map(passages.map((passage) => [passage, termsOf(passage.heading ?? '')]))
  const weights = [...termsOf(query).keys()].map((term) => {
    const having = terms.filter((own) => own.has(term)).length
    const rarity = Math.log(1 + (sentences.length - having + 0.5) / (having + 0.5))
    return { term, weight: termWeight(term) * rarity }
  })
  const whole = weights.reduce((sum, { weight }) => sum + weight, 0) || 1
  const meanLength = sentences.reduce((sum, { text }) => sum + text.length, 0) / Math.max(1, sentences.length)
  const matches = sentences.map(({ text, passage }, index) => {
    const carried = weights.reduce((sum, { term, weight }) => {
      if (terms[index]?.has(term)) return sum + weight
      return headingTerms.get(passage)?.has(term) ? sum + headingShare * weight : sum
    }, 0)
    return carried / whole / (1 - lengthShare + (lengthShare * text.length) / meanLength)
  })
  return sentences
    .map((sentence, index) => {
      const match = matches[index] ?? 0
      const beside = [index - 1, index + 1].map((other) =>
        sentences[other]?.passage === sentence.passage ? (matches[other] ?? 0) : 0,
      )
      const place =
        placeShare * logOdds(sentence.passage.score) + (sentence.passage === best ? firstShare : 0)
      return { ...sentence, match, rank: match + neighbourShare * Math.max(...beside) + place }
    })
    .sort((one, other) => other.rank - one.rank)
}

/**
 * What an answer says: a short passage whole, of a longer one the best sentence and up to two that are nearly as
 * telling, in the passages' order.
 */
export const chooseSentences = (ranked: readonly RankedSentence[]): readonly RankedSentence[] => {
  const [best] = ranked
  if (!best) return []
  const own = ranked.filter(({ passage }) => passage === best.passage).sort(byPosition)
  // What is this short is one thought, such as the answer to a frequent question; of many sentences the one that is
  // asked for may say "it" and carry no word of the question.
  const lengthMax = own.length <= sentencesMax ? wholePassageLengthMax : manySentencesLengthMax
  if (lengthOf(own) <= lengthMax) return own
  const passages = [...new Set(ranked.map(({ passage }) => passage))].sort(byScore)
  return ranked
    .slice(0, sentencesMax)
    .filter((sentence) => sentence === best || sentence.match >= matchShareMin * best.match)
    .sort(
      (one, other) =>
        passages.indexOf(one.passage) - passages.indexOf(other.passage) || byPosition(one, other),
    )
}

const passagesReadMax = 3
const sentencesMax = 3
const wholePassageLengthMax = 600
const manySentencesLengthMax = 400
const lengthShare = 0.1
const neighbourShare = 0.2
const headingShare = 0.3
const placeShare = 0.06
/** Between two that are as telling, the passage that search put first. */
const firstShare = 0.06
const matchShareMin = 0.5

const byPosition = (one: RankedSentence, other: RankedSentence): number => one.position - other.position
const byScore = (one: Passage, other: Passage): number => other.score - one.score

const lengthOf = (sentences: readonly RankedSentence[]): number =>
  sentences.reduce((sum, { text }) => sum + text.length, 0)

/** Scores crowd near 1, where 0.99 and 0.9 are far apart. */
const logOdds = (score: number): number => {
  const share = Math.min(Math.max(score, 0.001), 0.999)
  return Math.log(share / (1 - share))
}
