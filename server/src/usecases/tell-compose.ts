import type { Deps, TellCompose } from '../deps.ts'
import { eventBody } from '../domain/event-body.ts'
import { readEndpoint } from '../store/endpoints.ts'
import type { IntegrationSettings } from '../store/integrations.ts'

/**
 * Typing is ephemeral: told to whoever listens now and posted once, never stored, never retried, without a sequence
 * (wire spec 1.7). A webhook that is down, or has said that it is gone, is left in peace: when it is back, this is stale.
 */
export const createComposeTeller = (
  deps: Pick<Deps, 'db' | 'newId' | 'signals' | 'postEvent'>,
): TellCompose => {
  const underWay = new Map<string, number>()

  const postWhileFresh = async (
    settings: IntegrationSettings,
    eventId: string,
    body: string,
  ): Promise<void> => {
    const { integrationId } = settings
    const count = underWay.get(integrationId) ?? 0
    if (count >= underWayMax) return
    underWay.set(integrationId, count + 1)
    await postIfUp(settings, eventId, body).catch(() => undefined)
    const left = (underWay.get(integrationId) ?? 1) - 1
    if (left === 0) underWay.delete(integrationId)
    else underWay.set(integrationId, left)
  }

  const postIfUp = async (settings: IntegrationSettings, eventId: string, body: string): Promise<void> => {
    const endpoint = await readEndpoint(deps.db, settings.integrationId)
    if (endpoint?.circuit === 'closed') await deps.postEvent(settings, { eventId, body, timeoutMs: freshMs })
  }

  return (settings, session, payload, facts) => {
    const { integrationId, subscribedEvents } = settings
    if (subscribedEvents.size > 0 && !subscribedEvents.has('message:compose')) return
    const eventId = deps.newId()
    const body = eventBody(session, payload, { eventId, ...facts })
    deps.signals.composed({ sessionId: session.sessionId, integrationId, body })
    void postWhileFresh(settings, eventId, body)
  }
}

/** After this long nobody cares who was typing. */
const freshMs = 5_000
/** A slow webhook has this many on their way at once; the rest is stale before its turn, so it is dropped. */
const underWayMax = 10
