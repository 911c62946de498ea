import { isJsonObject, type Json } from '../../domain/json.ts'
import type { AgentResponse } from '../../domain/message.ts'
import { ask, note, type OpenTurn } from '../open-turn.ts'
import type { Passage, Thinking } from '../turn-types.ts'
import { extractAnswer } from './extract-answer.ts'
import { knowledgeThreshold } from './passage-score.ts'

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
  wish: {
    readonly query: string
    readonly collections?: readonly string[]
    /** Less sure an answer is none; the document's threshold if that is higher, or nothing stands here. */
    readonly scoreMin?: number
  },
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
  const threshold = Math.max(knowledgeThreshold(turn.agent.document), wish.scoreMin ?? 0)
  if (best.score < threshold) {
    note(turn, `knowledge: the nearest passage is of "${best.title}" with ${best.score}, below ${threshold}`)
    return undefined
  }
  const { text, cited } = extractAnswer(query, passages, turn.agent.document.agent.language)
  for (const { passage_id, title, score } of cited) turn.passages.push({ passage_id, title, score })
  return { response: { type: 'text', text }, passages }
}

/** As many as a language model is shown, too. */
const passagesMax = 5

/** The answer of a 'search' ask. It may be a recorded one, so its form is looked at. */
const passagesOf = (found: Json): readonly Passage[] => {
  if (!isJsonObject(found) || !Array.isArray(found['passages'])) return []
  return found['passages'].filter(isPassage)
}

const isPassage = (value: unknown): value is Passage =>
  isJsonObject(value) &&
  ['passage_id', 'title', 'text'].every((key) => typeof value[key] === 'string') &&
  typeof value['score'] === 'number'
