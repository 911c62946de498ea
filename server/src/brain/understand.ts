import { vectorOfBase64 } from '../domain/vector-base64.ts'
import type { Agent } from './agent.ts'
import { offtopicsIntent } from './document/document.ts'
import { classify, needsEmbedding, type ReadMessage, readMessage } from './intents/classify.ts'
import type { RankedIntent, Understanding } from './intents/model.ts'
import { matchPhrase } from './intents/phrases.ts'
import { recall } from './intents/recall.ts'
import { hearsIntent, listeningNode } from './listening.ts'
import { ask, note, type OpenTurn } from './open-turn.ts'
import type { Thinking, Trace } from './turn-types.ts'

/** What the message may mean; asked once a turn. */
export function* understand(turn: OpenTurn): Thinking<Understanding> {
  turn.understanding ??= yield* read(turn)
  return turn.understanding
}

function* read(turn: OpenTurn): Thinking<Understanding> {
  const { agent, text } = turn
  const { model, threshold } = agent
  if (!model) return matchPhrase(agent.phrases, text)
  let message: ReadMessage | undefined
  const clear = recall(agent, text, () => {
    message = readMessage(model, text)
    return needsEmbedding(model, message, threshold) ? undefined : classify(model, message)
  })
  if (clear) return clear
  const vector = yield* ask(turn, { kind: 'embed', text })
  return classify(
    model,
    message ?? readMessage(model, text),
    typeof vector === 'string' ? vectorOfBase64(vector) : undefined,
  )
}

/** The training phrase's intent, when the message is one. Needs no model. */
export const exactIntent = (turn: OpenTurn): string | undefined => {
  const [best] = matchPhrase(turn.agent.phrases, turn.text).ranking
  return best?.confidence === 1 ? best.name : undefined
}

export type Verdict =
  | { readonly type: 'accepted'; readonly intent: string }
  /** One or several may be meant, best first. */
  | { readonly type: 'unsure'; readonly intents: readonly string[] }
  | { readonly type: 'rejected' }

/** Two thresholds: from the upper one on an intent is understood, between the two the user is asked. */
export const verdictOf = (
  turn: OpenTurn,
  standsAt: string | undefined,
  understanding: Understanding,
): Verdict => {
  const { agent } = turn
  const [best] = understanding.ranking
  if (!best || best.confidence === 0 || best.name === offtopicsIntent) return { type: 'rejected' }
  const { accept, clarify } = thresholdsOf(agent, understanding)
  if (best.confidence >= accept) return { type: 'accepted', intent: best.name }
  const { enabled = true, options_max: optionsMax = 3 } = agent.document.agent.disambiguation ?? {}
  if (!enabled) return { type: 'rejected' }
  const isHeard = ({ name }: RankedIntent): boolean =>
    name !== offtopicsIntent && listeningNode(agent, standsAt, hearsIntent(name)) !== undefined
  const intents = understanding.ranking
    .filter((intent) => intent.confidence >= clarify && isHeard(intent))
    .slice(0, optionsMax)
    .map(({ name }) => name)
  return intents.length === 0 ? { type: 'rejected' } : { type: 'unsure', intents }
}

/** Training found them, unless the document sets the upper one: then the lower one keeps its distance. */
const thresholdsOf = ({ threshold }: Agent, { thresholds }: Understanding): Understanding['thresholds'] => {
  if (threshold === undefined) return thresholds
  const clarify = thresholds.accept > 0 ? (thresholds.clarify / thresholds.accept) * threshold : threshold
  return { accept: threshold, clarify: Math.min(clarify, threshold) }
}

/** The node that hears the intent here; a note when none does. */
export const nodeFor = (turn: OpenTurn, standsAt: string | undefined, intent: string) => {
  const node = listeningNode(turn.agent, standsAt, hearsIntent(intent))
  if (!node) note(turn, `intent ${intent} was understood, but no node listens to it here`)
  return node
}

const rankedMax = 5

export const intentTrace = (
  agent: Agent,
  understanding: Understanding | undefined,
): Trace['intent'] | undefined => {
  const [best] = understanding?.ranking ?? []
  if (!understanding || !best) return undefined
  return {
    name: best.name,
    confidence: best.confidence,
    threshold: thresholdsOf(agent, understanding).accept,
    ranking: understanding.ranking.slice(0, rankedMax),
    because: understanding.because,
  }
}
