import { mergeContext, withinLimits, withoutReadOnly } from '../../domain/context.ts'
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts'
import type { DocumentWebhook } from '../document/document.ts'
import { ask, note, type OpenTurn } from '../open-turn.ts'
import type { ModelTool, Thinking, ToolCall } from '../turn-types.ts'
import { webhookBody } from '../webhooks/call-webhook.ts'

/** By this tool the model says that a person should go on. */
export const handoverTool: ModelTool = {
  name: 'handover',
  description:
    'Passes the conversation to a person of the support team. Call it when the user needs something that neither the material nor the other tools can give, or is upset.',
  parameters: {
    type: 'object',
    properties: { reason: { type: 'string', description: 'For the colleague, in one sentence.' } },
    required: ['reason'],
    additionalProperties: false,
  },
}

/** What the document allows, and nothing else. */
export const documentTools = (turn: OpenTurn): readonly ModelTool[] => {
  const { webhooks = [], mcp_servers = [] } = turn.agent.document
  return [
    ...webhooks.flatMap((webhook) =>
      webhook.tool === undefined ? [] : [webhookTool(webhook, webhook.tool)],
    ),
    ...mcp_servers.flatMap(({ id, tools }) =>
      tools.map((tool): ModelTool => ({ name: `mcp.${id}.${tool}`, description: '' })),
    ),
  ]
}

const webhookTool = ({ id }: DocumentWebhook, { description, parameters = {} }: WebhookTool): ModelTool => ({
  name: `webhook.${id}`,
  description,
  parameters: {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(parameters).map(([name, { required: _, ...schema }]) => [name, { ...schema }]),
    ),
    required: Object.entries(parameters).flatMap(([name, { required = true }]) => (required ? [name] : [])),
    additionalProperties: false,
  },
})

type WebhookTool = NonNullable<DocumentWebhook['tool']>

/** What the tool answered, or why it did not. */
export function* callTool(turn: OpenTurn, call: ToolCall): Thinking<ToolOutcome> {
  const { webhooks = [], mcp_servers = [] } = turn.agent.document
  const webhook = webhooks.find(({ id, tool }) => tool !== undefined && `webhook.${id}` === call.tool)
  if (webhook?.tool) return yield* callWebhookTool(turn, webhook, webhook.tool, call.arguments)
  for (const { id, tools } of mcp_servers)
    for (const tool of tools)
      if (`mcp.${id}.${tool}` === call.tool) {
        const value = yield* ask(turn, { kind: 'tool', server_id: id, tool, arguments: call.arguments })
        if (value === undefined) return failed
        return { ok: !(isJsonObject(value) && value['is_error'] === true), value }
      }
  note(turn, `model: called ${JSON.stringify(call.tool.slice(0, 100))}, which is no tool of this document`)
  return { ok: false, value: { error: 'there is no such tool' } }
}

/**
 * Whether a tool only looks something up, by its name or by how its description begins. Who has looked up an order has
 * not cancelled it. Any other tool may have done what the model says was done.
 */
export const onlyTells = (turn: OpenTurn, name: string): boolean => {
  const webhook = turn.agent.document.webhooks?.find(({ id }) => `webhook.${id}` === name)
  return lookingName.test(name) || lookingDescription.test(webhook?.tool?.description ?? '')
}

const lookingName =
  /[._-](?:get|find|look|search|list|check|track|show|read|fetch|query|view|describe)(?![a-z])/i
const lookingDescription =
  /^\s*(?:gets?|finds?|looks?|search(?:es)?|lists?|checks?|tracks?|shows?|reads?|fetch(?:es)?|quer(?:y|ies)|tells?|views?|retrieves?)(?!\p{L})/iu

export interface ToolOutcome {
  readonly ok: boolean
  readonly value: Json
}

const failed: ToolOutcome = { ok: false, value: { error: 'the tool is not available now' } }

/** The same call as an action's (agent spec 2.4), with the model's arguments as `input.arguments`. */
function* callWebhookTool(
  turn: OpenTurn,
  webhook: DocumentWebhook,
  tool: WebhookTool,
  given: JsonObject,
): Thinking<ToolOutcome> {
  const problem = argumentProblem(tool, given)
  if (problem !== undefined) return { ok: false, value: { error: problem } }
  const body = webhookBody(turn)
  const input = isJsonObject(body['input']) ? body['input'] : {}
  const value = yield* ask(turn, {
    kind: 'webhook',
    webhook_id: webhook.id,
    body: { ...body, input: { ...input, arguments: given } },
  })
  if (value === undefined) return failed
  const patch = isJsonObject(value) ? (value['context'] ?? value['output'] ?? {}) : {}
  if (isJsonObject(patch)) {
    const merged = withinLimits(mergeContext(turn.context, withoutReadOnly(patch)))
    if (merged.ok) turn.context = merged.context
    else note(turn, `webhook ${webhook.id}: its context was not taken: ${merged.problem}`)
  }
  return { ok: true, value }
}

/** The customer's system gets only what the document declares. */
const argumentProblem = ({ parameters = {} }: WebhookTool, given: JsonObject): string | undefined => {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(parameters, name))
  if (unknown !== undefined) return `there is no argument ${JSON.stringify(unknown.slice(0, 64))}`
  for (const [name, { type, enum: choices, required = true }] of Object.entries(parameters)) {
    const value = given[name]
    if (value === undefined || value === null) {
      if (required) return `the argument ${name} is missing`
      continue
    }
    const isOfType = type === 'integer' ? Number.isInteger(value) : typeof value === type
    if (!isOfType) return `the argument ${name} must be of type ${type}`
    if (choices && !choices.some((choice) => choice === String(value)))
      return `the argument ${name} must be one of ${choices.join(', ')}`
  }
  return undefined
}
