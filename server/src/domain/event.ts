import type { JsonObject } from './json.ts'
import type { AgentResponse, HumanAgent, MessageInput, NamedAgent } from './message.ts'

/**
 * What happened in a session, as the customer's webhook hears it (wire spec 1.7). Immutable. An event gets its
 * `sequence` under the session's lock when it is stored; a `message:compose` never gets one: it is ephemeral.
 */
export type EventPayload =
  | {
      readonly event_type: 'message:brain_send'
      readonly message_id: string
      readonly in_reply_to?: string
      readonly output: { readonly responses: readonly AgentResponse[] }
    }
  | {
      readonly event_type: 'message:send'
      readonly message_id: string
      readonly message: MessageInput
      readonly agent: NamedAgent
    }
  | { readonly event_type: 'message:read'; readonly message_ids: readonly string[]; readonly by: Actor }
  | { readonly event_type: 'message:delivered'; readonly message_ids: readonly string[]; readonly by: Actor }
  | { readonly event_type: 'conversation:member_join'; readonly member: Member }
  | ({ readonly event_type: 'conversation:member_leave'; readonly member: Member } & HandoverWish)
  | { readonly event_type: 'conversation:closed'; readonly by: Actor; readonly reason?: string }
  | { readonly event_type: 'conversation:reopened'; readonly by: Actor; readonly reason?: string }
  | { readonly event_type: 'session:closed'; readonly reason: SessionClosedReason; readonly note?: string }
  | { readonly event_type: 'session:expired'; readonly expired_at: number }

/** What was said to whoever is to take over. */
export interface HandoverWish {
  readonly department?: string
  readonly reason?: string
}

export interface ComposePayload {
  readonly event_type: 'message:compose'
  readonly action: 'start' | 'stop'
  readonly author: 'brain' | 'agent' | 'user'
  readonly agent?: HumanAgent
}

export type EventType = EventPayload['event_type'] | ComposePayload['event_type']

export const eventTypes: readonly EventType[] = [
  'message:brain_send',
  'message:send',
  'message:compose',
  'message:read',
  'message:delivered',
  'conversation:member_join',
  'conversation:member_leave',
  'conversation:closed',
  'conversation:reopened',
  'session:closed',
  'session:expired',
]

export type SessionClosedReason = 'api' | 'resolved' | 'operator'

export interface Actor {
  readonly type: 'user' | 'agent' | 'brain' | 'api' | 'operator' | 'system'
  readonly id?: string
  readonly name?: string
}

/** A person of the desk as the one who did something. */
export const personActor = (agent: HumanAgent): Actor => ({
  type: 'agent',
  id: agent.agent_id,
  ...(agent.agent_name ? { name: agent.agent_name } : {}),
})

export interface Member {
  readonly type: 'agent' | 'brain'
  readonly id: string
  readonly name: string
}

/** An event before it is stored: the store adds event_id, sequence, session facts and the timestamp. */
export interface EventDraft {
  readonly payload: EventPayload
  /** The request (or turn) this event belongs to. */
  readonly requestId: string
  /** Set when the customer's own API call caused it. */
  readonly causedBy?: string
}

/** Fields that every event body carries beside its payload. `context` is left out when empty. */
export interface EventEnvelope {
  readonly request_id: string
  readonly session_id: string
  readonly external_session_id?: string
  readonly integration_id: string
  readonly desk_id: string
  readonly context?: JsonObject
  readonly timestamp: number
  readonly event_id: string
  readonly sequence?: number
  readonly caused_by?: string
}
