import { type Api, type ApiCall, type CallOptions, callApi } from './call-api.ts'
import { type EventStreamOptions, eventStream } from './event-stream.ts'
import type { EventPage, OrderedEvent, WebhookEvent } from './webhook-event.ts'
import type {
  Accepted,
  CloseSessionRequest,
  ComposeAction,
  DownloadUrlResponse,
  HandoverRequest,
  JsonObject,
  MarkMessagesRequest,
  MessagePage,
  MessageRecord,
  OpenSessionRequest,
  OpenSessionResponse,
  Page,
  PageQuery,
  RecordAgentMessageRequest,
  RecordAgentMessageResponse,
  SendMessageRequest,
  SendMessageResponse,
  SessionResponse,
  UpdateContextResponse,
  UploadUrlRequest,
  UploadUrlResponse,
} from './wire.ts'

/**
 * The channel's REST API, a method for each endpoint. Answers of the agent do not come back from a call: they come
 * to your webhook (receive.ts), or by `events`. Refusals are thrown as DragomanError.
 */
export const createClient = (options: ClientOptions): Client => {
  const api = apiOf(options)
  const get = <Body extends Accepted>(path: string, call?: CallOptions) =>
    callApi<Body>(api, { ...call, method: 'GET', path })
  const post = <Body extends Accepted>(path: string, body?: object, call?: Partial<ApiCall>) =>
    callApi<Body>(api, { ...call, method: 'POST', path, body })
  const messagePage: Client['messagePage'] = (sessionId, query, call) =>
    get(`${pathOf(sessionId)}/messages${queryOf(query)}`, call)
  const eventPage: Client['eventPage'] = (query, call) => get(`/events${queryOf(query)}`, call)

  return {
    openSession: (request = {}, call) => post('/sessions', request, call),
    getSession: (sessionId, call) => get(pathOf(sessionId), call),
    updateContext: (sessionId, context, call) =>
      callApi(api, { ...call, method: 'PATCH', path: `${pathOf(sessionId)}/context`, body: { context } }),
    closeSession: (sessionId, request, call) => post(`${pathOf(sessionId)}/close`, request, call),
    sendMessage: (sessionId, request, call) => post(`${pathOf(sessionId)}/messages`, request, call),
    recordAgentMessage: (sessionId, request, call) =>
      post(`${pathOf(sessionId)}/messages/agent`, request, call),
    markRead: (sessionId, request, call) => post(`${pathOf(sessionId)}/messages/read`, request, call),
    markDelivered: (sessionId, request, call) =>
      post(`${pathOf(sessionId)}/messages/delivered`, request, call),
    compose: (sessionId, action, call) =>
      post(`${pathOf(sessionId)}/messages/compose`, { action }, { ...call, isEphemeral: true }),
    closeConversation: (sessionId, call) => post(`${pathOf(sessionId)}/conversation/close`, undefined, call),
    reopenConversation: (sessionId, call) =>
      post(`${pathOf(sessionId)}/conversation/reopen`, undefined, call),
    handOver: (sessionId, request, call) => post(`${pathOf(sessionId)}/handover`, request, call),
    createUploadUrl: (sessionId, request, call) =>
      post(`${pathOf(sessionId)}/files/upload-url`, request, call),
    createDownloadUrl: (sessionId, fileId, call) =>
      post(`${pathOf(sessionId)}/files/download-url`, { file_id: fileId }, call),
    messagePage,
    messages: (sessionId, query, call) => itemsOf((next) => messagePage(sessionId, next, call), query),
    eventPage,
    eventLog: (query, call) => itemsOf((next) => eventPage(next, call), query),
    events: (sessionId, stream) => eventStream(api, sessionId, stream),
  }
}

export interface ClientOptions {
  /** Where Dragoman is, say `https://dragoman.example.com`. */
  readonly baseUrl: string
  readonly integrationId: string
  readonly apiKey: string
  readonly fetch?: typeof globalThis.fetch
  /** After the first attempt. 3 unless told. */
  readonly retries?: number
  /** Before the first retry; doubles up to 10 s. */
  readonly retryDelayMs?: number
  /** Of each attempt. 30 s unless told. */
  readonly timeoutMs?: number
}

export interface Client {
  openSession(request?: OpenSessionRequest, call?: CallOptions): Promise<OpenSessionResponse>
  getSession(sessionId: string, call?: CallOptions): Promise<SessionResponse>
  /** Objects merge deeply, arrays and scalars replace, null deletes. */
  updateContext(sessionId: string, context: JsonObject, call?: CallOptions): Promise<UpdateContextResponse>
  closeSession(sessionId: string, request?: CloseSessionRequest, call?: CallOptions): Promise<Accepted>
  /** Settles when the message is kept; the answer comes as an event with `in_reply_to` = this request_id. */
  sendMessage(
    sessionId: string,
    request: SendMessageRequest,
    call?: CallOptions,
  ): Promise<SendMessageResponse>
  /** What a person in your own system said. The AI agent is silent from then on. */
  recordAgentMessage(
    sessionId: string,
    request: RecordAgentMessageRequest,
    call?: CallOptions,
  ): Promise<RecordAgentMessageResponse>
  /** Without message_ids all so far. */
  markRead(sessionId: string, request?: MarkMessagesRequest, call?: CallOptions): Promise<Accepted>
  markDelivered(sessionId: string, request?: MarkMessagesRequest, call?: CallOptions): Promise<Accepted>
  /** The user types, or stopped typing. */
  compose(sessionId: string, action: ComposeAction, call?: CallOptions): Promise<Accepted>
  closeConversation(sessionId: string, call?: CallOptions): Promise<Accepted>
  reopenConversation(sessionId: string, call?: CallOptions): Promise<Accepted>
  handOver(sessionId: string, request?: HandoverRequest, call?: CallOptions): Promise<Accepted>
  /** PUT the bytes to its upload_url, with the same content type. */
  createUploadUrl(
    sessionId: string,
    request: UploadUrlRequest,
    call?: CallOptions,
  ): Promise<UploadUrlResponse>
  createDownloadUrl(sessionId: string, fileId: string, call?: CallOptions): Promise<DownloadUrlResponse>
  messagePage(sessionId: string, query?: PageQuery, call?: CallOptions): Promise<MessagePage>
  /** Oldest first, to the newest there is; asks for pages as they are needed. */
  messages(
    sessionId: string,
    query?: PageQuery,
    call?: CallOptions,
  ): AsyncGenerator<MessageRecord, void, undefined>
  /** Keep its `next` to catch up from there another time. */
  eventPage(query?: PageQuery, call?: CallOptions): Promise<EventPage>
  /** The integration's events of all sessions, oldest first, to the newest there is. */
  eventLog(query?: PageQuery, call?: CallOptions): AsyncGenerator<OrderedEvent, void, undefined>
  /** One session's events as they happen. */
  events(sessionId: string, options?: EventStreamOptions): AsyncGenerator<WebhookEvent, void, undefined>
}

const apiOf = (options: ClientOptions): Api => {
  const { baseUrl, integrationId, apiKey, retries = 3, retryDelayMs = 250, timeoutMs = 30_000 } = options
  const rootUrl = `${baseUrl.replace(/\/+$/, '')}/v1/custom/${encodeURIComponent(integrationId)}`
  // Browsers and workers refuse a fetch that is called as a method of something else.
  const fetch = options.fetch ?? globalThis.fetch.bind(globalThis)
  return { rootUrl, apiKey, fetch: (input, init) => fetch(input, init), retries, retryDelayMs, timeoutMs }
}

const pathOf = (sessionId: string): string => `/sessions/${encodeURIComponent(sessionId)}`

const queryOf = ({ after, limit }: PageQuery = {}): string => {
  const query = new URLSearchParams()
  if (after !== undefined) query.set('after', after)
  if (limit !== undefined) query.set('limit', String(limit))
  return query.size > 0 ? `?${query}` : ''
}

async function* itemsOf<Item>(
  pageOf: (query: PageQuery) => Promise<Page<Item>>,
  query: PageQuery = {},
): AsyncGenerator<Item, void, undefined> {
  let next: PageQuery | undefined = query
  while (next) {
    const page: Page<Item> = await pageOf(next)
    yield* page.items
    next = page.has_more && page.next !== null ? { ...query, after: page.next } : undefined
  }
}
