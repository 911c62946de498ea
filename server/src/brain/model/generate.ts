import type { AgentResponse } from '../../domain/message.ts'
import type { OpenTurn } from '../open-turn.ts'
import type { Thinking } from '../turn-types.ts'

/** Undefined without a language model. */
export function* generate(_turn: OpenTurn, _instructions: string): Thinking<AgentResponse | undefined> {
  return undefined
}
