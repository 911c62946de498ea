import type { AgentDocument } from '../document/document.ts'

/**
 * How likely it is that a passage answers the query: a logistic curve over the share of the query's weight that the
 * passage carries (words that no passage knows weigh most), the cosine where there are vectors, and the number of
 * passages, because among more of them one is near by chance more often.
 *
 * Fitted on questions with an answer among 15, 60 and 240 passages, the same questions with their passage or all of
 * its document taken away, and chat; in English, German and Greek (docs/guides/knowledge.md has the result). By words
 * alone it is set to be silent a little sooner than the fit.
 */
export const scoreOf = ({ coverage, cosine, vectorWeight, passageCount }: PassageEvidence): number => {
  const { base, coverageSlope, cosineSlope, countSlope } = curveOf(cosine === undefined ? 0 : vectorWeight)
  const magnitude = Math.min(Math.max(Math.log10(passageCount), 1), 3)
  const sum = base + coverageSlope * coverage + cosineSlope * (cosine ?? 0) + countSlope * magnitude
  return 1 / (1 + Math.exp(-sum))
}

export interface PassageEvidence {
  /** 0 to 1 */
  readonly coverage: number
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
  words: { base: -3.9, coverageSlope: 31, cosineSlope: 0, countSlope: -1.4 },
  otherLatin: { base: -3.9, coverageSlope: 28.4, cosineSlope: 4, countSlope: -1.55 },
  english: { base: -4.1, coverageSlope: 19.6, cosineSlope: 8.3, countSlope: -1.8 },
}
