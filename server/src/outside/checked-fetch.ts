import { Agent, fetch as undiciFetch } from 'undici'
import { checkWebhookUrl } from '../domain/webhook-url.ts'
import { boundedConnector } from './bounded-socket.ts'
import { pinnedConnector } from './pinned-connect.ts'
import { createDnsResolver, type ResolveHost, resolveLikeSystem } from './resolve-host.ts'

/** A `fetch` for libraries that want one, under the rules of everything we call (wire spec 1.7). */
export interface CheckedFetch {
  readonly fetch: typeof globalThis.fetch
  readonly close: () => Promise<void>
}

/**
 * Checked and pinned addresses, no redirects, TLS verified, and an answer of at most so many bytes, counted after
 * decompression. What is refused or broken throws an error with a plain sentence.
 */
export const createCheckedFetch = (settings: {
  readonly allowPrivate: boolean
  readonly answerBytesMax: number
  readonly resolve?: ResolveHost
}): CheckedFetch => {
  const { allowPrivate, answerBytesMax } = settings
  const connect = pinnedConnector({
    allowPrivate,
    connectTimeoutMs,
    resolve: settings.resolve ?? (allowPrivate ? resolveLikeSystem : createDnsResolver()),
  })
  const agent = new Agent({ connect: boundedConnector(connect, wireBytesPerAnswerByte * answerBytesMax) })
  return {
    close: () => agent.destroy(),
    fetch: async (input, init) => {
      const request = input instanceof Request ? input : undefined
      const url = URL.parse(request?.url ?? String(input))
      if (url === null) throw new Error('not a URL')
      const judged = checkWebhookUrl(url.origin, { allowPrivate })
      if (!judged.ok) throw new Error(`the URL ${judged.reason}`)
      // undici refuses these too, and repeats the password in its error, which is recorded with the turn.
      if (url.username !== '' || url.password !== '')
        throw new Error('the URL must not carry a user name or password')
      const response = await undiciFetch(url, {
        method: init?.method ?? request?.method ?? 'GET',
        headers: [...new Headers(init?.headers ?? request?.headers)],
        body: typeof init?.body === 'string' ? init.body : null,
        signal: init?.signal ?? request?.signal ?? null,
        redirect: 'manual',
        dispatcher: agent,
      }).catch((error: unknown) => {
        throw plainError(error)
      })
      if (response.status >= 300 && response.status < 400) {
        await response.body?.cancel()
        throw new Error(`answered ${response.status}; redirects are not followed`)
      }
      const { status, statusText, headers } = response
      const body = response.body === null ? null : bounded(response.body.getReader(), answerBytesMax)
      return new Response(body, { status, statusText, headers: [...headers] })
    },
  }
}

const connectTimeoutMs = 10_000
const wireBytesPerAnswerByte = 8

const bounded = (
  reader: ReadableStreamDefaultReader<Uint8Array>,
  bytesMax: number,
): ReadableStream<Uint8Array> => {
  let bytes = 0
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await reader.read()
      if (done) return controller.close()
      bytes += value.byteLength
      if (bytes <= bytesMax) return controller.enqueue(value)
      await reader.cancel()
      controller.error(new Error(`the answer is larger than ${bytesMax} bytes`))
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

/** undici says "fetch failed" and hides why in the cause. */
const plainError = (error: unknown): unknown =>
  error instanceof TypeError && error.cause instanceof Error ? error.cause : error
