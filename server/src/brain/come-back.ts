import { endsTalk } from './actions/say.ts'
import type { Dialog } from './dialog-state.ts'
import type { OpenTurn } from './open-turn.ts'
import { openRequisite, sayPrompt } from './question.ts'
import { isFilled, variable } from './variables.ts'

/** A node that was begun anew in this turn is not resumed as well: what it does would be done twice. */
export const notBegunAnew = (turn: OpenTurn, { suspended }: Dialog): Dialog['suspended'] =>
  suspended.filter(({ node_id: nodeId }) => !turn.nodes.includes(nodeId))

/**
 * Asks again what a digression put aside, when that came to nothing. Only the question is said and nothing else of its
 * node runs, so this always ends. A question that was answered meanwhile waits: its node goes on with the next talk
 * that comes to its end.
 */
export const comeBack = (turn: OpenTurn, dialog: Dialog): Dialog => {
  const question = dialog.suspended.at(-1)
  if (question === undefined || dialog.question !== undefined || endsTalk(turn)) return dialog
  const open = openRequisite(turn, question)
  const suspended = dialog.suspended.slice(0, -1)
  if (!open) return comeBack(turn, { ...dialog, suspended })
  if (isFilled(variable(turn.context, question.save_as))) return dialog
  turn.path.push('resumed')
  sayPrompt(turn, open.requisite)
  return { ...dialog, standsAt: question.node_id, suspended, question }
}
