import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WebhookEvent } from '@dragoman/sdk'

export interface Received {
  readonly event: WebhookEvent
  readonly body: string
  readonly headers: IncomingHttpHeaders
  readonly at: number
}

/** What the receiver does with one request: a status, or something rude with the raw response. */
export type Behaviour = (
  received: Received,
  attempt: number,
) => number | { status: number; headers?: Record<string, string> } | 'hang' | 'reset'

export interface Receiver {
  readonly url: string
  readonly received: readonly Received[]
  /** Those that were answered with 2xx. */
  readonly accepted: readonly Received[]
  behave: (behaviour: Behaviour) => void
  /** Resolves with what was accepted as soon as `is` holds; never by time. */
  until: (is: (accepted: readonly Received[]) => boolean) => Promise<readonly Received[]>
  untilReceived: (is: (received: readonly Received[]) => boolean) => Promise<readonly Received[]>
  close: () => Promise<void>
}

/** A real webhook on loopback that remembers everything it got. */
export const startReceiver = async (owner: { after(work: () => Promise<void>): void }): Promise<Receiver> => {
  const received: Received[] = []
  const accepted: Received[] = []
  const waiting = new Set<() => void>()
  const attempts = new Map<string, number>()
  let behaviour: Behaviour = () => 200

  const server: Server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const event = JSON.parse(body) as WebhookEvent
      const one = { event, body, headers: request.headers, at: Date.now() }
      const attempt = (attempts.get(event.event_id) ?? 0) + 1
      attempts.set(event.event_id, attempt)
      received.push(one)
      const answer = behaviour(one, attempt)
      if (answer === 'reset') request.socket.destroy()
      else if (answer !== 'hang') {
        const { status, headers } = typeof answer === 'number' ? { status: answer, headers: {} } : answer
        if (status >= 200 && status < 300) accepted.push(one)
        response.writeHead(status, headers).end('ok')
      }
      for (const wake of waiting) wake()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  owner.after(close)

  const until =
    (list: readonly Received[]) =>
    (is: (list: readonly Received[]) => boolean): Promise<readonly Received[]> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!is(list)) return
          waiting.delete(look)
          resolve(list)
        }
        waiting.add(look)
        look()
      })

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    accepted,
    behave: (next) => {
      behaviour = next
    },
    until: until(accepted),
    untilReceived: until(received),
    close,
  }
}
