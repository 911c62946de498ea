import type { FastifyReply, FastifyRequest } from 'fastify'
import type { EventFollower } from '../../usecases/follow-events.ts'

/** A comment now and then keeps proxies from closing an idle stream. */
const heartbeatMs = 15_000

/**
 * Server-Sent Events: `id` is the sequence, so a client that comes back with Last-Event-ID misses nothing;
 * `event` is the event type, `data` the very body the webhook gets. The stream ends after the session's last event,
 * and when this process drains: the client comes back to another one and goes on where it was. Before each event it is
 * asked whether the caller may still have it: a stream may live for days, and a key must not outlive its revocation.
 */
export const streamEvents = async (stream: {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly follow: EventFollower
  readonly after: number
  readonly isStillAllowed: () => Promise<boolean>
  readonly draining: AbortSignal
}): Promise<FastifyReply> => {
  const { request, reply, follow, draining } = stream
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    connection: 'keep-alive',
    'x-accel-buffering': 'no',
    'x-request-id': request.id,
  })
  if (request.method === 'HEAD') {
    raw.end()
    return reply
  }
  raw.write(': connected\n\n')
  const gone = new AbortController()
  const end = (): void => gone.abort()
  raw.on('close', end)
  draining.addEventListener('abort', end)
  const heartbeat = setInterval(() => raw.write(': still here\n\n'), heartbeatMs)
  try {
    for await (const event of follow(stream.after, gone.signal)) {
      if (!(await stream.isStillAllowed())) break
      const id = event.sequence === undefined ? '' : `id: ${event.sequence}\n`
      const hasRoom = raw.write(`${id}event: ${event.eventType}\ndata: ${event.body}\n\n`)
      if (!hasRoom) await drained(raw, gone.signal)
    }
  } finally {
    draining.removeEventListener('abort', end)
    clearInterval(heartbeat)
    raw.end()
  }
  return reply
}

/** A slow reader is waited for, not buffered for. */
const drained = (raw: FastifyReply['raw'], gone: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      raw.off('drain', done)
      gone.removeEventListener('abort', done)
      resolve()
    }
    raw.once('drain', done)
    gone.addEventListener('abort', done)
  })
