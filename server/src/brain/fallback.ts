import type { QuickReply } from '../domain/message.ts'
import { endsTalk, handOver, say } from './actions/say.ts'
import { rootKey } from './agent.ts'
import { type BuiltinSentences, builtinSentences } from './builtin-sentences.ts'
import { comeBack, notBegunAnew } from './come-back.ts'
import type { Dialog } from './dialog-state.ts'
import { hearsUnknown, listeningNode } from './listening.ts'
import type { OpenTurn } from './open-turn.ts'
import type { Thinking } from './turn-types.ts'
import { walk } from './walk.ts'

/**
 * The ladder of what was not understood (agent spec 2.1): the nearest enclosing `unknown` node; without one the user
 * is asked for other words, then offered the topics; after N times in a row a person is called. A question that waited
 * behind what was not understood is asked again.
 */
export function* notUnderstood(turn: OpenTurn, dialog: Dialog): Thinking<Dialog> {
  turn.path.push('not understood')
  const unknownCounter = dialog.unknownCounter + 1
  if (isTooMuch(turn, unknownCounter)) return givenUp(turn, unknownCounter)
  const node = listeningNode(turn.agent, dialog.standsAt, hearsUnknown)
  if (!node) {
    sayPlainly(turn, unknownCounter)
    return comeBack(turn, { ...dialog, unknownCounter, isClarifying: false })
  }
  const outcome = yield* walk(turn, node)
  if (outcome.type === 'failed') return fallenBack(turn, dialog)
  const suspended = notBegunAnew(turn, dialog)
  const after = { ...dialog, suspended, unknownCounter, isClarifying: false }
  if (outcome.type === 'asked') return { ...after, question: outcome.question }
  // It led somewhere else, and there the conversation stands now.
  const standsAt = outcome.lastNode === node ? dialog.standsAt : outcome.lastNode.node_id
  if (endsTalk(turn)) return { unknownCounter: 0, standsAt, suspended: [], isClarifying: false }
  if (outcome.type === 'not_understood' && turn.responses.length === 0) sayPlainly(turn, unknownCounter)
  return comeBack(turn, { ...after, standsAt })
}

const sayPlainly = (turn: OpenTurn, unknownCounter: number): void => {
  const topics = unknownCounter === 1 ? [] : topicsOf(turn)
  if (topics.length === 0) sayBuiltin(turn, 'notUnderstood')
  else say(turn, { type: 'text', text: sentencesOf(turn).topics, options: topics })
}

const topicsMax = 5

/** What can be asked from anywhere, in the document's order. */
const topicsOf = ({ agent }: OpenTurn): readonly QuickReply[] =>
  [
    ...new Set(
      (agent.childrenOf.get(rootKey) ?? []).flatMap(({ type, intent }) =>
        type === 'intent' && intent ? [intent] : [],
      ),
    ),
  ]
    .flatMap((intent) => choiceOf(agent, intent))
    .slice(0, topicsMax)

/** An intent as a quick reply: pressing it says the intent's first phrase, which is understood for certain. */
export const choiceOf = (agent: OpenTurn['agent'], intentName: string): readonly QuickReply[] => {
  const intent = agent.document.intents.find(({ intent }) => intent === intentName)
  const text = intent?.examples.find((example) => !/[{%]/.test(example))
  return text === undefined ? [] : [{ label: intent?.description || text, text }]
}

/** The top of the ladder. */
export const isTooMuch = ({ agent }: OpenTurn, unknownCounter: number): boolean =>
  agent.isHandoverAllowed && unknownCounter >= agent.unknownHandoverAfter

export const givenUp = (turn: OpenTurn, unknownCounter: number): Dialog =>
  handedOver(turn, `${unknownCounter} messages in a row were not understood`)

export const handedOver = (turn: OpenTurn, reason: string): Dialog => {
  sayBuiltin(turn, 'handover')
  handOver(turn, { reason })
  return { unknownCounter: 0, suspended: [], isClarifying: false }
}

/**
 * The document, or a webhook that must not fail, is at fault: what was said is unsaid, and the user gets one plain
 * sentence. What was asked before stays asked.
 */
export const fallenBack = (turn: OpenTurn, dialog: Dialog): Dialog => {
  turn.path.push('fallen back')
  turn.responses.length = 0
  turn.effects.length = 0
  turn.context = turn.contextBefore
  const unknownCounter = dialog.unknownCounter + 1
  if (isTooMuch(turn, unknownCounter)) return givenUp(turn, unknownCounter)
  sayBuiltin(turn, 'notUnderstood')
  return comeBack(turn, { ...dialog, unknownCounter, isClarifying: false })
}

export const sayBuiltin = (turn: OpenTurn, sentence: keyof BuiltinSentences): void =>
  say(turn, { type: 'text', text: sentencesOf(turn)[sentence] })

export const sentencesOf = ({ agent }: OpenTurn): BuiltinSentences =>
  builtinSentences(agent.document.agent.language)
