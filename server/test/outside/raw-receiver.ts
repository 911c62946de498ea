import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { localhostCertificate, localhostKey } from './localhost-certificate.ts'

/** A receiver that speaks bytes, so that it can say what no HTTP server would. */
export interface RawReceiver {
  readonly url: string
  readonly port: number
  readonly connections: () => number
  readonly requests: readonly string[]
  readonly cutAll: () => void
  /** Resolves when every connection that was made is gone. */
  readonly allGone: () => Promise<void>
}

/** @param answer called when a request's end has arrived; `nth` counts requests from 0 over all connections */
export const rawReceiver = async (
  t: TestContext,
  answer: (socket: Socket, request: string, nth: number) => void,
  options: { readonly tls?: boolean; readonly greeting?: string } = {},
): Promise<RawReceiver> => {
  const open = new Set<Socket>()
  const requests: string[] = []
  let connections = 0
  const onConnection = (socket: Socket): void => {
    connections += 1
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => {})
    if (options.greeting !== undefined) socket.write(options.greeting)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8')
      if (!isWhole(text)) return
      const request = text
      text = ''
      requests.push(request)
      answer(socket, request, requests.length - 1)
    })
  }
  const server: Server = options.tls
    ? createTlsServer({ cert: localhostCertificate, key: localhostKey }, onConnection)
    : createServer(onConnection)
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cutAll = (): void => {
    for (const socket of open) socket.destroy()
  }
  t.after(() => {
    cutAll()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `${options.tls ? 'https' : 'http'}://localhost:${port}/hook`,
    port,
    connections: () => connections,
    requests,
    cutAll,
    allGone: async () => {
      await Promise.all([...open].map((socket) => new Promise((gone) => socket.once('close', gone))))
    },
  }
}

const isWhole = (text: string): boolean => {
  const bodyAt = text.indexOf('\r\n\r\n') + 4
  const length = /content-length: (\d+)/i.exec(text)?.[1]
  return bodyAt >= 4 && Buffer.byteLength(text.slice(bodyAt)) >= Number(length ?? 0)
}

export const httpAnswer = (status: number, body = '', headers: Record<string, string> = {}): string =>
  [
    `HTTP/1.1 ${status} Answer`,
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n')
