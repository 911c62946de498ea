import { checkWebhookUrl } from '../domain/webhook-url.ts'
import { type Attempt, followAttempt } from './attempt.ts'
import { boundedConnector } from './bounded-socket.ts'
import { originConnections } from './origin-connections.ts'
import { pinnedConnector } from './pinned-connect.ts'
import { createDnsResolver, type ResolveHost, resolveLikeSystem } from './resolve-host.ts'

/**
 * Posts signed bodies to webhooks (wire spec 1.7): one attempt a call, never a redirect, never a decompression,
 * never an exception. Where a post may go is decided in `pinned-connect`, what an answer may cost us in `attempt`
 * and `bounded-socket`, which connection it takes in `origin-connections`.
 *
 * undici's `dispatch` with a handler of our own instead of `request`: no stream stands between us and the answer, so
 * a status counts the moment it is there. With all bounds a post takes about as much CPU as a bare `Pool.request`
 * (medians of nine runs side by side: 36 us; 39 with the answer read, 36 with it thrown away).
 */
export interface Poster {
  /** Posts in flight are not bounded here; the caller does. */
  readonly post: (request: WebhookPost) => Promise<Attempt>
  /** Waits for what is in flight; post nothing after it. */
  readonly close: () => Promise<void>
}

export interface WebhookPost {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** From the call to the answer's end; the poster's own when left out. */
  readonly timeoutMs?: number
}

export interface PosterSettings {
  readonly allowPrivate: boolean
  readonly timeoutMs: number
  readonly answerBytesMax: number
  readonly answerKeptBytes: number
  readonly resolve?: ResolveHost
}

const connectTimeoutMsMax = 10_000

/** A body in chunks of one byte takes six on the wire; with headers and some air. */
const wireBytesPerAnswerByte = 8

export const createPoster = (settings: PosterSettings): Poster => {
  const { allowPrivate, answerBytesMax, answerKeptBytes } = settings
  const connect = pinnedConnector({
    allowPrivate,
    connectTimeoutMs: Math.min(settings.timeoutMs, connectTimeoutMsMax),
    resolve: settings.resolve ?? (allowPrivate ? resolveLikeSystem : createDnsResolver()),
  })
  const connections = originConnections(boundedConnector(connect, wireBytesPerAnswerByte * answerBytesMax))
  const inFlight = countdown()

  const post = (request: WebhookPost): Promise<Attempt> => {
    const url = URL.parse(request.url)
    if (url === null) return refused('not a URL')
    // An origin is judged when it is opened, because the policy may have changed since the URL was saved.
    const known = connections.find(url.origin)
    const judged = known === undefined ? checkWebhookUrl(url.origin, settings) : undefined
    if (judged?.ok === false) return refused(judged.reason)
    const origin = known ?? connections.open(url.origin)
    inFlight.up()
    return new Promise((resolve) => {
      const client = connections.take(origin)
      const timeoutMs = request.timeoutMs ?? settings.timeoutMs
      const handler = followAttempt({ timeoutMs, answerBytesMax, answerKeptBytes }, (attempt, isWhole) => {
        connections.give(origin, client, isWhole)
        inFlight.down()
        resolve(attempt)
      })
      const path = url.pathname + url.search
      client.dispatch({ method: 'POST', path, headers: request.headers, body: request.body }, handler)
    })
  }
  return {
    post,
    close: async () => {
      await inFlight.zero()
      await connections.close()
    },
  }
}

const refused = (reason: string): Promise<Attempt> =>
  Promise.resolve({ kind: 'failed', cause: 'refused-target', error: reason, durationMs: 0, answer: '' })

const countdown = () => {
  let count = 0
  let reachedZero = (): void => {}
  return {
    up: (): void => {
      count += 1
    },
    down: (): void => {
      count -= 1
      if (count === 0) reachedZero()
    },
    zero: (): Promise<void> =>
      count === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            reachedZero = resolve
          }),
  }
}
