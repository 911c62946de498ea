import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { Refusal } from '../../domain/errors.ts'
import { authoriseRequest } from './call.ts'
import type { ChannelDeps } from './channel-deps.ts'
import { fileRoutes } from './file-routes.ts'
import { readRoutes } from './read-routes.ts'
import { sessionRoutes } from './session-routes.ts'

/** The custom channel: everything below `/v1/custom/:integration_id` (wire spec 1.3). */
export const channel =
  (deps: ChannelDeps): FastifyPluginAsync =>
  async (app) => {
    app.decorateRequest('integration', null)
    authorise(app, deps)
    tellTheRequestId(app)
    if (deps.limits.requestsPerSecond !== null) await limitRate(app, deps.limits.requestsPerSecond)
    await app.register(sessionRoutes(deps))
    await app.register(readRoutes(deps))
    await app.register(fileRoutes(deps))
  }

/** Before the body is read: a stranger costs nothing and learns nothing. */
const authorise = (app: FastifyInstance, deps: ChannelDeps): void => {
  app.addHook<{ Params: { integration_id?: string } }>('onRequest', async (request) => {
    request.integration = await authoriseRequest(deps, request)
    deps.keysInUse.add(request.integration.keyId)
  })
}

/** By key, before the body is read; each process counts for itself. */
const limitRate = async (app: FastifyInstance, requestsPerSecond: number): Promise<void> => {
  await app.register(rateLimit, {
    max: requestsPerSecond,
    timeWindow: 1_000,
    cache: limitedKeysMax,
    hook: 'preParsing',
    keyGenerator: (request) => request.integration?.keyId ?? '',
    addHeaders: noHeaders,
    addHeadersOnExceeding: noHeaders,
    errorResponseBuilder: (_request, { ttl }) =>
      new Refusal(
        'rate-limited',
        `too many requests with this API key, at most ${requestsPerSecond} a second; wait for Retry-After`,
        {
          retryAfterSeconds: Math.max(1, Math.ceil(ttl / 1_000)),
        },
      ),
  })
}

const limitedKeysMax = 50_000

/** Retry-After is said where the refusal is sent; the rest would be headers on every answer. */
const noHeaders = {
  'x-ratelimit-limit': false,
  'x-ratelimit-remaining': false,
  'x-ratelimit-reset': false,
  'retry-after': false,
}

/** A repeated request gets the first one's answer (Idempotency-Key), and the header is to say the same as the body. */
const tellTheRequestId = (app: FastifyInstance): void => {
  app.addHook('preSerialization', (_request, reply, payload, done) => {
    if (typeof payload === 'object' && payload !== null && 'request_id' in payload)
      reply.header('x-request-id', payload.request_id)
    done(null, payload)
  })
}
