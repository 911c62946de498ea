import type { OpenTurn } from '../open-turn.ts'
import type { Thinking } from '../turn-types.ts'

/** Is the statement true of the text? Undefined when nobody can say. */
export function* judge(_turn: OpenTurn, _statement: string, _about: string): Thinking<boolean | undefined> {
  return undefined
}
