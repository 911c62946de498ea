import type { AgentDocument } from '../document/document.ts'

/**
 * How likely it is that a passage answers the query: a logistic curve over the share of the query's weight that the
 * passage carries (words it does not know weigh most) and the cosine. Fitted by `npm run eval:knowledge` on questions
 * with an answer, questions whose passage was taken away, and chat.
 */
export const scoreOf = ({ coverage, cosine, vectorWeight }: PassageEvidence): number => {
  const { steepness, middle } = lexicalCurve
  const lexical = steepness * (coverage - middle)
  if (cosine === undefined) return logistic(lexical)
  return logistic(
    lexical * (1 - vectorWeight) * 2 + vectorCurve.steepness * (cosine - vectorCurve.middle) * vectorWeight,
  )
}

export interface PassageEvidence {
  /** 0 to 1 */
  readonly coverage: number
  /** -1 to 1; undefined when there are no vectors. */
  readonly cosine: number | undefined
  readonly vectorWeight: number
}

/** From this score a passage counts as an answer, unless the document says otherwise. */
export const knowledgeThresholdDefault = 0.5

export const knowledgeThreshold = ({ agent }: Pick<AgentDocument, 'agent'>): number =>
  agent.knowledge_threshold === undefined || agent.knowledge_threshold === 'auto'
    ? knowledgeThresholdDefault
    : agent.knowledge_threshold

const lexicalCurve = { steepness: 25, middle: 0.26 }
const vectorCurve = { steepness: 20, middle: 0.45 }

const logistic = (value: number): number => 1 / (1 + Math.exp(-value))
