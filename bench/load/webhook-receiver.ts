import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { httpMessages } from './http-messages.ts'

/** What the receiver does with a delivery: answer with this status, or never answer. */
export type WebhookAnswer = number | 'hang'

/** @param at when the first byte was here, `performance.now()` of this process */
export type OnDelivery = (path: string, body: string, at: number) => WebhookAnswer

export interface WebhookReceiver {
  readonly origin: string
  readonly close: () => void
}

/** A webhook on loopback that answers at once. */
export const webhookReceiver = async (onDelivery: OnDelivery): Promise<WebhookReceiver> => {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.setEncoding('latin1')
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    let firstByteAt = 0
    const read = httpMessages((head, body) => {
      const path = head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP/1.1'))
      const answer = onDelivery(path, body, firstByteAt)
      firstByteAt = 0
      if (answer !== 'hang') socket.write(answers.get(answer) ?? emptyAnswer(answer), 'latin1')
    })
    socket.on('data', (chunk: string) => {
      if (firstByteAt === 0) firstByteAt = performance.now()
      read(chunk)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

const emptyAnswer = (status: number): string =>
  `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Unavailable'}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}`

const answers = new Map([200, 503].map((status) => [status, emptyAnswer(status)]))
