import type { FastifyInstance, FastifyRequest } from 'fastify'
import { limits } from '../../domain/limits.ts'
import { answerClientError } from './client-errors.ts'

/**
 * How long a request may take to arrive. Headers, and a body of the usual size, must be whole within `usualMs`, or slow
 * senders would hold our connections. A file has `fileMs`: 25 MiB from a telephone take minutes. Node knows one limit
 * for all requests, so it gets the longer one, and the shorter is kept here. A route takes files when its body limit is
 * above the usual.
 */
export const boundArrivalTime = (
  app: FastifyInstance,
  bounds: { readonly usualMs: number; readonly fileMs: number },
): void => {
  app.server.headersTimeout = bounds.usualMs
  app.server.requestTimeout = bounds.fileMs
  app.addHook('onRequest', (request, reply, done) => {
    if (hasBody(request) && request.routeOptions.bodyLimit <= limits.bodyBytesMax) {
      const late = setTimeout(() => {
        if (request.raw.complete) return
        if (reply.sent) request.raw.socket.destroy()
        else answerClientError(tooSlow, request.raw.socket)
      }, bounds.usualMs)
      request.raw.once('close', () => clearTimeout(late))
    }
    done()
  })
}

export const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined

const tooSlow = Object.assign(new Error('the body did not arrive in time'), {
  code: 'ERR_HTTP_REQUEST_TIMEOUT',
})
