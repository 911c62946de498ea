import { createServer } from 'node:http'
import type { Server } from 'node:net'

export interface Answer {
  readonly status: number
  readonly body: string
}

/** node:http with nothing on it: reads a JSON body, hands it on, writes what comes back. Prints where it listens. */
export const serveBareHttp = (
  onPost: (path: string, body: unknown, answer: (answer: Answer) => void) => void,
): void => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const only = chunks.length === 1 ? chunks[0] : undefined
      const body: unknown = JSON.parse((only ?? Buffer.concat(chunks)).toString())
      onPost(request.url ?? '', body, (answer) => {
        response.writeHead(answer.status, {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(answer.body),
        })
        response.end(answer.body)
      })
    })
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1', () => sayListening(server))
  process.on('SIGTERM', () => process.exit(0))
}

export const sayListening = (server: Pick<Server, 'address'>): void => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  process.stdout.write(`${JSON.stringify({ listening: `http://127.0.0.1:${address.port}` })}\n`)
}
