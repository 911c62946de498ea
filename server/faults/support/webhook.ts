import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { WebhookEvent } from '@dragoman/sdk'
import type { Owner } from './owner.ts'

/** One request that arrived in full. */
export interface Receipt {
  readonly eventId: string
  readonly eventType: string
  readonly sessionId: string
  readonly sequence: number
  readonly inReplyTo: string | undefined
  readonly digest: string
  /** Which life of the sender opened the connection (see `nextLife`). */
  readonly life: number
  /** ms of the monotonic clock. */
  readonly at: number
  /** How many were being answered at its arrival, this one included. */
  readonly inFlight: number
  /** From the event's coming about to its arrival, ms. */
  readonly ageMs: number
  /** It got a 2xx. */
  isAccepted: boolean
}

/** Answers, or is rude with the raw response. `attempt` counts the arrivals of this event from 1. */
export type Behaviour = (response: ServerResponse, receipt: Receipt, attempt: number) => void

export interface Webhook {
  readonly url: string
  readonly receipts: readonly Receipt[]
  readonly accepted: readonly Receipt[]
  /** The requests whose answer has been accepted. */
  readonly answered: ReadonlySet<string>
  /** Requests that wait for the end of their answer. */
  readonly inFlight: () => number
  behave: (behaviour: Behaviour) => void
  /** Connections from now on belong to the sender's next life. */
  nextLife: () => number
  /** Nobody listens on the port: connections are refused. */
  down: () => Promise<void>
  up: () => Promise<void>
}

export const accept: Behaviour = (response) => void response.writeHead(200).end('ok')

/** A real webhook on loopback that keeps an account of all it got, but no bodies. */
export const startWebhook = async (owner: Owner): Promise<Webhook> => {
  const receipts: Receipt[] = []
  const accepted: Receipt[] = []
  const answered = new Set<string>()
  const attempts = new Map<string, number>()
  const lives = new WeakMap<Socket, number>()
  let behaviour = accept
  let life = 1
  let inFlight = 0

  const take = (body: string, socket: Socket, response: ServerResponse): void => {
    inFlight += 1
    const receipt = receiptOf(body, lives.get(socket) ?? 0, inFlight)
    const attempt = (attempts.get(receipt.eventId) ?? 0) + 1
    attempts.set(receipt.eventId, attempt)
    receipts.push(receipt)
    response.on('error', () => undefined)
    response.on('close', () => {
      inFlight -= 1
      if (response.headersSent && response.statusCode >= 200 && response.statusCode < 300) note(receipt)
    })
    behaviour(response, receipt, attempt)
  }
  const note = (receipt: Receipt): void => {
    receipt.isAccepted = true
    accepted.push(receipt)
    if (receipt.inReplyTo !== undefined) answered.add(receipt.inReplyTo)
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => undefined)
    request.on('end', () => take(Buffer.concat(chunks).toString('utf8'), request.socket, response))
  })
  server.keepAliveTimeout = 60_000
  server.on('connection', (socket: Socket) => {
    lives.set(socket, life)
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0

  const down = async (): Promise<void> => {
    server.closeAllConnections()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  owner.after(down)
  return {
    url: `http://127.0.0.1:${port}/`,
    receipts,
    accepted,
    answered,
    inFlight: () => inFlight,
    behave: (next) => {
      behaviour = next
    },
    nextLife: () => {
      life += 1
      return life
    },
    down,
    up: async () => {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
  }
}

const receiptOf = (body: string, life: number, inFlight: number): Receipt => {
  const event = JSON.parse(body) as WebhookEvent & { sequence?: number; in_reply_to?: string }
  return {
    eventId: event.event_id,
    eventType: event.event_type,
    sessionId: event.session_id,
    sequence: event.sequence ?? 0,
    inReplyTo: event.in_reply_to,
    digest: createHash('sha1').update(body).digest('base64'),
    life,
    at: performance.now(),
    inFlight,
    ageMs: Date.now() - event.timestamp,
    isAccepted: false,
  }
}
