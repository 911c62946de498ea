import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../../deps.ts'
import { errorStatus, Refusal } from '../../domain/errors.ts'
import { contentTypeRefusal } from './json-body.ts'
import { watchMethods } from './known-methods.ts'
import { readAway } from './read-away.ts'
import { validationRefusal } from './validation.ts'

const retryAfterUnavailableSeconds = 2

/** Every error leaves as `{error_code, error_message}`; what we did not foresee is logged and tells nothing. */
export const answerErrors = (
  app: FastifyInstance,
  deps: Pick<Deps, 'log' | 'clock' | 'isUnavailable' | 'isOutcomeUnknown'>,
): void => {
  const tellUnavailable = tellerOfUnavailability(deps)
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (deps.isOutcomeUnknown(error)) return hangUp(deps, request, reply)
    readAway(request, reply)
    const refusal = refusalOf(deps, error, request)
    if (refusal?.code === 'unavailable') tellUnavailable(request, error)
    if (refusal) return sendRefusal(reply, refusal)
    deps.log.error(
      {
        requestId: request.id,
        method: request.method,
        path: pathOf(request),
        error: String(error),
        stack: error.stack,
      },
      'a request failed by a fault of ours',
    )
    return sendRefusal(
      reply,
      new Refusal(
        'internal-server-error',
        `something failed on our side; the log knows it by request_id ${request.id}`,
      ),
    )
  })
  const methodsAt = watchMethods(app)
  app.setNotFoundHandler((request, reply) => {
    const methods = methodsAt(request.url.split('?')[0] ?? '')
    const cure = methods.length === 0 ? '' : `; this path has ${methods.join(', ')}`
    return sendRefusal(
      reply,
      new Refusal('not-found', `${request.method} ${pathOf(request)}: there is no such endpoint${cure}`),
    )
  })
}

const toldAgainAfterMs = 1_000

/** Why requests get a 503: said once a second, not once a request, for a store that is away is asked thousands of times. */
const tellerOfUnavailability = ({ log, clock }: Pick<Deps, 'log' | 'clock'>) => {
  let toldAt = Number.NEGATIVE_INFINITY
  return (request: FastifyRequest, error: Error): void => {
    const now = clock.now()
    if (Math.abs(now - toldAt) < toldAgainAfterMs) return
    toldAt = now
    log.warn({ requestId: request.id, error: String(error) }, 'the store is away: requests get a 503')
  }
}

/** A 503 would promise that nothing was accepted; a broken connection promises nothing, and is retried as such. */
const hangUp = (deps: Pick<Deps, 'log'>, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  deps.log.error(
    { requestId: request.id, method: request.method, path: pathOf(request) },
    'the store broke down while committing: the caller is left without an answer',
  )
  reply.hijack()
  request.raw.socket.destroy()
  return reply
}

export const sendRefusal = (reply: FastifyReply, refusal: Refusal): FastifyReply => {
  if (refusal.retryAfterSeconds !== undefined) reply.header('retry-after', refusal.retryAfterSeconds)
  return reply.code(errorStatus(refusal.code)).send({
    error_code: refusal.code,
    error_message: refusal.message,
    ...(refusal.faults.length === 0 ? {} : { errors: refusal.faults }),
  })
}

const pathOf = (request: FastifyRequest): string => request.url.split('?')[0]?.slice(0, 200) ?? ''

const refusalOf = (
  deps: Pick<Deps, 'isUnavailable'>,
  error: FastifyError,
  request: FastifyRequest,
): Refusal | undefined => {
  if (error instanceof Refusal) return error
  if (error.validation) return validationRefusal(error.validation, error.validationContext)
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new Refusal('payload-too-large', `body: is larger than ${request.routeOptions.bodyLimit} bytes`)
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return contentTypeRefusal(request.headers['content-type'])
  if (deps.isUnavailable(error))
    return new Refusal(
      'unavailable',
      'the store cannot be reached just now; nothing was accepted, try again',
      {
        cause: error,
        retryAfterSeconds: retryAfterUnavailableSeconds,
      },
    )
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return new Refusal('invalid-payload', `request: ${error.message}`)
  return undefined
}
