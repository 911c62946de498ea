import type { Deps } from '../deps.ts'
import { type DeliveryPlace, deliveryIdOf, deliveryPlaceOf } from '../domain/delivery-id.ts'
import { Refusal } from '../domain/errors.ts'
import type { DeliveryStatus } from '../store/delivery-row.ts'
import { type DeliveryCursor, listDeliveries, listKindOf } from '../store/list-deliveries.ts'
import { findExistingEvents } from '../store/read-delivery.ts'
import { queueReplays } from '../store/replay-lanes.ts'

/** Exactly one of the first three says what is meant. */
export interface Replay {
  readonly deliveryIds?: readonly string[] | undefined
  readonly sessionId?: string | undefined
  readonly integrationId?: string | undefined
  /** ms, both included; when the event came about. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly status?: DeliveryStatus | undefined
  readonly after?: string | undefined
}

export interface Replayed {
  /** Events that will be sent again: what still waits counts too, it is due now. */
  readonly queued: number
  /** Ask again with it as `after` for the rest; null when that was all. */
  readonly next: string | null
}

/** One request sets at most this many events in motion. */
export const replayedEventsMax = 1_000

/** Sent again, oldest first in each session, before what waits there: the same event_id and body, a new attempt. */
export const replayDeliveries = async (
  deps: Pick<Deps, 'db' | 'signals'>,
  replay: Replay,
): Promise<Replayed> => {
  const { places, next } = await (replay.deliveryIds === undefined
    ? matching(deps, replay)
    : named(deps, replay.deliveryIds))
  const integrationIds = places.length === 0 ? new Set<string>() : await queueReplays(deps.db, places)
  deps.signals.committed({ turnsDue: false, lanesDueOf: integrationIds, sessionsWithEvents: new Set() })
  return { queued: places.length, next }
}

interface Chosen {
  readonly places: readonly DeliveryPlace[]
  readonly next: string | null
}

const named = async (deps: Pick<Deps, 'db'>, deliveryIds: readonly string[]): Promise<Chosen> => {
  const asked = deliveryIds.map((id) => deliveryPlaceOf(id))
  const wellFormed = asked.filter((place) => place !== undefined)
  const found = await findExistingEvents(deps.db, wellFormed)
  const known = new Set(found.map(deliveryIdOf))
  const missing = asked.findIndex((place) => place === undefined || !known.has(deliveryIdOf(place)))
  if (missing >= 0)
    throw new Refusal(
      'invalid-payload',
      `delivery_ids[${missing}]: there is no delivery ${deliveryIds[missing]}`,
    )
  return { places: found, next: null }
}

const matching = async (deps: Pick<Deps, 'db'>, replay: Replay): Promise<Chosen> => {
  const query = {
    integrationId: replay.integrationId ?? null,
    sessionId: replay.sessionId ?? null,
    status: replay.status ?? null,
    from: replay.from ?? null,
    to: replay.to ?? null,
    order: 'oldest first',
  } as const
  const isLog = listKindOf(query) === 'log'
  const after = cursorOf(isLog, replay.after)
  const rows = await listDeliveries(deps.db, { ...query, after, limit: replayedEventsMax })
  const last = rows.at(-1)
  return {
    places: rows
      // Of the log every status comes; the others come filtered.
      .filter((row) => replay.status === undefined || row.status === replay.status)
      .map((row) => ({ sessionId: row.session_id, sequence: row.sequence })),
    next:
      last === undefined || rows.length < replayedEventsMax
        ? null
        : isLog
          ? last.position
          : deliveryIdOf({ sessionId: last.session_id, sequence: last.sequence }),
  }
}

const cursorOf = (isLog: boolean, after: string | undefined): DeliveryCursor | null => {
  if (after === undefined) return null
  const place = deliveryPlaceOf(after)
  if (!isLog && place) return place
  if (isLog && /^\d{1,18}$/.test(after)) return { position: after }
  throw new Refusal('invalid-payload', 'after: must be the `next` of an earlier answer to the same question')
}
