import type { Db, Statement } from './db.ts'
import {
  type DeliveryRow,
  type DeliveryStatus,
  deliveryColumns,
  fates,
  shownColumns,
} from './delivery-row.ts'

/**
 * Lists of deliveries. Each question has the index that leads to its few rows, however many events are stored:
 *
 *   - of an integration, or of all: the event log, (integration_id, position);
 *   - of a session: its events, (session_id, sequence);
 *   - dead or superseded: the outcomes, (integration_id, status, session_id, sequence);
 *   - pending or retrying: the lanes that wait, (integration_id, ready_at); their number is the backlog's, sorted.
 */
export interface DeliveryQuery {
  readonly integrationId: string | null
  readonly sessionId: string | null
  readonly status: DeliveryStatus | null
  /** ms, both included; of the event. */
  readonly from: number | null
  readonly to: number | null
  readonly order: 'newest first' | 'oldest first'
  /** `next` of the page before. */
  readonly after: DeliveryCursor | null
  readonly limit: number
}

/** A place in the order of the question. */
export type DeliveryCursor =
  | { readonly position: string }
  | { readonly sessionId: string; readonly sequence: number }

export const listDeliveries = (db: Db, query: DeliveryQuery): Promise<DeliveryRow[]> => {
  const statement = statements[query.order][listKindOf(query)]
  const common = [query.integrationId, query.from, query.to, query.limit]
  const place = query.after && 'sessionId' in query.after ? query.after : null
  switch (listKindOf(query)) {
    case 'log':
      return db.rows(statement, [
        ...common,
        query.after && 'position' in query.after ? query.after.position : null,
      ])
    case 'session':
      return db.rows(statement, [...common, query.sessionId, query.status, place?.sequence ?? null])
    case 'outcomes':
    case 'waiting':
      return db.rows(statement, [...common, query.status, place?.sessionId ?? null, place?.sequence ?? null])
  }
}

/** Where the answer is found. `delivered` is what most of the log is: read from there, and filtered by who asks. */
export const listKindOf = ({ sessionId, status }: Pick<DeliveryQuery, 'sessionId' | 'status'>) => {
  if (sessionId !== null) return 'session'
  if (status === 'dead' || status === 'superseded') return 'outcomes'
  return status === 'pending' || status === 'retrying' ? 'waiting' : 'log'
}

interface Direction {
  readonly sql: 'desc' | 'asc'
  /** What comes behind the cursor compares so with it. */
  readonly beyond: '<' | '>'
}

const inRange = `($2::float8 is null or e.created_at >= to_timestamp($2 / 1000.0))
  and ($3::float8 is null or e.created_at < to_timestamp(($3 + 1) / 1000.0))`

/** Over all integrations it takes the head of each one's log: positions are of one sequence. */
const logText = ({ sql, beyond }: Direction): string => `with page as materialized (
    select e.* from integrations i cross join lateral (
      select session_id, sequence, integration_id, event_id, event_type, position, created_at from events e
      where e.integration_id = i.integration_id and ($5::bigint is null or e.position ${beyond} $5) and ${inRange}
      order by e.position ${sql} limit $4) e
    where $1::uuid is null or i.integration_id = $1
    order by e.position ${sql} limit $4)
  select ${shownColumns} from (select ${deliveryColumns} from page e ${fates}) d order by d.position ${sql}`

const sessionText = ({ sql, beyond }: Direction): string => `select ${shownColumns} from (
    select ${deliveryColumns} from events e ${fates}
    where e.session_id = $5 and ($1::uuid is null or e.integration_id = $1)
      and ($7::int is null or e.sequence ${beyond} $7) and ${inRange}
  ) d where $6::text is null or status = $6
  order by d.sequence ${sql} limit $4`

const beyondPlace = (row: string, { beyond }: Direction): string =>
  `($6::uuid is null or (${row}.session_id, ${row}.sequence) ${beyond} ($6, $7::int))`

const outcomesText = (direction: Direction): string => `select ${shownColumns} from (
    select ${deliveryColumns} from (
      select w.* from integrations i cross join lateral (
        select session_id, sequence from delivery_outcomes w
        where w.integration_id = i.integration_id and w.status = $5 and ${beyondPlace('w', direction)}) w
      where $1::uuid is null or i.integration_id = $1) w
    join events e on e.session_id = w.session_id and e.sequence = w.sequence
    ${fates} where ${inRange}
  ) d where status = $5
  order by d.session_id ${direction.sql}, d.sequence ${direction.sql} limit $4`

const waitingText = (direction: Direction): string => `select ${shownColumns} from (
    select ${deliveryColumns} from (
      select w.* from integrations i cross join lateral (
        select session_id, head, replays from lanes w
        where w.integration_id = i.integration_id and w.ready_at is not null and ($5 = 'pending' or w.attempts > 0 or w.replays > 0)
          and ($6::uuid is null or w.session_id ${direction.beyond}= $6)) w
      where $1::uuid is null or i.integration_id = $1) w
    join events e on e.session_id = w.session_id and (e.sequence >= w.head
      or (w.replays > 0 and e.sequence in (select q.sequence from replays q where q.session_id = w.session_id)))
    ${fates} where ${beyondPlace('e', direction)} and ${inRange}
  ) d where status = $5
  order by d.session_id ${direction.sql}, d.sequence ${direction.sql} limit $4`

const statementsOf = (direction: Direction, suffix: string) =>
  ({
    log: { name: `list-deliveries-${suffix}`, text: logText(direction) },
    session: { name: `list-deliveries-of-session-${suffix}`, text: sessionText(direction) },
    outcomes: { name: `list-ended-deliveries-${suffix}`, text: outcomesText(direction) },
    waiting: { name: `list-waiting-deliveries-${suffix}`, text: waitingText(direction) },
  }) satisfies Record<string, Statement>

const statements = {
  'newest first': statementsOf({ sql: 'desc', beyond: '<' }, 'newest-first'),
  'oldest first': statementsOf({ sql: 'asc', beyond: '>' }, 'oldest-first'),
}
