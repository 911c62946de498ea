import { verify, WebhookVerificationError } from '@dragoman/sdk'
import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { isJsonObject } from '../domain/json.ts'
import { secretOwner } from '../domain/secret-owner.ts'
import { addInboxEvent } from '../store/inbox.ts'

/**
 * The built-in inbox receives like any customer's webhook: it verifies the signature with the SDK, answers 200, and
 * refuses with 401 what is not signed by one of the integration's secrets. Both are kept, so that a person sees them.
 */
export const receiveInboxEvent = async (
  deps: Pick<Deps, 'db' | 'settings' | 'sealer' | 'inboxBell'>,
  received: {
    readonly integrationId: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  },
): Promise<{ readonly received: true }> => {
  const { integrationId, headers, body } = received
  const settings = await deps.settings.of(integrationId)
  if (!settings)
    throw new Refusal('integration-not-found', `integration_id: there is no integration ${integrationId}`)
  const secrets = settings.sealedSecrets.map((sealed) => deps.sealer.open(sealed, secretOwner(integrationId)))
  const problem = await problemOf(body, headers, secrets)
  await addInboxEvent(deps.db, {
    integration_id: integrationId,
    session_id: sessionOf(body),
    verified: problem === null,
    problem,
    headers: shownHeaders(headers),
    body,
  })
  deps.inboxBell.ring()
  if (problem !== null) throw new Refusal('unauthorized', `signature: ${problem}`)
  return { received: true }
}

const problemOf = async (
  body: string,
  headers: Readonly<Record<string, string>>,
  secrets: readonly string[],
): Promise<string | null> => {
  try {
    await verify(body, headers, secrets)
    return null
  } catch (error) {
    if (error instanceof WebhookVerificationError) return error.message
    throw error
  }
}

const sessionOf = (body: string): string | null => {
  try {
    const event: unknown = JSON.parse(body)
    const sessionId = isJsonObject(event) ? event['session_id'] : undefined
    return typeof sessionId === 'string' && !sessionId.includes('\0') ? sessionId : null
  } catch {
    return null
  }
}

/** What tells of the signature and the delivery; the rest is the transport's. */
const shownNames = /^(?:x-moveo-signature|webhook-.*|content-type|user-agent)$/

const shownHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => shownNames.test(name)))
