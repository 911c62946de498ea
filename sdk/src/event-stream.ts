import { type Api, noConnection, refusal, unexpectedAnswer } from './call-api.ts'
import { DragomanError } from './dragoman-error.ts'
import { backoffMs, pause } from './pause.ts'
import { serverSentEvents } from './server-sent-events.ts'
import { isWebhookEvent, type WebhookEvent } from './webhook-event.ts'

/**
 * A session's events as they happen, with the bodies that the webhook gets. Reconnects by itself after the last
 * event seen, and ends after `session:closed` or `session:expired`. Throws when the server refuses for good, or
 * after `failuresMax` connections in a row that brought nothing at all.
 */
export async function* eventStream(
  api: Api,
  sessionId: string,
  options: EventStreamOptions = {},
): AsyncGenerator<WebhookEvent, void, undefined> {
  const { signal, failuresMax = 10 } = options
  const stream: Stream = {
    url: `${api.rootUrl}/sessions/${encodeURIComponent(sessionId)}/events`,
    silenceMaxMs: options.silenceMaxMs ?? 60_000,
    signal,
    lastEventId: options.lastEventId,
    failures: 0,
  }
  let reconnectMs = 1_000
  for (;;) {
    let problem: unknown
    try {
      stream.failures += 1
      for await (const message of serverSentEvents(chunks(api, stream))) {
        stream.lastEventId = message.id ?? stream.lastEventId
        reconnectMs = message.retryMs ?? reconnectMs
        const event = parsedEvent(message.text)
        if (!event) continue
        yield event
        if (event.event_type === 'session:closed' || event.event_type === 'session:expired') return
      }
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      if (error instanceof DragomanError && !error.isTemporary) throw error
      problem = error
    }
    if (stream.failures >= failuresMax) throw noConnection(stream.url, problem)
    await pause(backoffMs(reconnectMs, Math.max(1, stream.failures), reconnectMaxMs), signal)
  }
}

export interface EventStreamOptions {
  /** Go on after this one: the `sequence` of the last event you saw, as text. Else from the session's first. */
  readonly lastEventId?: string | undefined
  /** Ends the stream with its reason. */
  readonly signal?: AbortSignal | undefined
  readonly failuresMax?: number
  /** The server writes a comment more often than that; a connection without a byte for so long is broken. */
  readonly silenceMaxMs?: number
}

const reconnectMaxMs = 30_000

interface Stream {
  readonly url: string
  readonly silenceMaxMs: number
  readonly signal: AbortSignal | undefined
  lastEventId: string | undefined
  /** Connections in a row without a byte. */
  failures: number
}

async function* chunks(api: Api, stream: Stream): AsyncGenerator<Uint8Array, void, undefined> {
  const connection = new AbortController()
  const afterSilence = () =>
    setTimeout(() => connection.abort(new Error('The stream fell silent')), stream.silenceMaxMs)
  let timer = afterSilence()
  try {
    const reader = (await connected(api, stream, connection.signal)).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      clearTimeout(timer)
      if (done) return
      stream.failures = 0
      yield value
      timer = afterSilence()
    }
  } finally {
    clearTimeout(timer)
    connection.abort()
  }
}

const connected = async (
  api: Api,
  { url, signal, lastEventId }: Stream,
  silence: AbortSignal,
): Promise<ReadableStream<Uint8Array>> => {
  const headers: Record<string, string> = {
    authorization: `apikey ${api.apiKey}`,
    accept: 'text/event-stream',
  }
  if (lastEventId !== undefined) headers['last-event-id'] = lastEventId
  const response = await api.fetch(url, {
    headers,
    redirect: 'manual',
    signal: signal ? AbortSignal.any([signal, silence]) : silence,
  })
  if (!response.ok) throw await refusal(response)
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
  if (!isStream || !response.body) throw unexpectedAnswer(response)
  return response.body
}

const parsedEvent = (text: string): WebhookEvent | undefined => {
  if (text === '') return undefined
  const event: unknown = JSON.parse(text)
  return isWebhookEvent(event) ? event : undefined
}
