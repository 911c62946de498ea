import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import type { Owner } from './owner.ts'

/**
 * Stands before a webhook. While it is shut, who connects is let in and what he sends stays in the gate: to him it
 * looks sent, to the webhook it comes when the gate lets it go, however late.
 */
export interface Gate {
  readonly url: string
  shut: () => void
  /** For those who come from now on. */
  open: () => void
  /** Connections on which something waits in the gate. */
  readonly waiting: () => number
  letGo: () => void
}

export const openGate = async (owner: Owner, webhookUrl: string): Promise<Gate> => {
  const target = new URL(webhookUrl)
  const sockets = new Set<Socket>()
  const waiting = new Set<Socket>()
  let isShut = false

  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    return socket.on('error', () => undefined)
  }
  const pass = (client: Socket): void => {
    const webhook = keep(createConnection(Number(target.port), target.hostname))
    client.pipe(webhook).pipe(client)
    client.on('close', () => webhook.destroy())
    webhook.on('close', () => client.destroy())
  }
  const server = createServer((client) => {
    keep(client)
    if (isShut) client.once('readable', () => waiting.add(client))
    else pass(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  owner.after(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`,
    shut: () => {
      isShut = true
    },
    open: () => {
      isShut = false
    },
    waiting: () => waiting.size,
    letGo: () => {
      for (const client of waiting) pass(client)
      waiting.clear()
    },
  }
}
