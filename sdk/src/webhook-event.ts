import type {
  AgentResponse,
  ComposeAction,
  Context,
  HumanAgent,
  MessageInput,
  NamedAgent,
  Page,
} from './wire.ts'

/**
 * The body of a webhook request, told apart by `event_type`. A newer server may send types that this version does
 * not know: keep a default branch.
 */
export type WebhookEvent = OrderedEvent | ComposeEvent

/** Delivered at least once and strictly in the order of `sequence` within a session. */
export type OrderedEvent = EventEnvelope & { readonly sequence: number } & (
    | BrainSend
    | AgentSend
    | MessagesMarked
    | MemberMoved
    | ConversationMoved
    | SessionClosed
    | SessionExpired
  )

/** Somebody types. Ephemeral: never retried, dropped when stale, outside the order. */
export type ComposeEvent = EventEnvelope & {
  readonly event_type: 'message:compose'
  readonly action: ComposeAction
  /** 'user' only where your own compose call caused it. */
  readonly author: 'brain' | 'agent' | 'user'
  readonly agent?: HumanAgent
}

/** Looks only at what the receiver itself relies on: the signature says who wrote the rest. */
export const isWebhookEvent = (value: unknown): value is WebhookEvent =>
  typeof value === 'object' &&
  value !== null &&
  'event_type' in value &&
  typeof value.event_type === 'string' &&
  'session_id' in value &&
  typeof value.session_id === 'string'

export const isOrderedEvent = (value: unknown): value is OrderedEvent =>
  isWebhookEvent(value) &&
  'sequence' in value &&
  typeof value.sequence === 'number' &&
  typeof value.event_id === 'string'

export const isEventOf = <Type extends EventType>(event: WebhookEvent, type: Type): event is EventOf<Type> =>
  event.event_type === type

export type EventType = WebhookEvent['event_type']
export type EventOf<Type extends EventType> = Extract<WebhookEvent, { readonly event_type: Type }>

/** GET /events?after=&limit=: the integration's events, oldest first. Ephemeral ones are not kept. */
export type EventPage = Page<OrderedEvent>

export interface EventEnvelope {
  /** The same on every retry and replay: de-duplicate by it. */
  readonly event_id: string
  readonly request_id: string
  readonly session_id: string
  readonly external_session_id?: string
  readonly integration_id: string
  readonly desk_id: string
  readonly context?: Context
  /** When it came about, which may be long before it reaches you. */
  readonly timestamp: number
  /** The request_id of the API call of yours that caused it. */
  readonly caused_by?: string
}

interface BrainSend {
  readonly event_type: 'message:brain_send'
  readonly message_id: string
  /** The request_id of the user's message. */
  readonly in_reply_to?: string
  readonly output: { readonly responses: readonly AgentResponse[] }
}

/** A person of the desk writes. */
interface AgentSend {
  readonly event_type: 'message:send'
  readonly message_id: string
  readonly message: MessageInput
  readonly agent: NamedAgent
}

type MessagesMarked = MarkedAs<'message:read'> | MarkedAs<'message:delivered'>
interface MarkedAs<Type extends string> {
  readonly event_type: Type
  readonly message_ids: readonly string[]
  readonly by: Actor
}

type MemberMoved = MemberMove<'conversation:member_join'> | MemberLeave
interface MemberLeave extends MemberMove<'conversation:member_leave'> {
  /** Of a handover: who is wanted, and why. */
  readonly department?: string
  readonly reason?: string
}
interface MemberMove<Type extends string> {
  readonly event_type: Type
  readonly member: Member
}

type ConversationMoved = ConversationMove<'conversation:closed'> | ConversationMove<'conversation:reopened'>
interface ConversationMove<Type extends string> {
  readonly event_type: Type
  readonly by: Actor
  readonly reason?: string
}

interface SessionClosed {
  readonly event_type: 'session:closed'
  readonly reason: SessionClosedReason
  /** What the call that closed it gave as its reason. */
  readonly note?: string
}

interface SessionExpired {
  readonly event_type: 'session:expired'
  readonly expired_at: number
}

export type SessionClosedReason = 'api' | 'resolved' | 'operator'

export interface Actor {
  readonly type: 'user' | 'agent' | 'brain' | 'api' | 'operator' | 'system'
  readonly id?: string
  readonly name?: string
}

export interface Member {
  readonly type: 'agent' | 'brain'
  readonly id: string
  readonly name: string
}
