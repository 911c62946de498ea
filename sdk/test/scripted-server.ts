import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'

export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Answer = (response: ServerResponse, request: SeenRequest) => void

/** A real HTTP server on a free port. */
export const listening = async (t: TestContext, listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${portOf(server.address())}`
}

/** Answers the nth request with the nth answer, and every further one with the last. */
export const scriptedServer = async (t: TestContext, answers: readonly [Answer, ...Answer[]]) => {
  const requests: SeenRequest[] = []
  const baseUrl = await listening(t, async (request, response) => {
    const { method = '', url = '', headers } = request
    const seen = { method, url, headers, body: await text(request) }
    const answer = answers[requests.length] ?? answers.at(-1) ?? answers[0]
    requests.push(seen)
    answer(response, seen)
  })
  return { baseUrl, requests }
}

export const answers =
  (status: number, body: object | string = {}, headers: Record<string, string> = {}): Answer =>
  (response) => {
    const isText = typeof body === 'string'
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(isText ? body : JSON.stringify(body))
  }

export const cutsOff: Answer = (response) => response.destroy()

export const neverAnswers: Answer = () => {}

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0
