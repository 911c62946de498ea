import { joined } from './bytes.ts'
import type { Receiver } from './receive.ts'
import { alreadyParsed, bodyBytesMax, notPost, tooLarge } from './receiver-answers.ts'
import type { RequestHeaders } from './request-headers.ts'

/**
 * The receiver for node:http and for Express.
 *
 *     createServer(nodeHandler(receiver))
 *     app.post('/webhook', nodeHandler(receiver))
 *
 * It reads the body itself. In Express mount it before express.json(); a body that express.raw() read, or that a
 * platform left in `rawBody`, is taken as it is.
 */
export const nodeHandler =
  (receiver: Pick<Receiver, 'receive'>): NodeHandler =>
  async (request, response) => {
    if (request.method !== 'POST') return respond(response, notPost)
    const body = await rawBody(request)
    if (body === 'aborted') return
    if (body === 'already-parsed') return respond(response, alreadyParsed)
    if (body === 'too-large') {
      response.setHeader('connection', 'close')
      return respond(response, tooLarge)
    }
    respond(response, await receiver.receive({ body: body.bytes, headers: request.headers }))
  }

export const expressHandler = nodeHandler

export type NodeHandler = (request: NodeRequest, response: NodeResponse) => Promise<void>

/** As much of node:http's IncomingMessage and Express's Request as is used. */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly headers: RequestHeaders
  readonly body?: unknown
  readonly rawBody?: unknown
  readonly readableEnded: boolean
  on(event: string, listener: (chunk: unknown) => void): unknown
}

export interface NodeResponse {
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(body: string): unknown
}

type RawBody = { readonly bytes: string | Uint8Array } | 'already-parsed' | 'too-large' | 'aborted'

const rawBody = (request: NodeRequest): Promise<RawBody> => {
  for (const bytes of [request.rawBody, request.body]) {
    if (typeof bytes === 'string' || bytes instanceof Uint8Array) return Promise.resolve({ bytes })
  }
  if (request.readableEnded) return Promise.resolve('already-parsed')
  return readBody(request)
}

const readBody = (request: NodeRequest): Promise<RawBody> =>
  new Promise((resolve) => {
    const chunks: Uint8Array[] = []
    let length = 0
    request.on('data', (chunk) => {
      if (!(chunk instanceof Uint8Array)) return resolve('already-parsed')
      length += chunk.length
      if (length > bodyBytesMax) {
        chunks.length = 0
        return resolve('too-large')
      }
      chunks.push(chunk)
    })
    request.on('end', () => resolve({ bytes: joined(chunks, length) }))
    request.on('error', () => resolve('aborted'))
    request.on('close', () => resolve('aborted'))
  })

const respond = (response: NodeResponse, { status, body }: { status: number; body: string }): void => {
  response.statusCode = status
  response.setHeader('content-type', 'application/json')
  response.end(body)
}
