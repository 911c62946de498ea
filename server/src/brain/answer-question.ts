import type { Json } from '../domain/json.ts'
import { endsTalk } from './actions/say.ts'
import { answerFreely } from './answer-freely.ts'
import { arrive, resume } from './arrive.ts'
import { asksBack } from './asks-back.ts'
import { declines } from './declines.ts'
import type { Dialog, OpenQuestion } from './dialog-state.ts'
import type { DocumentNode, DocumentRequisite } from './document/document.ts'
import { type TextWord, textWords } from './entities/text-words.ts'
import { givenUp, isTooMuch, notUnderstood } from './fallback.ts'
import { hearsIntent, listeningNode } from './listening.ts'
import { note, type OpenTurn } from './open-turn.ts'
import { opensCorrection } from './opens-correction.ts'
import {
  type OpenRequisite,
  openRequisite,
  readAnswer,
  sayPrompt,
  takeCorrections,
  takenBeside,
} from './question.ts'
import { entitiesIn } from './turn-entities.ts'
import type { Thinking } from './turn-types.ts'
import { exactIntent, understand, verdictOf } from './understand.ts'
import { isFilled, setVariable, variable } from './variables.ts'
import { walk } from './walk.ts'
import { meaningOfChoice } from './yes-or-no.ts'

const attemptsMaxDefault = 3

/**
 * Free text answers anything, so only a message that is very sure to mean something else interrupts it, or one that
 * is a question itself. A day or a number may stand in another wish ("I have chest pain since Monday"); measured on
 * three agents, wishes with one have 0.85 and more, answers in a sentence ("can we do Friday at 3") up to 0.81.
 */
const digressionConfidence = 0.85

/**
 * The message while a question is open (agent spec 2.1, step 3). An answer that holds is taken. What is clearly
 * something else (a training phrase; an understood intent or a known answer where the answer does not hold) is
 * dealt with first, and the question comes back after it. Undefined: there is no such question any more.
 */
export function* answerQuestion(
  turn: OpenTurn,
  dialog: Dialog,
  question: OpenQuestion,
): Thinking<Dialog | undefined> {
  const open = openRequisite(turn, question)
  if (!open) {
    note(turn, `the question for ${question.save_as} is no longer in node ${question.node_id}`)
    return undefined
  }
  const { node, requisite } = open
  const value = yield* readAnswer(turn, requisite)
  if (value === undefined && requisite.required === false && declines(turn.text)) {
    turn.path.push('declined')
    return yield* goOnWithout(turn, { ...dialog, question: undefined }, question, open)
  }
  if (isTakenBack(turn, open, value)) return yield* goOnCorrected(turn, dialog, question, node)
  if (value === undefined && asksBack(turn.text) && exactIntent(turn) === undefined)
    return yield* askAgain(turn, dialog, question, open)
  const aside = yield* digression(turn, question, requisite, value !== undefined)
  if (aside) {
    turn.path.push('digression')
    turn.takenEntities.clear()
    const suspended = [...dialog.suspended, question]
    const outcome = yield* walk(turn, aside, { take: 'all' })
    return yield* arrive(turn, { ...dialog, question: undefined, suspended }, outcome)
  }
  if (value !== undefined && isSaved(turn, requisite, value)) {
    turn.path.push('question')
    const outcome = yield* walk(turn, node, { skipped: question.skipped, take: takenBeside(requisite) })
    return yield* arrive(turn, { ...dialog, question: undefined }, outcome)
  }
  if (takeCorrections(turn, node, requisite) === 'changed')
    return yield* goOnCorrected(turn, dialog, question, node)
  if (turn.agent.hasKnowledge && isAsking(turn.text) && (yield* answerFreely(turn))) {
    turn.path.push('digression')
    return yield* resume(turn, { ...dialog, question: undefined, suspended: [...dialog.suspended, question] })
  }
  return yield* askAgain(turn, dialog, question, open)
}

/**
 * Where any text is an answer, or "no" is one, the words of somebody who takes something back are none. Who confirms
 * something else than what was asked ("yes, on Friday") takes back, too.
 */
const isTakenBack = (
  turn: OpenTurn,
  { node, requisite }: OpenRequisite,
  value: Json | undefined,
): boolean => {
  const { validate } = requisite
  const isForm = value !== undefined && validate !== undefined && !validate.enum
  if (!isForm && opensCorrection(turn.text)) return takeCorrections(turn, node, requisite) !== undefined
  const isConfirmed = typeof value === 'string' && validate?.enum && meaningOfChoice(value) !== undefined
  return isConfirmed === true && takeCorrections(turn, node, requisite) === 'changed'
}

/** A word or two are a wrong answer rather than a question of the user's own. */
const isAsking = (text: string): boolean =>
  /[?;؟？]$/.test(text) || (text.match(/[\p{L}\p{N}]+/gu) ?? []).length > 2

/** What cannot be kept (the context is full, or the variable is ours) is no answer, or it would be asked for ever. */
const isSaved = (turn: OpenTurn, { save_as: saveAs }: DocumentRequisite, value: Json): boolean =>
  setVariable(turn, saveAs, value) && isFilled(variable(turn.context, saveAs))

/** The node of a message that is no answer but another wish. */
function* digression(
  turn: OpenTurn,
  question: OpenQuestion,
  { validate }: DocumentRequisite,
  isAnswer: boolean,
): Thinking<DocumentNode | undefined> {
  if (isAnswer && validate?.enum) return undefined
  const isForm = isAnswer && validate !== undefined
  const mayBeMore = exactIntent(turn) !== undefined || (validate?.entity !== undefined && saysMore(turn))
  if (isForm && !mayBeMore) return undefined
  const understanding = yield* understand(turn)
  const verdict = verdictOf(turn, question.node_id, understanding)
  if (verdict.type !== 'accepted') return undefined
  const confidence = understanding.ranking[0]?.confidence ?? 0
  const isSure = confidence >= digressionConfidence || (!isForm && /[?;؟？]$/.test(turn.text))
  if (isAnswer && !isSure) return undefined
  const node = listeningNode(turn.agent, question.node_id, hearsIntent(verdict.intent))
  return node?.node_id === question.node_id ? undefined : node
}

/** "Where is my order 10013" is more than a number; "on Tuesday please" is a day. */
const saysMore = (turn: OpenTurn): boolean => {
  const found = entitiesIn(turn)
  const isOutside = ({ start, end }: TextWord): boolean =>
    found.every((entity) => end <= entity.start || entity.end <= start)
  return textWords(turn.text).filter(isOutside).length >= moreWordsMin
}

const moreWordsMin = 2

function* askAgain(
  turn: OpenTurn,
  dialog: Dialog,
  question: OpenQuestion,
  { node, requisite }: { readonly node: DocumentNode; readonly requisite: DocumentRequisite },
): Thinking<Dialog> {
  const attempts = question.attempts + 1
  if (attempts < (requisite.attempts_max ?? attemptsMaxDefault)) {
    turn.path.push('asked again')
    sayPrompt(turn, requisite, requisite.reprompt ?? requisite.prompt)
    return { ...dialog, question: { ...question, attempts } }
  }
  turn.path.push('given up')
  note(turn, `${attempts} answers for ${requisite.save_as} were not valid`)
  const given = { ...dialog, question: undefined }
  if (requisite.required !== false) return yield* notUnderstood(turn, given)
  // It goes on, but nothing was understood: a circle of optional questions must not go on for ever.
  const unknownCounter = dialog.unknownCounter + 1
  if (isTooMuch(turn, unknownCounter)) return givenUp(turn, unknownCounter)
  const after = yield* goOnWithout(turn, given, question, { node, requisite })
  return endsTalk(turn) ? after : { ...after, unknownCounter: Math.max(after.unknownCounter, unknownCounter) }
}

function* goOnWithout(
  turn: OpenTurn,
  dialog: Dialog,
  question: OpenQuestion,
  { node, requisite }: OpenRequisite,
): Thinking<Dialog> {
  const skipped = [...question.skipped, requisite.save_as]
  return yield* arrive(turn, dialog, yield* walk(turn, node, { skipped }))
}

function* goOnCorrected(
  turn: OpenTurn,
  dialog: Dialog,
  question: OpenQuestion,
  node: DocumentNode,
): Thinking<Dialog> {
  turn.path.push('corrected')
  const outcome = yield* walk(turn, node, { skipped: question.skipped, take: 'open' })
  return yield* arrive(turn, { ...dialog, question: undefined }, outcome)
}
