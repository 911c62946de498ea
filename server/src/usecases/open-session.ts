import { createHash } from 'node:crypto'
import type { OpenSessionRequest, OpenSessionResponse } from '@dragoman/sdk'
import { initialDialogState } from '../brain/turn-types.ts'
import type { Call, Deps } from '../deps.ts'
import { mergeContext, ownContext, updateContext } from '../domain/context.ts'
import { Refusal } from '../domain/errors.ts'
import type { JsonObject } from '../domain/json.ts'

/** A new session. Its agent is the environment's; without one it waits for a person. */
export const openSession = async (
  deps: Pick<Deps, 'openSession' | 'newId' | 'agents'>,
  call: Call,
  body: OpenSessionRequest,
): Promise<OpenSessionResponse> => {
  const { settings } = call
  const sessionId = deps.newId()
  const userId = userIdOf(settings.integrationId, body.channel_user_id) ?? deps.newId()
  const context = startingContext(body, userId)
  const agent = settings.agent
  const prepared = agent && (await deps.agents.version(agent.agentId, agent.version))
  const greets = prepared?.document.agent.starting_node_id !== undefined
  return (await deps.openSession({
    integrationId: settings.integrationId,
    idempotency: call.idempotency,
    requestId: call.requestId,
    timeoutSeconds: settings.sessionTimeoutSeconds,
    dialogState: initialDialogState,
    greets,
    session: {
      sessionId,
      integrationId: settings.integrationId,
      environmentId: settings.environmentId,
      externalSessionId: body.external_session_id ?? null,
      channelUserId: body.channel_user_id ?? null,
      userId,
      state: 'active',
      conversation: 'open',
      owner: prepared ? 'bot' : 'waiting',
      human: null,
      handover: null,
      agent: prepared ? agent : null,
      context,
      userMessageCount: 0,
      lastTurn: greets ? 1 : 0,
      silencedTurn: 0,
      resolvedAt: null,
      resolvedUntil: null,
    },
    answer: { request_id: call.requestId, session_id: sessionId, context },
  })) as unknown as OpenSessionResponse
}

/** Stable per integration and channel_user_id, without a table: a UUID made from their hash (RFC 9562, version 8). */
const userIdOf = (integrationId: string, channelUserId: string | undefined): string | undefined => {
  if (channelUserId === undefined) return undefined
  const hex = createHash('sha256').update(`${integrationId} ${channelUserId}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const startingContext = (body: OpenSessionRequest, userId: string): JsonObject => {
  const own = ownContext({
    userId,
    externalSessionId: body.external_session_id,
    channelUserId: body.channel_user_id,
  })
  const outcome = updateContext({}, (body.context ?? {}) as JsonObject)
  if (!outcome.ok) throw new Refusal('invalid-payload', outcome.problem)
  return mergeContext(outcome.context, own)
}
