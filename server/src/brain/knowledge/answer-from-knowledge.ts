import { isJsonObject, type Json } from '../../domain/json.ts'
import type { AgentResponse } from '../../domain/message.ts'
import { ask, note, type OpenTurn } from '../open-turn.ts'
import type { Passage, Thinking } from '../turn-types.ts'
import { citation } from './citation.ts'
import { knowledgeThresholdDefault } from './passage-score.ts'
import { chooseSentences, type RankedSentence, rankSentences } from './rank-sentences.ts'

export interface KnowledgeAnswer {
  readonly response: AgentResponse
  /** What was found, best first; the answer's own sentences are from these. */
  readonly passages: readonly Passage[]
}

/**
 * The answer that the documents give in their own words, with where it stands; undefined when no passage is near
 * enough to be one, because no answer is better than one to another question. Nothing is said here.
 */
export function* answerFromKnowledge(
  turn: OpenTurn,
  wish: { readonly query: string; readonly collections?: readonly string[] },
): Thinking<KnowledgeAnswer | undefined> {
  const query = wish.query.trim()
  if (query === '') return undefined
  const found = yield* ask(turn, {
    kind: 'search',
    query,
    ...(wish.collections ? { collections: wish.collections } : {}),
    passagesMax,
  })
  const passages = found === undefined ? [] : passagesOf(found)
  const [best] = passages
  if (!best) return undefined
  const threshold = thresholdOf(turn)
  if (best.score < threshold) {
    note(turn, `knowledge: the nearest passage is of "${best.title}" with ${best.score}, below ${threshold}`)
    return undefined
  }
  const sentences = chooseSentences(rankSentences(query, passages))
  const cited = passages.filter((passage) => sentences.some((sentence) => sentence.passage === passage))
  for (const { passage_id, title, score } of cited) turn.passages.push({ passage_id, title, score })
  const source = citation(cited, turn.agent.document.agent.language)
  return { response: { type: 'text', text: `${joined(sentences)}\n\n${source}` }, passages }
}

const passagesMax = 5

const thresholdOf = ({ agent }: OpenTurn): number => {
  const { knowledge_threshold = 'auto' } = agent.document.agent
  return knowledge_threshold === 'auto' ? knowledgeThresholdDefault : knowledge_threshold
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

/** The answer of a 'search' ask. It may be a recorded one, so its form is looked at. */
const passagesOf = (found: Json): readonly Passage[] => {
  if (!isJsonObject(found) || !Array.isArray(found['passages'])) return []
  return found['passages'].filter(isPassage)
}

const isPassage = (value: unknown): value is Passage =>
  isJsonObject(value) &&
  ['passage_id', 'title', 'text'].every((key) => typeof value[key] === 'string') &&
  typeof value['score'] === 'number'
