/**
 * The wire of the custom channel, in its own spelling: what is sent to and answered by the REST API. What the
 * webhook receives is in webhook-event.ts. The server's schemas must satisfy these types, so that the two cannot
 * drift apart. All times are milliseconds since 1970 UTC, all ids UUIDs unless you chose them.
 */

export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export type JsonObject = { readonly [key: string]: Json }

/** What is known of the user and the visit; any other top-level key is a custom variable. Lives as long as the session. */
export interface Context {
  readonly user?: UserContext
  readonly tags?: readonly string[]
  readonly global?: { readonly client_url?: string; readonly [key: string]: Json | undefined }
  /** Given to the language model. */
  readonly live_instructions?: string
  /** The ids the session was opened with. */
  readonly channels?: { readonly custom?: { readonly external_session_id?: string } }
  readonly [key: string]: ContextValue | undefined
}
type ContextValue = Json | UserContext | Context['global'] | Context['channels']

export interface UserContext {
  /** Ours, read-only: stable per integration and channel_user_id. */
  readonly user_id?: string
  /** The channel_user_id the session was opened with. */
  readonly custom_psid?: string
  readonly display_name?: string
  readonly email?: string
  readonly phone?: string
  readonly language?: string
  readonly timezone?: string
  readonly browser?: string
  readonly platform?: string
  readonly city?: string
  readonly country?: string
  readonly [key: string]: Json | undefined
}

export type AttachmentType = 'audio' | 'image' | 'video' | 'file'

/** `id` (the file_id of an upload) or `url` must be there. */
export interface Attachment {
  readonly type: AttachmentType
  readonly mime_type: string
  readonly id?: string
  readonly url?: string
  readonly title?: string
  readonly filename?: string
}

/** Text, attachments, or both. */
export interface MessageInput {
  readonly text?: string
  readonly attachments?: readonly Attachment[]
}

/** A person who answers: of Dragoman's desk, or of your own system. */
export interface HumanAgent {
  readonly agent_id: string
  readonly agent_name?: string
  readonly agent_avatar?: string
}

/** As events name a person: the id stands in where no name was given. */
export interface NamedAgent extends HumanAgent {
  readonly agent_name: string
}

export interface QuickReply {
  readonly label: string
  /** What the user is taken to have said by choosing it. */
  readonly text: string
}

export interface CardButton {
  readonly type: 'postback' | 'url' | 'webview' | 'phone'
  readonly label: string
  readonly value?: string
  readonly url?: string
  readonly trigger_node_id?: string
  readonly height?: string
}

export interface Card {
  readonly title: string
  readonly subtitle?: string
  readonly media?: { readonly type: 'image' | 'video'; readonly url: string }
  readonly default_action?: { readonly type: string; readonly url?: string }
  /** One to three. */
  readonly buttons: readonly CardButton[]
}

/** One entry of `output.responses`, in the order to show them. Text is Markdown. */
export type AgentResponse =
  | { readonly type: 'text'; readonly text: string; readonly options?: readonly QuickReply[] }
  | { readonly type: 'image'; readonly url: string; readonly name?: string }
  | { readonly type: 'video'; readonly url: string; readonly name?: string; readonly size?: number }
  | { readonly type: 'audio'; readonly url: string; readonly name?: string }
  | { readonly type: 'file'; readonly url: string; readonly name: string; readonly size?: number }
  /** At most six cards. */
  | { readonly type: 'carousel'; readonly cards: readonly Card[] }
  | {
      readonly type: 'webview'
      readonly url: string
      readonly label: string
      readonly name?: string
      readonly trigger_node_id?: string
      readonly height?: string
    }
  | { readonly type: 'handover'; readonly name?: string }
  /** `duration` in milliseconds. */
  | { readonly type: 'pause'; readonly duration: number; readonly show_typing?: boolean }

/** Every success body carries it; it is the X-Request-Id header too. */
export interface Accepted {
  readonly request_id: string
}

/** POST /sessions. `{}` is legal. */
export interface OpenSessionRequest {
  readonly external_session_id?: string
  readonly channel_user_id?: string
  readonly context?: Context
}
export interface OpenSessionResponse extends Accepted {
  readonly session_id: string
  readonly context: Context
}

/** PATCH /sessions/:id/context. Objects merge deeply, arrays and scalars replace, null deletes. */
export interface UpdateContextRequest {
  readonly context: JsonObject
}
export interface UpdateContextResponse extends Accepted {
  readonly context: Context
}

/** POST /sessions/:id/close. */
export interface CloseSessionRequest {
  readonly reason?: string
}

/** POST /sessions/:id/messages. */
export interface SendMessageRequest {
  readonly input: MessageInput
  readonly context?: JsonObject
}
/** Accepted, not answered: the answer comes to the webhook with `in_reply_to` = this request_id. */
export interface SendMessageResponse extends Accepted {
  readonly message_id: string
}

/** POST /sessions/:id/messages/agent: what a person in your own system said. The AI agent is silent from then on. */
export interface RecordAgentMessageRequest {
  readonly input: MessageInput
  readonly agent: HumanAgent
}
export type RecordAgentMessageResponse = SendMessageResponse

/** POST /sessions/:id/messages/read and /messages/delivered. Without message_ids: all so far. */
export interface MarkMessagesRequest {
  readonly message_ids?: readonly string[]
}

/** POST /sessions/:id/messages/compose: the user types, or stopped typing. */
export interface ComposeRequest {
  readonly action: ComposeAction
}
export type ComposeAction = 'start' | 'stop'

/** POST /sessions/:id/handover. */
export interface HandoverRequest {
  readonly department?: string
  readonly reason?: string
}

/** POST /sessions/:id/files/upload-url. PUT the bytes to upload_url within 15 minutes, with this content_type. */
export interface UploadUrlRequest {
  readonly filename: string
  readonly content_type: string
}
export interface UploadUrlResponse extends Accepted {
  readonly upload_url: string
  readonly file_id: string
}

/** POST /sessions/:id/files/download-url. */
export interface DownloadUrlRequest {
  readonly file_id: string
}
export interface DownloadUrlResponse extends Accepted {
  readonly download_url: string
  readonly file_id: string
}

export type ConversationState = 'open' | 'resolved'
export type Owner = 'bot' | 'waiting' | 'human'

/** GET /sessions/:id. A closed or expired session is not found. */
export interface SessionResponse extends Accepted {
  readonly session_id: string
  readonly external_session_id?: string
  readonly channel_user_id?: string
  readonly conversation: ConversationState
  /** Who answers the user's next message. */
  readonly owner: Owner
  readonly context: Context
  readonly created_at: number
  readonly last_activity_at: number
  /** When the session ends if nothing happens until then: by session_timeout, or by keep_alive once it is resolved. */
  readonly expires_at: number
}

export interface PageQuery {
  /** `next` of the page before. */
  readonly after?: string
  readonly limit?: number
}

/** Oldest first. */
export interface Page<Item> extends Accepted {
  readonly items: readonly Item[]
  /** Where to go on from, now or later; null only when there is nothing yet. */
  readonly next: string | null
  /** There is more already. */
  readonly has_more: boolean
}

/** GET /sessions/:id/messages?after=&limit=. */
export type MessagePage = Page<MessageRecord>

/** A message as it was said, spelled like the event that told of it. */
export type MessageRecord = {
  readonly message_id: string
  readonly request_id: string
  readonly created_at: number
  readonly delivered_at?: number
  readonly read_at?: number
} & (
  | { readonly author: 'user'; readonly message: MessageInput }
  | { readonly author: 'agent'; readonly message: MessageInput; readonly agent: HumanAgent }
  | {
      readonly author: 'brain'
      readonly output: { readonly responses: readonly AgentResponse[] }
      readonly in_reply_to?: string
    }
)

/** HTTP status of every error code. */
export const errorStatus = {
  'invalid-payload': 400,
  unauthorized: 401,
  forbidden: 403,
  'session-not-found': 404,
  'file-not-found': 404,
  'integration-not-found': 404,
  'not-found': 404,
  'conversation-closed': 409,
  'idempotency-conflict': 409,
  conflict: 409,
  'payload-too-large': 413,
  'rate-limited': 429,
  'internal-server-error': 500,
  unavailable: 503,
} as const

export type ErrorCode = keyof typeof errorStatus

export interface ErrorBody {
  readonly error_code: ErrorCode
  /** Names the field and what was wrong with it. */
  readonly error_message: string
}
