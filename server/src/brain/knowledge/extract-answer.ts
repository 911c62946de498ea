import type { Passage } from '../turn-types.ts'
import { citation } from './citation.ts'
import { chooseSentences, type RankedSentence, rankSentences } from './rank-sentences.ts'

/** What the passages say to the query in their own words, with where it stands. */
export const extractAnswer = (
  query: string,
  passages: readonly Passage[],
  language: string | undefined,
): { readonly text: string; readonly cited: readonly Passage[] } => {
  const sentences = chooseSentences(rankSentences(query, passages))
  const cited = passages.filter((passage) => sentences.some((sentence) => sentence.passage === passage))
  return { text: `${joined(sentences)}\n\n${citation(cited, language)}`, cited }
}

/** Neighbours in a line stay in a line; all else is a paragraph of its own. */
const joined = (sentences: readonly RankedSentence[]): string =>
  sentences
    .map((sentence, index) => {
      const before = sentences[index - 1]
      if (!before) return sentence.text
      const isNext = before.passage === sentence.passage && before.paragraph === sentence.paragraph
      return `${isNext ? ' ' : '\n\n'}${sentence.text}`
    })
    .join('')
