import type { AgentResponse } from '../../domain/message.ts'
import type { OpenTurn } from '../open-turn.ts'
import type { Thinking } from '../turn-types.ts'

/** As they are, without a language model. */
export function* enhance(
  _turn: OpenTurn,
  responses: readonly AgentResponse[],
): Thinking<readonly AgentResponse[]> {
  return responses
}
