import type { Dialog } from './dialog-state.ts'
import { offtopicsIntent } from './document/document.ts'
import { sentencesOf } from './fallback.ts'
import { hearsIntent, listeningNode } from './listening.ts'
import { chosenText, isYesOrNo } from './offered-choice.ts'
import { note, type OpenTurn } from './open-turn.ts'
import { couldAnswer, openRequisite } from './question.ts'
import { exactIntent } from './understand.ts'
import { yesOrNo } from './yes-or-no.ts'

/** Who names one of the quick replies that were offered last is heard as if it had been pressed. */
export const takeOffer = (turn: OpenTurn, dialog: Dialog): void => {
  if (!dialog.offer || turn.text === '') return
  const open = dialog.question && openRequisite(turn, dialog.question)
  const chosen = chosenText(dialog.offer, turn.text, {
    mayBePosition: !open || !couldAnswer(turn, open.requisite),
    mayAgree: !isHeardItself(turn, dialog),
    ...(dialog.isClarifying ? { refusal: sentencesOf(turn).noneOfThese } : {}),
  })
  if (chosen === undefined) return
  turn.path.push('choice')
  note(turn, `"${turn.text}" was taken as the choice "${chosen}"`)
  turn.text = chosen
  delete turn.entities
  turn.entitiesByName.clear()
}

/** "No" to what the agent offered with a question ("Shall I get a colleague?") is understood: it is not wanted. */
export const declinesOffer = (turn: OpenTurn, dialog: Dialog): boolean =>
  dialog.offer !== undefined &&
  !dialog.isClarifying &&
  isYesOrNo(dialog.offer) &&
  yesOrNo(turn.text) === 'no' &&
  !isHeardItself(turn, dialog)

/** A document may listen to "yes" and "no" with nodes of its own. */
const isHeardItself = (turn: OpenTurn, { standsAt }: Dialog): boolean => {
  const intent = exactIntent(turn)
  if (intent === undefined || intent === offtopicsIntent) return false
  return listeningNode(turn.agent, standsAt, hearsIntent(intent)) !== undefined
}
