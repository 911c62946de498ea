import { type DeliveryPlace, deliveryIdOf } from '../domain/delivery-id.ts'
import type { Db, Queries } from './db.ts'
import { type DeliveryRow, deliveryColumns, fates, shownColumns } from './delivery-row.ts'

/** One delivery with the body that is sent, and the attempts made. */
const readStatement = {
  name: 'read-delivery',
  text: `select ${shownColumns}, body from (
      select ${deliveryColumns}, e.body from events e ${fates} where e.session_id = $1 and e.sequence = $2) d`,
}

export const readDelivery = async (
  db: Db,
  place: DeliveryPlace,
): Promise<(DeliveryRow & { readonly body: string }) | undefined> =>
  (
    await db.rows<DeliveryRow & { readonly body: string }>(readStatement, [place.sessionId, place.sequence])
  )[0]

/** As the management API shows it. */
export interface Delivery extends Omit<DeliveryRow, 'position'> {
  readonly delivery_id: string
  /** Oldest first. */
  readonly attempts: readonly Attempt[]
}

export interface Attempt {
  /** ms */
  readonly at: number
  readonly status_code: number | null
  readonly error: string | null
  readonly duration_ms: number
  /** The first 1 KiB of the webhook's answer. */
  readonly answer: string | null
}

const attemptsStatement = {
  name: 'list-attempts',
  text: `select w.session_id, w.sequence, floor(extract(epoch from a.at) * 1000)::float8 as at, a.status_code, a.error,
      a.duration_ms, a.answer
    from unnest($1::uuid[], $2::int[]) as w(session_id, sequence)
    cross join lateral (
      select * from attempts a where a.session_id = w.session_id and a.sequence = w.sequence
      order by a.at desc limit $3) a
    order by a.at`,
}

/** Of each delivery the last attempts are shown. */
const attemptsShownMax = 50

export const withAttempts = async (db: Db, rows: readonly DeliveryRow[]): Promise<Delivery[]> => {
  if (rows.length === 0) return []
  const attempts = await db.rows<Attempt & { session_id: string; sequence: number }>(attemptsStatement, [
    rows.map((row) => row.session_id),
    rows.map((row) => row.sequence),
    attemptsShownMax,
  ])
  const ofDelivery = Map.groupBy(attempts, (attempt) => placeKey(attempt))
  return rows.map(({ position: _, ...row }) => ({
    delivery_id: placeKey(row),
    ...row,
    attempts: (ofDelivery.get(placeKey(row)) ?? []).map(
      ({ session_id: _session, sequence: _sequence, ...attempt }) => attempt,
    ),
  }))
}

const placeKey = (row: { readonly session_id: string; readonly sequence: number }): string =>
  deliveryIdOf({ sessionId: row.session_id, sequence: row.sequence })

const existingStatement = {
  name: 'find-existing-events',
  text: `select distinct w.session_id as "sessionId", w.sequence from unnest($1::uuid[], $2::int[]) as w(session_id, sequence)
    where exists (select 1 from events e where e.session_id = w.session_id and e.sequence = w.sequence)`,
}

/** Those of the places where there is an event, each once. */
export const findExistingEvents = (
  queries: Queries,
  places: readonly DeliveryPlace[],
): Promise<DeliveryPlace[]> =>
  queries.rows<DeliveryPlace>(existingStatement, [
    places.map((place) => place.sessionId),
    places.map((place) => place.sequence),
  ])
