import { say } from './actions/say.ts'
import type { Agent } from './agent.ts'
import { answerFreely, answerSurely } from './answer-freely.ts'
import { answerQuestion } from './answer-question.ts'
import { arrive, resume } from './arrive.ts'
import { contextDifference } from './context-difference.ts'
import { type Dialog, readDialog, writeDialog } from './dialog-state.ts'
import type { DocumentNode } from './document/document.ts'
import {
  choiceOf,
  fallenBack,
  givenUp,
  handedOver,
  isTooMuch,
  notUnderstood,
  sayBuiltin,
  sentencesOf,
} from './fallback.ts'
import { hearsAttachment, hearsIntent, listeningNode } from './listening.ts'
import { offerOf } from './offered-choice.ts'
import { note, type OpenTurn, openTurn, rendered } from './open-turn.ts'
import { asksForPerson } from './person-guard.ts'
import { openRequisite } from './question.ts'
import { asksToStop } from './stop-guard.ts'
import { declinesOffer, takeOffer } from './take-offer.ts'
import { variableChanges } from './trace-variables.ts'
import { entitiesIn } from './turn-entities.ts'
import type { TurnStep } from './turn-steps.ts'
import type { Thinking, Trace, TurnInput, TurnResult } from './turn-types.ts'
import { exactIntent, intentTrace, nodeFor, understand, verdictOf } from './understand.ts'
import { walk } from './walk.ts'
import { callHooks } from './webhooks/call-webhook.ts'

/*
 * One turn (agent spec 2.1): guards first, then an open question, then what the document understands, then what the
 * documents and a model know, then the ladder of what nobody knows.
 *
 * 1. Pure: no clock, no chance, nothing outside; the same agent, input and answers give the same result.
 * 2. Total: it never throws. A fault of the document ends in a note of the trace and the built-in sentence.
 * 3. Whoever asks for a person gets one, unless the document forbids it: by the document's own intent if it has one,
 *    by a handover if not. Only an intent with a phrase of its own that asks for a person is stronger than the guard.
 */
export function* think(agent: Agent, input: TurnInput): Thinking {
  const turn = openTurn(agent, input)
  const before = readDialog(input.state, input.now, agent.inactivityMs)
  takeOffer(turn, before)
  const after = input.kind === 'session_start' ? yield* greet(turn, before) : yield* hear(turn, before)
  return resultOf(turn, after)
}

function* greet(turn: OpenTurn, dialog: Dialog): Thinking<Dialog> {
  const start = turn.agent.nodes.get(turn.agent.document.agent.starting_node_id ?? '')
  if (!start) return dialog
  turn.path.push('start')
  return yield* arrive(turn, dialog, yield* walk(turn, start))
}

/** The customer's own system hears the message first, and what the agent says to it last. */
function* hear(turn: OpenTurn, dialog: Dialog): Thinking<Dialog> {
  const isFirst = turn.input.context['sys-user_message_counter'] === 1
  for (const kind of isFirst ? (['first_message', 'pre_message'] as const) : (['pre_message'] as const)) {
    const hooked = yield* callHooks(turn, kind)
    if (hooked === 'on') continue
    turn.path.push(`${kind} webhook`)
    return hooked === 'failed' ? fallenBack(turn, dialog) : dialog
  }
  const after = yield* react(turn, dialog)
  const last = yield* callHooks(turn, 'post_message')
  if (last === 'answered') turn.path.push('post_message webhook')
  return last === 'failed' ? fallenBack(turn, dialog) : after
}

function* react(turn: OpenTurn, dialog: Dialog): Thinking<Dialog> {
  if (turn.text === '') return yield* reactWithoutText(turn, dialog)
  return (
    (yield* guards(turn, dialog)) ??
    (dialog.question ? yield* answerQuestion(turn, dialog, dialog.question) : undefined) ??
    (yield* followIntent(turn, { ...dialog, question: undefined }))
  )
}

function* reactWithoutText(turn: OpenTurn, dialog: Dialog): Thinking<Dialog> {
  const hasAttachments = (turn.input.attachments ?? []).length > 0
  const node = hasAttachments ? listeningNode(turn.agent, dialog.standsAt, hearsAttachment) : undefined
  if (node) return yield* go(turn, setAside(dialog), node, 'attachment')
  const answered = dialog.question ? yield* answerQuestion(turn, dialog, dialog.question) : undefined
  return answered ?? (yield* notUnderstood(turn, { ...dialog, question: undefined }))
}

/** A person is asked for, or to be left alone. */
function* guards(turn: OpenTurn, dialog: Dialog): Thinking<Dialog | undefined> {
  const { agent, text } = turn
  if (isOffered(turn, dialog)) return undefined
  if (agent.isHandoverAllowed && asksForPerson(text)) return yield* answerPersonRequest(turn, dialog)
  if (!asksToStop(text) || exactIntent(turn) !== undefined) return undefined
  turn.path.push('stop')
  sayBuiltin(turn, 'stopped')
  return { unknownCounter: 0, standsAt: undefined, suspended: [], isClarifying: false }
}

function* answerPersonRequest(turn: OpenTurn, dialog: Dialog): Thinking<Dialog | undefined> {
  const { agent } = turn
  const understanding = yield* understand(turn)
  const verdict = verdictOf(turn, dialog.standsAt, understanding)
  const own = understanding.ranking.find(({ name }) => agent.personIntents.has(name))
  const node = own && listeningNode(agent, dialog.standsAt, hearsIntent(own.name))
  // The document hears such requests itself, and heard this one. An open question must not take it for its answer.
  const isHeard = node !== undefined && verdict.type === 'accepted' && verdict.intent === own?.name
  if (isHeard && !dialog.question) return undefined
  note(turn, 'the user asks for a person')
  if (node) return yield* go(turn, setAside(dialog), node, 'person')
  turn.path.push('person')
  return handedOver(turn, 'the user asked for a person')
}

/** Is the message one of the choices that the open question offers ("cancel", "agent")? Then it is meant as that. */
const isOffered = (turn: OpenTurn, { question }: Dialog): boolean => {
  const choices = question && openRequisite(turn, question)?.requisite.validate?.enum
  return choices?.some((choice) => isSameChoice(turn.text, choice)) ?? false
}

function* followIntent(turn: OpenTurn, dialog: Dialog): Thinking<Dialog> {
  if (dialog.isClarifying && isSameChoice(turn.text, sentencesOf(turn).noneOfThese))
    return yield* notUnderstood(turn, { ...dialog, isClarifying: false })
  if (declinesOffer(turn, dialog)) {
    turn.path.push('declined')
    sayBuiltin(turn, 'declined')
    return yield* resume(turn, { ...dialog, unknownCounter: 0 })
  }
  const understanding = yield* understand(turn)
  const verdict = verdictOf(turn, dialog.standsAt, understanding)
  const isDoubtful = verdict.type !== 'rejected' && (understanding.ranking[0]?.confidence ?? 0) < sureIntent
  const answered = { ...dialog, unknownCounter: 0, isClarifying: false }
  if (isDoubtful && (yield* answerSurely(turn))) return yield* resume(turn, answered)
  if (verdict.type === 'accepted') {
    const node = nodeFor(turn, dialog.standsAt, verdict.intent)
    if (node) return yield* go(turn, dialog, node, 'intent')
  }
  if (verdict.type === 'unsure' && verdict.intents.length > 1) return clarify(turn, dialog, verdict.intents)
  if (yield* answerFreely(turn)) return yield* resume(turn, answered)
  if (verdict.type === 'unsure') return clarify(turn, dialog, verdict.intents)
  return yield* notUnderstood(turn, { ...dialog, isClarifying: false })
}

/** With few intents the nearest one claims much that is not meant: below this the documents may know better. */
const sureIntent = 0.8

function* go(turn: OpenTurn, dialog: Dialog, node: DocumentNode, step: TurnStep): Thinking<Dialog> {
  turn.path.push(step)
  return yield* arrive(turn, dialog, yield* walk(turn, node, { take: 'all' }))
}

/**
 * "Did you mean ...?" with the intents as quick replies. A second time in a row it counts as not understood, or a user
 * who is never clear would be asked for ever.
 */
const clarify = (turn: OpenTurn, dialog: Dialog, intents: readonly string[]): Dialog => {
  turn.path.push('clarify')
  const unknownCounter = dialog.unknownCounter + (dialog.isClarifying ? 1 : 0)
  if (isTooMuch(turn, unknownCounter)) return givenUp(turn, unknownCounter)
  const sentences = sentencesOf(turn)
  const prompt = turn.agent.document.agent.disambiguation?.prompt
  const choices = intents.flatMap((intent) => choiceOf(turn.agent, intent))
  say(turn, {
    type: 'text',
    text: (prompt === undefined ? '' : rendered(turn, prompt)) || sentences.clarify,
    options: [...choices, { label: sentences.noneOfThese, text: sentences.noneOfThese }],
  })
  return { ...dialog, unknownCounter, isClarifying: true }
}

const isSameChoice = (text: string, choice: string): boolean => text.toLowerCase() === choice.toLowerCase()

const setAside = (dialog: Dialog): Dialog =>
  dialog.question
    ? { ...dialog, question: undefined, suspended: [...dialog.suspended, dialog.question] }
    : dialog

const resultOf = (turn: OpenTurn, dialog: Dialog): TurnResult => {
  const contextPatch = contextDifference(turn.contextBefore, turn.context)
  return {
    responses: turn.responses,
    state: writeDialog({ ...dialog, offer: offerOf(turn.responses) }, turn.now),
    ...(contextPatch ? { contextPatch } : {}),
    effects: turn.effects,
    trace: traceOf(turn),
  }
}

const traceOf = (turn: OpenTurn): Trace => {
  const intent = intentTrace(turn.agent, turn.understanding)
  const entities = (turn.text === '' ? [] : entitiesIn(turn)).map(({ entity, value, text }) => ({
    entity,
    value,
    text,
  }))
  const variables = variableChanges(turn.contextBefore, turn.context)
  return {
    ...(intent ? { intent } : {}),
    ...(entities.length > 0 ? { entities } : {}),
    path: turn.path,
    nodes: turn.nodes,
    ...(turn.conditions.length > 0 ? { conditions: turn.conditions } : {}),
    ...(variables ? { variables } : {}),
    ...(turn.passages.length > 0 ? { passages: turn.passages } : {}),
    notes: [...turn.notes],
  }
}
