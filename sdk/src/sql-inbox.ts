import type { InboxHead, InboxStore } from './inbox.ts'
import { isOrderedEvent, type OrderedEvent } from './webhook-event.ts'

/**
 * An inbox in your own database, for any number of processes: PostgreSQL, or SQLite 3.35 and later (D1, libSQL,
 * node:sqlite, bun:sqlite). Create its two tables once with `inboxSchema`, then hand in a function that runs one
 * statement and gives its rows:
 *
 *     sqlInbox({ query: async (sql, values) => (await pool.query(sql, [...values])).rows })
 *     sqlInbox({ query: async (sql, values) => sqlite.prepare(sql).all(...values), placeholder: '?' })
 *
 * Each step is one statement, so it needs no transaction. An event is written before it is acknowledged.
 */
export const sqlInbox = ({ query, placeholder = '$1' }: SqlInboxOptions): SqlInbox => {
  const run = (sql: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]> =>
    query(placeholder === '?' ? sql : numbered(sql), values)

  return {
    add: async (event, nowMs) => {
      const values = [event.event_id, event.session_id, event.sequence, JSON.stringify(event), nowMs]
      return (await run(insertEvent, values)).length > 0
    },
    head: async (sessionId) => headOf(await run(selectHead, [sessionId, sessionId])),
    finish: async (eventId, outcome, nowMs) => {
      await run(finishEvent, [outcome, nowMs, eventId])
    },
    lease: async ({ sessionId, holder, nowMs, untilMs }) =>
      (await run(takeLease, [sessionId, holder, untilMs, nowMs, holder])).length > 0,
    release: async (sessionId, holder) => {
      await run(releaseLease, [sessionId, holder])
    },
    unfinishedSessions: async (limit) =>
      (await run(selectUnfinishedSessions, [limit])).map((row) => String(row.session_id)),
    forget: async (finishedBeforeMs) => {
      await run(forgetEvents, [finishedBeforeMs])
      await run(forgetLeases, [finishedBeforeMs])
    },
  }
}

export interface SqlInboxOptions {
  /** Runs one statement; `returning` and `select` give rows, anything else may give none. */
  readonly query: (sql: string, values: readonly SqlValue[]) => Promise<readonly SqlRow[]>
  /** How your database spells a parameter: PostgreSQL `$1`, SQLite `?`. */
  readonly placeholder?: '$1' | '?'
}

export interface SqlInbox extends InboxStore {
  /** Deletes what was finished before; a repetition that comes later than that is not recognised. Keep four days. */
  forget(finishedBeforeMs: number): Promise<void>
}

export type SqlValue = string | number
export type SqlRow = { readonly [column: string]: unknown }

export const inboxSchema = `
create table if not exists dragoman_inbox_event (
  event_id text primary key,
  session_id text not null,
  sequence bigint not null,
  body text not null,
  status text not null default 'waiting' check (status in ('waiting', 'done', 'failed')),
  received_at bigint not null,
  finished_at bigint
);
create index if not exists dragoman_inbox_event_session on dragoman_inbox_event (session_id, sequence);
create index if not exists dragoman_inbox_event_waiting
  on dragoman_inbox_event (received_at) where status = 'waiting';
create table if not exists dragoman_inbox_lease (
  session_id text primary key,
  holder text,
  leased_until bigint not null
);
`

const insertEvent = `
insert into dragoman_inbox_event (event_id, session_id, sequence, body, received_at)
values (?, ?, ?, ?, ?)
on conflict (event_id) do update set status = 'waiting', finished_at = null, received_at = excluded.received_at
where dragoman_inbox_event.status = 'failed'
returning event_id`

const selectHead = `
select body, received_at,
  (select max(sequence) from dragoman_inbox_event where session_id = ? and status <> 'waiting') as last_sequence
from dragoman_inbox_event
where session_id = ? and status = 'waiting'
order by sequence
limit 1`

const finishEvent = `update dragoman_inbox_event set status = ?, finished_at = ? where event_id = ?`

const takeLease = `
insert into dragoman_inbox_lease (session_id, holder, leased_until)
values (?, ?, ?)
on conflict (session_id) do update set holder = excluded.holder, leased_until = excluded.leased_until
where dragoman_inbox_lease.holder is null
  or dragoman_inbox_lease.leased_until <= ?
  or dragoman_inbox_lease.holder = ?
returning session_id`

const releaseLease = `update dragoman_inbox_lease set holder = null where session_id = ? and holder = ?`

const selectUnfinishedSessions = `
select session_id
from dragoman_inbox_event
where status = 'waiting'
group by session_id
order by min(received_at)
limit ?`

const forgetEvents = `delete from dragoman_inbox_event where finished_at < ?`

const forgetLeases = `delete from dragoman_inbox_lease where leased_until < ?`

const numbered = (sql: string): string => {
  let count = 0
  return sql.replaceAll('?', () => `$${++count}`)
}

/** Databases give a bigint as a number, a BigInt or text. */
const headOf = (rows: readonly SqlRow[]): InboxHead | undefined => {
  const row = rows[0]
  if (!row) return undefined
  const head = { event: storedEvent(String(row.body)), receivedAtMs: Number(row.received_at) }
  return row.last_sequence === null ? head : { ...head, lastSequence: Number(row.last_sequence) }
}

const storedEvent = (body: string): OrderedEvent => {
  const event: unknown = JSON.parse(body)
  if (!isOrderedEvent(event)) throw new Error('The inbox holds something that is not an event')
  return event
}
