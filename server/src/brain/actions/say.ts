import type { AgentResponse } from '../../domain/message.ts'
import type { ActionOf } from '../document/document.ts'
import { note, type OpenTurn, rendered } from '../open-turn.ts'

export const handOver = (turn: OpenTurn, wish: Pick<ActionOf<'handover'>, 'department' | 'reason'>): void => {
  const department = renderedOrNone(turn, wish.department)
  const reason = renderedOrNone(turn, wish.reason)
  say(turn, { type: 'handover', ...(department === undefined ? {} : { name: department }) })
  turn.effects.push({
    type: 'handover',
    ...(department === undefined ? {} : { department }),
    ...(reason === undefined ? {} : { reason }),
  })
}

/** Nothing is asked behind it. */
export const endsTalk = ({ effects }: OpenTurn): boolean =>
  effects.some(({ type }) => type === 'handover' || type === 'close')

/** More than this in one turn nobody reads; it also bounds what 80 nodes can pile up. */
const responsesMax = 50

export const say = (turn: OpenTurn, response: AgentResponse | undefined): void => {
  if (response === undefined) return
  if (turn.responses.length < responsesMax) turn.responses.push(response)
  else note(turn, `more than ${responsesMax} responses in one turn; the rest was not said`)
}

/** Undefined when it is not there or renders as nothing. */
export const renderedOrNone = (turn: OpenTurn, template: string | undefined): string | undefined =>
  template === undefined ? undefined : rendered(turn, template) || undefined
