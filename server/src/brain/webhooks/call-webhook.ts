import { mergeContext, withinLimits, withoutReadOnly } from '../../domain/context.ts'
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts'
import { say } from '../actions/say.ts'
import type { DocumentWebhook } from '../document/document.ts'
import { ask, note, type OpenTurn } from '../open-turn.ts'
import { entitiesIn } from '../turn-entities.ts'
import type { Thinking } from '../turn-types.ts'
import { isResponse } from './response-form.ts'

/**
 * The agent calls the customer's system (agent spec 2.4). What it answers as context is in the context at once; its
 * responses are said. False when it failed.
 */
export function* callWebhook(turn: OpenTurn, webhookId: string): Thinking<boolean> {
  const answer = yield* ask(turn, { kind: 'webhook', webhook_id: webhookId, body: webhookBody(turn) })
  if (answer === undefined) return false
  return takeAnswer(turn, webhookId, answer) !== undefined
}

/**
 * The webhooks around a message, in the document's order. `answered` when one of them spoke in the agent's place;
 * `failed` when one failed that must not.
 */
export function* callHooks(
  turn: OpenTurn,
  kind: Exclude<DocumentWebhook['kind'], 'action'>,
): Thinking<'on' | 'answered' | 'failed'> {
  for (const webhook of turn.agent.document.webhooks ?? []) {
    if (webhook.kind !== kind) continue
    const own = kind === 'post_message' ? turn.responses.splice(0) : []
    const answer = yield* ask(turn, {
      kind: 'webhook',
      webhook_id: webhook.id,
      body: {
        ...webhookBody(turn),
        ...(kind === 'post_message' ? { output: { responses: jsonOf(own) } } : {}),
      },
    })
    const taken = answer === undefined ? undefined : takeAnswer(turn, webhook.id, answer)
    if (taken === undefined && webhook.fail_on_error === true) return 'failed'
    if (taken === 'spoke') return 'answered'
    turn.responses.push(...own)
  }
  return 'on'
}

export const webhookBody = (turn: OpenTurn): JsonObject => {
  const { context, input, agent } = turn
  const tags = context['tags']
  return {
    channel: 'custom',
    session_id: context['sys-session'] ?? null,
    brain_id: input.agentId ?? null,
    lang: agent.document.agent.language ?? 'en',
    context,
    input: {
      text: turn.text,
      ...(input.attachments ? { attachments: jsonOf(input.attachments) } : {}),
    },
    intents: (turn.understanding?.ranking ?? [])
      .slice(0, intentsMax)
      .map(({ name, confidence }) => ({ intent: name, confidence })),
    entities: entitiesIn(turn).map(({ entity, value, text }) => ({ entity, value, text })),
    tags: Array.isArray(tags) ? tags : [],
    debug: { dialog_stack: [...turn.nodes] },
  }
}

const intentsMax = 5

const jsonOf = (value: unknown): Json => JSON.parse(JSON.stringify(value))

/** `spoke` when it gave responses, `quiet` when not, undefined when the answer has not the right form. */
const takeAnswer = (turn: OpenTurn, webhookId: string, answer: Json): 'spoke' | 'quiet' | undefined => {
  const refused = (problem: string): undefined => {
    note(turn, `webhook ${webhookId}: ${problem}`)
    return undefined
  }
  if (!isJsonObject(answer)) return refused('its answer is no object')
  const patch = answer['context'] ?? answer['output'] ?? {}
  if (!isJsonObject(patch)) return refused('context in its answer is no object')
  const responses = answer['responses'] ?? []
  if (!Array.isArray(responses)) return refused('responses in its answer is no list')
  const misfit = responses.findIndex((response) => !isResponse(response))
  if (misfit >= 0) return refused(`responses[${misfit}] in its answer is no response of the channel`)
  const merged = withinLimits(mergeContext(turn.context, withoutReadOnly(patch)))
  if (!merged.ok) return refused(`its context was not taken: ${merged.problem}`)
  turn.context = merged.context
  for (const response of responses) if (isResponse(response)) say(turn, response)
  return responses.length > 0 ? 'spoke' : 'quiet'
}
