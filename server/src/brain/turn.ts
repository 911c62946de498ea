import { handOver, say } from './actions.ts'
import type { Agent } from './agent.ts'
import { builtinSentences } from './builtin-sentences.ts'
import { contextDifference } from './context-difference.ts'
import { type DocumentNode, offtopicsIntent } from './document/document.ts'
import { classify } from './intents/classify.ts'
import type { Understanding } from './intents/model.ts'
import { matchPhrase } from './intents/phrases.ts'
import { hearsAttachment, hearsIntent, hearsUnknown, listeningNode } from './listening.ts'
import { note, type OpenTurn, openTurn } from './open-turn.ts'
import { asksForPerson } from './person-guard.ts'
import type { Answer, DialogState, Trace, TurnInput, TurnResult, TurnStep } from './turn-types.ts'
import { walk } from './walk.ts'

/*
 * One turn (agent spec 2.1): guards first, then what the document understands, then the ladder of what it does not.
 *
 * 1. Pure: no clock, no chance, nothing outside; the same agent, input and answers give the same step.
 * 2. Total: it never throws. A fault of the document ends in a note of the trace and the built-in sentence.
 * 3. Whoever asks for a person gets one, unless the document forbids it: by the document's own intent if it has one,
 *    by a handover if not. Only an intent with a phrase of its own that asks for a person is stronger than the guard.
 */
export const think = (agent: Agent, input: TurnInput, _answers: readonly Answer[]): TurnStep => {
  const turn = openTurn(input)
  const outcome =
    input.kind === 'session_start' ? greet(agent, turn, input.state) : answer(agent, turn, input)
  return { type: 'done', result: resultOf(turn, input, outcome) }
}

interface Outcome {
  readonly state: DialogState
  readonly intent?: Trace['intent']
}

const greet = (agent: Agent, turn: OpenTurn, state: DialogState): Outcome => {
  const start = agent.nodes.get(agent.document.agent.starting_node_id ?? '')
  return { state: start ? understood(agent, turn, state, start) : state }
}

const answer = (agent: Agent, turn: OpenTurn, input: TurnInput): Outcome => {
  const text = input.text?.trim() ?? ''
  if (text === '') return { state: answerWithoutText(agent, turn, input) }
  const understanding = agent.model ? classify(agent.model, text) : matchPhrase(agent.phrases, text)
  const intent = intentTrace(agent, understanding)
  return { state: answerText(agent, turn, input, understanding), ...(intent ? { intent } : {}) }
}

const answerWithoutText = (agent: Agent, turn: OpenTurn, input: TurnInput): DialogState => {
  const { state } = input
  const node =
    (input.attachments ?? []).length > 0 ? listeningNode(agent, standsAt(state), hearsAttachment) : undefined
  return node ? understood(agent, turn, state, node) : notUnderstood(agent, turn, state)
}

const answerText = (
  agent: Agent,
  turn: OpenTurn,
  input: TurnInput,
  understanding: Understanding,
): DialogState => {
  const { state, text = '' } = input
  const accepted = acceptedIntent(agent, understanding)
  if (agent.isHandoverAllowed && asksForPerson(text) && !agent.personIntents.has(accepted ?? ''))
    return answerPersonRequest(agent, turn, state, understanding)
  if (accepted === undefined) return notUnderstood(agent, turn, state)
  const node = listeningNode(agent, standsAt(state), hearsIntent(accepted))
  if (node) return understood(agent, turn, state, node)
  note(turn, `intent ${accepted} was understood, but no node listens to it here`)
  return notUnderstood(agent, turn, state)
}

const acceptedIntent = (agent: Agent, { ranking }: Understanding): string | undefined => {
  const [best] = ranking
  if (!best || best.confidence === 0 || best.confidence < agent.threshold) return undefined
  return best.name === offtopicsIntent ? undefined : best.name
}

const answerPersonRequest = (
  agent: Agent,
  turn: OpenTurn,
  state: DialogState,
  understanding: Understanding,
): DialogState => {
  note(turn, 'the user asks for a person')
  const own = understanding.ranking.find(({ name }) => agent.personIntents.has(name))
  const node = own && listeningNode(agent, standsAt(state), hearsIntent(own.name))
  return node
    ? understood(agent, turn, state, node)
    : handedOver(agent, turn, state, 'the user asked for a person')
}

const understood = (agent: Agent, turn: OpenTurn, state: DialogState, node: DocumentNode): DialogState => {
  const outcome = walk(agent, turn, node)
  if (outcome.ok) return { ...state, unknown_counter: 0, node_id: outcome.lastNode.node_id }
  return fallenBack(agent, turn, state)
}

const notUnderstood = (agent: Agent, turn: OpenTurn, state: DialogState): DialogState => {
  const counter = unknownCounter(state) + 1
  if (agent.isHandoverAllowed && counter >= agent.unknownHandoverAfter)
    return handedOver(agent, turn, state, `${counter} messages in a row were not understood`)
  const node = listeningNode(agent, standsAt(state), hearsUnknown)
  if (node && !walk(agent, turn, node).ok) return fallenBack(agent, turn, state)
  if (!node) sayBuiltin(agent, turn, 'notUnderstood')
  return { ...state, unknown_counter: counter }
}

const handedOver = (agent: Agent, turn: OpenTurn, state: DialogState, reason: string): DialogState => {
  sayBuiltin(agent, turn, 'handover')
  handOver(turn, { reason })
  return { ...state, unknown_counter: 0 }
}

/** The document is at fault: what it said in its circle is unsaid, and the user gets one plain sentence. */
const fallenBack = (agent: Agent, turn: OpenTurn, state: DialogState): DialogState => {
  turn.responses.length = 0
  turn.effects.length = 0
  turn.context = turn.contextBefore
  const counter = unknownCounter(state) + 1
  if (agent.isHandoverAllowed && counter >= agent.unknownHandoverAfter)
    return handedOver(agent, turn, state, `${counter} messages in a row were not understood`)
  sayBuiltin(agent, turn, 'notUnderstood')
  return { ...state, unknown_counter: counter }
}

const sayBuiltin = (agent: Agent, turn: OpenTurn, sentence: 'notUnderstood' | 'handover'): void =>
  say(turn, { type: 'text', text: builtinSentences(agent.document.agent.language)[sentence] })

/** The state comes from a store: it is believed only as far as it has the right form. */
const unknownCounter = ({ unknown_counter: counter }: DialogState): number =>
  Number.isSafeInteger(counter) && counter > 0 ? counter : 0

const standsAt = (state: DialogState): string | undefined =>
  typeof state.node_id === 'string' ? state.node_id : undefined

const rankedMax = 5

const intentTrace = (agent: Agent, { ranking, because }: Understanding): Trace['intent'] | undefined => {
  const [best] = ranking
  if (!best) return undefined
  return {
    name: best.name,
    confidence: best.confidence,
    threshold: agent.threshold,
    ranking: ranking.slice(0, rankedMax),
    because,
  }
}

const resultOf = (turn: OpenTurn, input: TurnInput, { state, intent }: Outcome): TurnResult => {
  const contextPatch = contextDifference(input.context, turn.context)
  return {
    responses: turn.responses,
    state,
    ...(contextPatch ? { contextPatch } : {}),
    effects: turn.effects,
    trace: { ...(intent ? { intent } : {}), nodes: turn.nodes, notes: [...turn.notes] },
  }
}
