import { connect, type Socket } from 'node:net'
import { httpMessages } from './http-messages.ts'

/** Status 0: the connection broke before an answer came. */
export type OnAnswer = (status: number, body: string) => void

export interface HttpClient {
  /** Waits for a free connection; one request is in flight on each (no pipelining). */
  readonly post: (path: string, body: string, onAnswer: OnAnswer) => void
  readonly close: () => void
}

/** Keep-alive connections to one origin, all open before the first request is timed. */
export const httpClient = async (
  origin: string,
  headers: Readonly<Record<string, string>>,
  connectionCount: number,
): Promise<HttpClient> => {
  const { hostname, port, host } = new URL(origin)
  const fixedHead = Object.entries({ host, 'content-type': 'application/json', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  const free: Connection[] = []
  const waiting: { request: string; onAnswer: OnAnswer }[] = []
  let isClosed = false

  const release = (connection: Connection): void => {
    const next = waiting.shift()
    if (next === undefined) free.push(connection)
    else connection.send(next.request, next.onAnswer)
  }
  const all = await Promise.all(
    Array.from({ length: connectionCount }, () =>
      openConnection(hostname, Number(port), release, () => isClosed),
    ),
  )
  free.push(...all)

  return {
    post: (path, body, onAnswer) => {
      const request = `POST ${path} HTTP/1.1\r\n${fixedHead}content-length: ${body.length}\r\n\r\n${body}`
      const connection = free.pop()
      if (connection === undefined) waiting.push({ request, onAnswer })
      else connection.send(request, onAnswer)
    },
    close: () => {
      isClosed = true
      for (const connection of all) connection.close()
    },
  }
}

interface Connection {
  readonly send: (request: string, onAnswer: OnAnswer) => void
  readonly close: () => void
}

const openConnection = async (
  host: string,
  port: number,
  release: (connection: Connection) => void,
  isClosed: () => boolean,
): Promise<Connection> => {
  let pending: OnAnswer | undefined
  let socket: Socket

  const answered = (status: number, body: string): void => {
    const onAnswer = pending
    pending = undefined
    if (onAnswer === undefined) return
    onAnswer(status, body)
    release(connection)
  }
  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      socket = connect({ host, port, noDelay: true })
      socket.setEncoding('latin1')
      socket.once('connect', resolve)
      socket.once('error', reject)
      socket.on('error', () => undefined)
      socket.on(
        'data',
        httpMessages((head, body) => answered(Number(head.slice(9, 12)), body)),
      )
      socket.on('close', () => {
        if (isClosed()) return
        // Reconnect first, so that the released connection can be used at once.
        open().then(
          () => answered(0, ''),
          () => answered(0, ''),
        )
      })
    })
  const connection: Connection = {
    send: (request, onAnswer) => {
      pending = onAnswer
      socket.write(request, 'latin1')
    },
    close: () => socket.destroy(),
  }
  await open()
  return connection
}
