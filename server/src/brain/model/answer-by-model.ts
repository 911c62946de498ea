import type { AgentResponse } from '../../domain/message.ts'
import type { OpenTurn } from '../open-turn.ts'
import type { Passage, Thinking } from '../turn-types.ts'

/** Undefined without a language model. */
export function* answerByModel(
  _turn: OpenTurn,
  _wish: { readonly question: string; readonly passages: readonly Passage[] },
): Thinking<AgentResponse | undefined> {
  return undefined
}
