import type { Agent } from '../../src/brain/agent.ts'
import { think } from '../../src/brain/turn.ts'
import type { Answer, Ask, TurnInput, TurnResult } from '../../src/brain/turn-types.ts'

/** Thinks a turn to its end. Whoever is asked and not given here does not answer. */
export const thinkThrough = (
  agent: Agent,
  input: TurnInput,
  answer: (ask: Ask) => Answer = ({ kind }) => ({ ok: false, error: `no ${kind} here` }),
): TurnResult => {
  const thinking = think(agent, input)
  let step = thinking.next()
  while (!step.done) step = thinking.next(answer(step.value))
  return step.value
}
