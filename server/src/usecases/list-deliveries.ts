import type { Deps } from '../deps.ts'
import { deliveryIdOf, deliveryPlaceOf } from '../domain/delivery-id.ts'
import { Refusal } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { type ListPage, pageOf } from '../domain/page.ts'
import type { DeliveryRow, DeliveryStatus } from '../store/delivery-row.ts'
import {
  type DeliveryCursor,
  type DeliveryQuery,
  listDeliveries as list,
  listKindOf,
} from '../store/list-deliveries.ts'
import { type Delivery, withAttempts } from '../store/read-delivery.ts'

export interface DeliveryFilter {
  readonly integrationId?: string | undefined
  readonly sessionId?: string | undefined
  readonly status?: DeliveryStatus | undefined
  /** ms, both included; when the event came about. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly after?: string | undefined
  readonly limit?: number | undefined
}

/** Newest first, each with its attempts. A page may be short while there is more: `next` says so. */
export const listDeliveries = async (
  deps: Pick<Deps, 'db'>,
  filter: DeliveryFilter,
): Promise<ListPage<Delivery>> => {
  const limit = filter.limit ?? limits.pageItemsDefault
  const query: DeliveryQuery = {
    integrationId: filter.integrationId ?? null,
    sessionId: filter.sessionId ?? null,
    status: filter.status ?? null,
    from: filter.from ?? null,
    to: filter.to ?? null,
    order: 'newest first',
    after: null,
    limit: limit + 1,
  }
  const asked = { ...query, after: cursorOf(query, filter.after) }
  const page =
    listKindOf(asked) === 'log' && asked.status !== null
      ? await searchLog(deps, asked, limit)
      : pageOf(await list(deps.db, asked), limit, (row) => cursorText(asked, row))
  return { items: await withAttempts(deps.db, page.items), next: page.next }
}

const cursorText = (query: DeliveryQuery, row: DeliveryRow): string =>
  listKindOf(query) === 'log'
    ? row.position
    : deliveryIdOf({ sessionId: row.session_id, sequence: row.sequence })

const cursorOf = (query: DeliveryQuery, after: string | undefined): DeliveryCursor | null => {
  if (after === undefined) return null
  if (listKindOf(query) !== 'log') {
    const place = deliveryPlaceOf(after)
    if (place) return place
  } else if (/^\d{1,18}$/.test(after)) return { position: after }
  throw new Refusal('invalid-payload', 'after: must be the `next` of an earlier page of the same question')
}

const searchedRowsEach = 500
const searchedRoundsMax = 20

/** Most of the log is delivered, so it is read through; but one request reads a bounded part of it. */
const searchLog = async (
  deps: Pick<Deps, 'db'>,
  query: DeliveryQuery,
  limit: number,
): Promise<ListPage<DeliveryRow>> => {
  const found: DeliveryRow[] = []
  let after = query.after
  for (let round = 0; round < searchedRoundsMax; round += 1) {
    const rows = await list(deps.db, { ...query, after, limit: searchedRowsEach })
    for (const row of rows) {
      if (row.status === query.status) found.push(row)
      if (found.length === limit) return { items: found, next: row.position }
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < searchedRowsEach) return { items: found, next: null }
    after = { position: last.position }
  }
  return { items: found, next: after && 'position' in after ? after.position : null }
}
