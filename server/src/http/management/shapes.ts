import type { Static } from 'typebox'
import type { Call } from '../../deps.ts'
import { Refusal } from '../../domain/errors.ts'
import type { Session } from '../../domain/session.ts'
import type * as answer from './answer-schemas.ts'

/** How things are spelled on the wire of the management API. */
export const integrationShape = (settings: Call['settings']): Static<typeof answer.Integration> => ({
  integration_id: settings.integrationId,
  environment_id: settings.environmentId,
  name: settings.name,
  webhook_url: settings.webhookUrl,
  allowed_ips: [...settings.allowedIps],
  subscribed_events: [...settings.subscribedEvents],
  session_timeout: settings.sessionTimeoutSeconds,
  webhook_secrets_live: settings.sealedSecrets.length,
  created_at: Math.floor(settings.createdAt),
})

export const environmentShape = (row: {
  readonly environment_id: string
  readonly name: string
  readonly keep_alive_seconds: number
  readonly agent_id: string | null
  readonly agent_version: number | null
}): Static<typeof answer.Environment> => ({
  environment_id: row.environment_id,
  name: row.name,
  keep_alive: row.keep_alive_seconds,
  agent_id: row.agent_id,
  agent_version: row.agent_version,
})

export const sessionShape = (session: Session): Static<typeof answer.Session> => ({
  session_id: session.sessionId,
  integration_id: session.integrationId,
  environment_id: session.environmentId,
  external_session_id: session.externalSessionId,
  channel_user_id: session.channelUserId,
  user_id: session.userId,
  state: session.state,
  conversation: session.conversation,
  owner: session.owner,
  human: session.human,
  handover: session.handover,
  agent: session.agent && {
    agent_id: session.agent.agentId,
    version: session.agent.version,
    name: session.agent.name,
  },
  context: session.context,
  user_message_count: session.userMessageCount,
  created_at: Math.floor(session.createdAt),
  last_activity_at: Math.floor(session.lastActivityAt),
  expires_at: Math.floor(session.expiresAt),
  resolved_at: session.resolvedAt && Math.floor(session.resolvedAt),
  resolved_until: session.resolvedUntil && Math.floor(session.resolvedUntil),
})

/** `message` of people, `output` of the agent, as in the events. */
export const saidShape = (said: {
  readonly author: 'user' | 'brain' | 'agent'
  readonly body: { readonly [key: string]: unknown }
}): { message: unknown } | { output: unknown } =>
  said.author === 'brain' ? { output: said.body } : { message: said.body }

/** A moment as a query or a body gives it: ms, or ISO 8601. */
export const momentOf = (name: 'from' | 'to', moment: number | string | undefined): number | undefined => {
  if (moment === undefined || typeof moment === 'number') return moment
  const at = Date.parse(moment)
  if (Number.isNaN(at) || !isDay(moment.slice(0, 10)))
    throw new Refusal('invalid-payload', `${name}: ${moment} is no day and time that there is`)
  return at
}

/** `Date.parse` takes the 31st of February for the 3rd of March. */
const isDay = (day: string): boolean => {
  const at = Date.parse(day)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day)
}
