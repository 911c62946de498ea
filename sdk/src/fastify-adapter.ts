import type { Receiver } from './receive.ts'
import { bodyBytesMax } from './receiver-answers.ts'
import type { RequestHeaders } from './request-headers.ts'

/**
 * The receiver as a Fastify plugin. It keeps the raw body for its own route only; the other routes still get JSON.
 *
 *     await app.register(fastifyReceiver(receiver, { path: '/webhook' }))
 */
export const fastifyReceiver =
  (receiver: Pick<Receiver, 'receive'>, { path }: { path: string }) =>
  async (app: FastifyApp): Promise<void> => {
    app.removeContentTypeParser('application/json')
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )
    app.post(path, { bodyLimit: bodyBytesMax }, async (request, reply) => {
      const body = request.body instanceof Uint8Array ? request.body : ''
      const receipt = await receiver.receive({ body, headers: request.headers })
      reply.code(receipt.status).header('content-type', 'application/json')
      return receipt.body
    })
  }

/** As much of FastifyInstance as is used. */
export interface FastifyApp {
  removeContentTypeParser(contentType: string): unknown
  addContentTypeParser(
    contentType: string,
    options: { parseAs: 'buffer' },
    parser: (request: unknown, body: Uint8Array, done: (error: null, body: Uint8Array) => void) => void,
  ): unknown
  post(
    path: string,
    options: { bodyLimit: number },
    handler: (request: FastifyRequest, reply: FastifyReply) => Promise<string>,
  ): unknown
}

interface FastifyRequest {
  readonly body: unknown
  readonly headers: RequestHeaders
}

interface FastifyReply {
  code(status: number): { header(name: string, value: string): unknown }
}
