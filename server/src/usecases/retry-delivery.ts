import type { Deps } from '../deps.ts'
import { type DeliveryPlace, deliveryIdOf } from '../domain/delivery-id.ts'
import { Refusal } from '../domain/errors.ts'
import { postponeProbe } from '../store/endpoints.ts'
import { findExistingEvents } from '../store/read-delivery.ts'
import { queueReplays } from '../store/replay-lanes.ts'

/** One delivery again, now; an open circuit probes at once instead of waiting for its time. */
export const retryDelivery = async (
  deps: Pick<Deps, 'db' | 'signals'>,
  place: DeliveryPlace,
): Promise<{ readonly queued: number }> => {
  if ((await findExistingEvents(deps.db, [place])).length === 0)
    throw new Refusal('not-found', `delivery_id: there is no delivery ${deliveryIdOf(place)}`)
  const integrationIds = await queueReplays(deps.db, [place])
  for (const integrationId of integrationIds) await postponeProbe(deps.db, integrationId, 0)
  deps.signals.committed({ turnsDue: false, lanesDueOf: integrationIds, sessionsWithEvents: new Set() })
  return { queued: 1 }
}
