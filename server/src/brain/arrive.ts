import { endsTalk } from './actions/say.ts'
import { notBegunAnew } from './come-back.ts'
import type { Dialog, OpenQuestion } from './dialog-state.ts'
import { fallenBack, notUnderstood } from './fallback.ts'
import type { OpenTurn } from './open-turn.ts'
import { openRequisite } from './question.ts'
import type { Thinking } from './turn-types.ts'
import { type WalkOutcome, walk } from './walk.ts'

/** Where the conversation stands after a walk. A question that was put aside comes back when nothing else is open. */
export function* arrive(turn: OpenTurn, before: Dialog, outcome: WalkOutcome): Thinking<Dialog> {
  switch (outcome.type) {
    case 'failed':
      return fallenBack(turn, { ...before, question: undefined })
    case 'not_understood':
      return yield* notUnderstood(turn, { ...before, question: undefined })
    case 'asked':
      return { ...settled(turn, before), standsAt: outcome.question.node_id, question: outcome.question }
    case 'finished': {
      const dialog = { ...settled(turn, before), standsAt: outcome.lastNode.node_id, question: undefined }
      if (endsTalk(turn)) return { ...dialog, suspended: [] }
      return yield* resume(turn, dialog)
    }
  }
}

/** Asks the question again that a digression put aside, the latest one first. */
export function* resume(turn: OpenTurn, dialog: Dialog): Thinking<Dialog> {
  const question = dialog.suspended.at(-1)
  if (!question) return dialog
  const suspended = dialog.suspended.slice(0, -1)
  const open = openRequisite(turn, question)
  if (!open) return yield* resume(turn, { ...dialog, suspended })
  turn.path.push('resumed')
  const outcome = yield* walk(turn, open.node, { skipped: question.skipped })
  return yield* arrive(turn, { ...dialog, suspended }, keepAttempts(outcome, question))
}

const keepAttempts = (outcome: WalkOutcome, before: OpenQuestion): WalkOutcome =>
  outcome.type === 'asked' &&
  outcome.question.node_id === before.node_id &&
  outcome.question.save_as === before.save_as
    ? { type: 'asked', question: { ...outcome.question, attempts: before.attempts } }
    : outcome

const settled = (turn: OpenTurn, dialog: Dialog): Dialog => ({
  ...dialog,
  unknownCounter: 0,
  isClarifying: false,
  suspended: notBegunAnew(turn, dialog),
})
