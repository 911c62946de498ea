import { say } from './actions/say.ts'
import { asksBack } from './asks-back.ts'
import { answerFromKnowledge } from './knowledge/answer-from-knowledge.ts'
import { answerByModel } from './model/answer-by-model.ts'
import type { OpenTurn } from './open-turn.ts'
import type { Thinking } from './turn-types.ts'
import { yesOrNo } from './yes-or-no.ts'

/**
 * An answer that no workflow has: from the documents, in their own words; worded by a language model where there is
 * one and what it says holds. False when nobody knows.
 */
export function* answerFreely(turn: OpenTurn): Thinking<boolean> {
  const { agent, text } = turn
  const isAsked = agent.hasKnowledge && asksSomething(text)
  const found = isAsked ? yield* answerFromKnowledge(turn, { query: text }) : undefined
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
