import type { FastifyInstance } from 'fastify'
import { Refusal } from '../../domain/errors.ts'

/** What node:http would answer by itself, with an empty body, is refused in the form of all refusals instead. */
export const refuseForNode = (app: FastifyInstance): void => {
  app.server.on('checkExpectation', (request, response) => {
    app.server.emit('request', request, response)
  })
  app.addHook('onRequest', (request, _reply, done) => {
    const { host, expect } = request.headers
    if (host === undefined && request.raw.httpVersion === '1.1') return done(hostMissing())
    if (expect !== undefined && expect.toLowerCase() !== '100-continue') return done(notExpected(expect))
    done()
  })
}

const hostMissing = (): Refusal =>
  new Refusal('invalid-payload', 'Host: header is missing; HTTP/1.1 needs it')

const notExpected = (sent: string): Refusal =>
  new Refusal(
    'invalid-payload',
    `Expect: only 100-continue is understood, not ${sent.slice(0, 100)}; leave it out`,
  )
