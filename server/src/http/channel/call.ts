import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Call, Deps, SessionCall } from '../../deps.ts'
import { clientAddress } from '../../domain/address.ts'
import { Refusal } from '../../domain/errors.ts'
import { limits } from '../../domain/limits.ts'
import { authoriseCall } from '../../usecases/authorise-call.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the channel's authorisation; nothing behind it runs without. */
    integration: { readonly settings: Call['settings']; readonly keyId: string } | null
  }
}

/** Whose request it is, or a 401. What takes long asks again: a key may be revoked meanwhile. */
export const authoriseRequest = (
  deps: Pick<Deps, 'knownKeys' | 'settings' | 'limits'>,
  request: FastifyRequest<{ Params: { integration_id?: string } }>,
): ReturnType<typeof authoriseCall> =>
  authoriseCall(deps, {
    authorization: request.headers.authorization,
    integrationId: request.params.integration_id ?? '',
    address: clientAddress(
      request.socket.remoteAddress ?? '',
      headerText(request.headers['x-forwarded-for']),
      deps.limits.trustedProxies,
    ),
  })

const headerText = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join(', ') : header

/** The authorised request as a use case sees it. */
export const callOf = (request: FastifyRequest): Call => {
  if (!request.integration) throw new Error('a channel route ran without authorisation')
  return {
    requestId: request.id,
    settings: request.integration.settings,
    idempotency: request.method === 'POST' ? idempotencyOf(request) : undefined,
  }
}

export const sessionCallOf = (
  request: FastifyRequest & { readonly params: { readonly session_id: string } },
): SessionCall => ({ ...callOf(request), sessionId: request.params.session_id.toLowerCase() })

export const idempotencyOf = (request: FastifyRequest): Call['idempotency'] => {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key !== 'string' || key.length === 0 || key.length > limits.idempotencyKeyLengthMax)
    throw new Refusal(
      'invalid-payload',
      `Idempotency-Key: must have 1 to ${limits.idempotencyKeyLengthMax} characters`,
    )
  // Ids in the path are the same in capitals, and the rest of it is written in one way only.
  const path = request.url.split('?')[0]?.toLowerCase() ?? ''
  return { key, hash: createHash('sha256').update(`${request.method} ${path}\n${request.rawBody}`).digest() }
}
