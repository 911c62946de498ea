import { isJsonObject, type JsonObject } from '../domain/json.ts'
import type { ConversationState, Human, OwnerState, Session, SessionState } from '../domain/session.ts'

/** A session as SQL gives it: times as whole ms, JSON as text. The columns and the row belong together. */
export interface SessionRow {
  readonly session_id: string
  readonly integration_id: string
  readonly environment_id: string
  readonly external_session_id: string | null
  readonly channel_user_id: string | null
  readonly user_id: string
  readonly state: SessionState
  readonly conversation: ConversationState
  readonly owner: OwnerState
  readonly human: string | null
  readonly handover: string | null
  readonly agent_id: string | null
  readonly agent_version: number | null
  readonly agent_name: string | null
  readonly context: string
  readonly dialog_state: string
  readonly user_message_count: number
  readonly last_position: number
  readonly last_turn: number
  readonly silenced_turn: number
  readonly last_sequence: number
  readonly created_at: number
  readonly last_activity_at: number
  readonly expires_at: number
  readonly resolved_at: number | null
  readonly resolved_until: number | null
  readonly check_at: number
}

const ms = (column: string): string => `floor(extract(epoch from s.${column}) * 1000)::float8 as ${column}`

export const sessionColumns = `s.session_id, s.integration_id, s.environment_id, s.external_session_id, s.channel_user_id,
  s.user_id, s.state, s.conversation, s.owner, s.human::text as human,
  s.handover::text as handover, s.agent_id, s.agent_version, s.agent_name,
  s.context::text as context, s.dialog_state::text as dialog_state, s.user_message_count, s.last_position, s.last_turn,
  s.silenced_turn, s.last_sequence, ${['created_at', 'last_activity_at', 'expires_at', 'resolved_at', 'resolved_until', 'check_at'].map(ms).join(', ')}`

export const sessionOf = (row: SessionRow): Session => ({
  sessionId: row.session_id,
  integrationId: row.integration_id,
  environmentId: row.environment_id,
  externalSessionId: row.external_session_id,
  channelUserId: row.channel_user_id,
  userId: row.user_id,
  state: row.state,
  conversation: row.conversation,
  owner: row.owner,
  human: row.human === null ? null : (JSON.parse(row.human) as Human),
  handover: row.handover === null ? null : parseObject(row.handover),
  agent:
    row.agent_id === null || row.agent_version === null
      ? null
      : { agentId: row.agent_id, version: row.agent_version, name: row.agent_name ?? '' },
  context: parseObject(row.context),
  userMessageCount: row.user_message_count,
  lastTurn: row.last_turn,
  silencedTurn: row.silenced_turn,
  createdAt: row.created_at,
  lastActivityAt: row.last_activity_at,
  expiresAt: row.expires_at,
  resolvedAt: row.resolved_at,
  resolvedUntil: row.resolved_until,
})

export const parseObject = (text: string): JsonObject => {
  const value: unknown = JSON.parse(text)
  return isJsonObject(value) ? value : {}
}
