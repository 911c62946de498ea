import type { Deps } from '../deps.ts'
import { type DeliveryPlace, deliveryIdOf } from '../domain/delivery-id.ts'
import { Refusal } from '../domain/errors.ts'
import { type LaneRow, type SkipMove, skipInLane } from '../store/replay-lanes.ts'

/**
 * A person decides that the webhook will not get this event: it is superseded and the lane moves on. Only the event
 * that its lane sends next can be skipped, and not while it is being sent: the order must stay true.
 */
export const skipDelivery = async (
  deps: Pick<Deps, 'db' | 'signals'>,
  place: DeliveryPlace,
): Promise<void> => {
  const lane = await skipInLane(deps.db, {
    ...place,
    reason: 'skipped by a person',
    decide: (lane) => moveOf(lane, place),
  })
  if (!lane) throw deliveryNotFound(place)
  deps.signals.committed({
    turnsDue: false,
    lanesDueOf: new Set([lane.integrationId]),
    sessionsWithEvents: new Set(),
  })
}

const deliveryNotFound = (place: DeliveryPlace): Refusal =>
  new Refusal('not-found', `delivery_id: there is no delivery ${deliveryIdOf(place)}`)

const moveOf = (lane: LaneRow, place: DeliveryPlace): SkipMove => {
  if (place.sequence > lane.tail) throw deliveryNotFound(place)
  const current = lane.replay ?? (lane.head <= lane.tail ? lane.head : null)
  if (current !== place.sequence) throw new Refusal('conflict', notCurrent(place, current))
  if (lane.isHeld)
    throw new Refusal(
      'conflict',
      'delivery_id: this event is being sent right now; try again when it has an answer',
    )
  return lane.replay === null ? 'skip head' : 'drop replay'
}

const notCurrent = (place: DeliveryPlace, current: number | null): string =>
  current === null
    ? 'delivery_id: nothing of this session waits; this event is done'
    : `delivery_id: only the next event of the session can be skipped, and that is ${deliveryIdOf({ ...place, sequence: current })}`
