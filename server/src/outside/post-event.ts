import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { type Hmac, webhookHeaders } from '@dragoman/sdk'
import { secretOwner } from '../domain/secret-owner.ts'
import type { Attempt } from './attempt.ts'
import type { Clock } from './clock.ts'
import type { Poster } from './post-webhook.ts'
import type { Sealer } from './seal.ts'

/** The endpoint an event goes to. The object is kept by whoever caches settings, so what is opened of it is kept too. */
export interface Endpoint {
  readonly integrationId: string
  readonly webhookUrl: string
  /** Oldest first. */
  readonly sealedSecrets: readonly string[]
}

export type PostEvent = (
  endpoint: Endpoint,
  event: { readonly eventId: string; readonly body: string; readonly timeoutMs: number },
) => Promise<Attempt>

/** Signs with the very function our users verify with, and posts. One attempt, never an exception of the receiver's. */
export const createEventPoster = (deps: {
  readonly poster: Poster
  readonly sealer: Sealer
  readonly clock: Clock
}): PostEvent => {
  const opened = new WeakMap<Endpoint, readonly string[]>()

  const secretsOf = (endpoint: Endpoint): readonly string[] => {
    const known = opened.get(endpoint)
    if (known) return known
    const secrets = endpoint.sealedSecrets.map((sealed) =>
      deps.sealer.open(sealed, secretOwner(endpoint.integrationId)),
    )
    opened.set(endpoint, secrets)
    return secrets
  }

  return async (endpoint, event) => {
    const headers = await webhookHeaders(
      {
        secrets: secretsOf(endpoint),
        eventId: event.eventId,
        timestampSeconds: Math.floor(deps.clock.now() / 1000),
        rawBody: event.body,
      },
      nodeHmac,
    )
    return await deps.poster.post({
      url: endpoint.webhookUrl,
      headers: { 'content-type': 'application/json', 'user-agent': userAgent, ...headers },
      body: event.body,
      timeoutMs: event.timeoutMs,
    })
  }
}

const userAgent = 'Dragoman/0.1'

const keys = new WeakMap<Uint8Array, KeyObject>()

/** Node's own HMAC: 3 us of CPU where WebCrypto takes 45. */
const nodeHmac: Hmac = (key, message) => {
  const known = keys.get(key) ?? createSecretKey(key)
  keys.set(key, known)
  return createHmac('sha256', known).update(message).digest()
}
