import type { DocumentAction } from '../document/document.ts'
import { answerFromKnowledge } from '../knowledge/answer-from-knowledge.ts'
import { generate } from '../model/generate.ts'
import { note, type OpenTurn, rendered } from '../open-turn.ts'
import type { Thinking } from '../turn-types.ts'
import { setVariable } from '../variables.ts'
import { callWebhook } from '../webhooks/call-webhook.ts'
import { responseOf } from './response-of.ts'
import { handOver, say } from './say.ts'

/** Where the turn goes after some actions: on, to another node, nowhere, or to what follows not understanding. */
export type Onward =
  | { readonly type: 'on' }
  | { readonly type: 'jump'; readonly nodeId: string }
  | { readonly type: 'end' }
  | { readonly type: 'not_understood' }

/** One action after the other. What stands behind a jump, a handover or a close does not run. */
export function* performActions(turn: OpenTurn, actions: readonly DocumentAction[]): Thinking<Onward> {
  for (const action of actions) {
    const onward = yield* performAction(turn, action)
    if (onward.type !== 'on') return onward
  }
  return on
}

const on: Onward = { type: 'on' }

function* performAction(turn: OpenTurn, action: DocumentAction): Thinking<Onward> {
  switch (action.type) {
    case 'jump':
      return { type: 'jump', nodeId: action.node_id }
    case 'handover':
      handOver(turn, action)
      return { type: 'end' }
    case 'close':
      turn.effects.push({ type: 'close' })
      return { type: 'end' }
    case 'set_variables':
      for (const [path, value] of Object.entries(action.variables))
        setVariable(turn, path, renderedValue(turn, value))
      return on
    case 'reset':
      for (const path of action.variables ?? turn.agent.ownVariables) setVariable(turn, path, null)
      return on
    case 'tag':
      addTag(turn, action.tag)
      return on
    case 'webhook':
      return (yield* callWebhook(turn, action.webhook_id))
        ? on
        : yield* performActions(turn, action.fallback ?? [])
    case 'knowledge': {
      const query = action.query === undefined ? turn.text : rendered(turn, action.query)
      const found = yield* answerFromKnowledge(turn, {
        query,
        ...(action.collections ? { collections: action.collections } : {}),
      })
      if (found) return saying(turn, found.response)
      return action.fallback ? yield* performActions(turn, action.fallback) : { type: 'not_understood' }
    }
    case 'generate': {
      const written = yield* generate(turn, rendered(turn, action.instructions))
      return written ? saying(turn, written) : yield* performActions(turn, action.fallback ?? [])
    }
    default:
      return saying(turn, responseOf(turn, action))
  }
}

const saying = (turn: OpenTurn, response: Parameters<typeof say>[1]): Onward => {
  say(turn, response)
  return on
}

const tagLengthMax = 255

const addTag = (turn: OpenTurn, template: string): void => {
  const tag = rendered(turn, template).trim().slice(0, tagLengthMax)
  if (tag === '') note(turn, 'a tag that rendered as nothing was not set')
  else turn.effects.push({ type: 'tag', tag })
}

type VariableValue = Extract<DocumentAction, { type: 'set_variables' }>['variables'][string]

const renderedValue = (turn: OpenTurn, value: VariableValue): VariableValue => {
  if (typeof value === 'string') return rendered(turn, value)
  return Array.isArray(value)
    ? value.map((item) => (typeof item === 'string' ? rendered(turn, item) : item))
    : value
}
