import { say } from './actions/say.ts'
import { asksBack } from './asks-back.ts'
import { answerFromKnowledge, type KnowledgeAnswer } from './knowledge/answer-from-knowledge.ts'
import { answerByModel } from './model/answer-by-model.ts'
import type { OpenTurn } from './open-turn.ts'
import type { Thinking } from './turn-types.ts'
import { yesOrNo } from './yes-or-no.ts'

/**
 * An answer that no workflow has: from the documents, in their own words; worded by a language model where there is
 * one and what it says holds. False when nobody knows.
 */
export function* answerFreely(turn: OpenTurn): Thinking<boolean> {
  const found = yield* askDocuments(turn)
  return yield* tell(turn, found)
}

/**
 * ... or an answer that stands in the documents as surely as hardly any other: then it is stronger than an intent that
 * is only likely. Without it nothing is said, and no model is asked.
 */
export function* answerSurely(turn: OpenTurn): Thinking<boolean> {
  const found = yield* askDocuments(turn, sureScore)
  return found !== undefined && (yield* tell(turn, found))
}

const sureScore = 0.95

function* askDocuments(turn: OpenTurn, scoreMin = 0): Thinking<KnowledgeAnswer | undefined> {
  const { agent, text } = turn
  if (!agent.hasKnowledge || !asksSomething(text)) return undefined
  return yield* answerFromKnowledge(turn, { query: text, scoreMin })
}

function* tell(turn: OpenTurn, found: KnowledgeAnswer | undefined): Thinking<boolean> {
  const { agent, text } = turn
  const written = agent.hasModels
    ? yield* answerByModel(turn, { question: text, passages: found?.passages ?? [] })
    : undefined
  const response = written ?? found?.response
  if (!response) return false
  turn.path.push(written ? 'model' : 'knowledge')
  say(turn, response)
  return true
}

/** A bare yes, no, "what?" or figure asks nothing of documents, though they may be full of it. */
const asksSomething = (text: string): boolean =>
  yesOrNo(text) === undefined && !asksBack(text) && /\p{L}/u.test(text)
