import type { AgentDocument } from '../document/document.ts'

/**
 * How likely it is that a passage answers the query: a logistic curve over the share of the query's weight that the
 * passage carries (words that no passage knows weigh most), the share of its telling words that stand there, the
 * cosine where there are vectors, and the number of passages, because among more of them one is near by chance more
 * often.
 *
 * The telling words tell "How long is the warranty on a helmet?" from the warranty on bicycles, which is as near as can be
 * and no answer. On XQuAD in English, of the questions whose passage was taken away 25% were answered without them and
 * 16% are with them, with as many of the others answered.
 *
 * Fitted on questions with an answer among 15, 60 and 240 passages, the same questions with their passage or all of
 * its document taken away, and chat; in English, German and Greek (docs/guides/knowledge.md has the result).
 */
export const scoreOf = ({
  coverage,
  carried,
  cosine,
  vectorWeight,
  passageCount,
}: PassageEvidence): number => {
  const { base, coverageSlope, carriedSlope, cosineSlope, countSlope } = curveOf(
    cosine === undefined ? 0 : vectorWeight,
  )
  const magnitude = Math.min(Math.max(Math.log10(passageCount), 1), 3)
  const words = coverageSlope * coverage + carriedSlope * carried
  const sum = base + words + cosineSlope * (cosine ?? 0) + countSlope * magnitude
  return 1 / (1 + Math.exp(-sum))
}

export interface PassageEvidence {
  /** Of BM25's weight of all the query's terms, 0 to 1. */
  readonly coverage: number
  /** Of the weight of its telling words, 0 to 1. */
  readonly carried: number
  /** -1 to 1; undefined when there are no vectors. */
  readonly cosine: number | undefined
  readonly vectorWeight: number
  readonly passageCount: number
}

/** From this score a passage counts as an answer, unless the document says otherwise. */
export const knowledgeThresholdDefault = 0.5

export const knowledgeThreshold = ({ agent }: Pick<AgentDocument, 'agent'>): number =>
  agent.knowledge_threshold === undefined || agent.knowledge_threshold === 'auto'
    ? knowledgeThresholdDefault
    : agent.knowledge_threshold

const curveOf = (vectorWeight: number) => {
  if (vectorWeight === 0) return curves.words
  return vectorWeight < 0.5 ? curves.otherLatin : curves.english
}

const curves = {
  words: { base: -3.6, coverageSlope: 15.4, carriedSlope: 5.3, cosineSlope: 0, countSlope: -1.1 },
  otherLatin: { base: -4.1, coverageSlope: 16.5, carriedSlope: 4.5, cosineSlope: 1.7, countSlope: -1 },
  english: { base: -5.5, coverageSlope: 7.6, carriedSlope: 6.5, cosineSlope: 5.6, countSlope: -0.9 },
}
