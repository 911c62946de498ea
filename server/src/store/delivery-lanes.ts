import { deliveryIdOf } from '../domain/delivery-id.ts'
import type { Db, Queries } from './db.ts'
import { findExistingEvents } from './read-delivery.ts'

/**
 * Strictly ordered deliveries, one lane a session (docs/decisions/0001-postgresql-lanes.md).
 *
 *   head      the sequence to deliver next; delivered means sequence < head
 *   tail      the last sequence there is
 *   ready_at  schedule, retry timer and lease in one; null = nothing to do
 *   claim_id  who holds the lane; every completion is fenced by it
 *
 * Invariants:
 *   1. A claim locks lane rows, never event rows, and skips locked ones: nothing slides past a locked head.
 *   2. A claim pushes ready_at past the lease, so a holder that dies gives the lane back by itself.
 *   3. A completion counts only while its claim holds: a frozen process that thaws changes nothing.
 *   4. Rows are locked in the order of their ids by every statement that locks many.
 *   5. What a person wants sent again (replays) goes before the head; head does not move for it. The lane has one
 *      timer, but the head and each replay count their own failures. What a person retries ahead of its time, or
 *      sends something before, uses up nothing of its schedule: a failure then counts as the one before it.
 */
export interface ClaimedDelivery {
  readonly sessionId: string
  readonly integrationId: string
  readonly sequence: number
  /** Scheduled attempts at this event that failed so far. */
  readonly attempts: number
  readonly isReplay: boolean
  /** How long the lane had still to wait, by the database's clock; above 0 only for a probe ahead of its time. */
  readonly dueInMs: number
  readonly eventId: string
  readonly eventType: string
  readonly body: string
}

export interface EndpointRoom {
  readonly integrationId: string
  /** How many more deliveries may start now. */
  readonly room: number
}

/**
 * Rows are found again by ctid: they are locked, so it cannot change, and no plan can turn it into a scan. A row that
 * was changed under our eyes is not found, so it is left to the next claim, which sees the events it speaks of.
 */
const claimText = (circuit: 'closed' | 'open', due: string): string => `with wanted as (
      select w.* from unnest($1::uuid[], $2::int[]) as w(integration_id, room)
      join endpoints e on e.integration_id = w.integration_id and e.circuit = '${circuit}'
    ), due as materialized (
      select l.row, l.ready_at from wanted w cross join lateral (
        select ctid as row, ready_at from lanes
        where integration_id = w.integration_id and ${due}
        order by ready_at limit w.room for update skip locked) l
    ), claimed as (
      update lanes l set claim_id = $3, ready_at = now() + make_interval(secs => $4)
      from due where l.ctid = due.row
      returning l.session_id, l.integration_id, l.head, l.replays, l.attempts, due.ready_at as due_at
    )
    select c.session_id as "sessionId", c.integration_id as "integrationId", coalesce(r.sequence, c.head) as sequence,
      coalesce(r.attempts, c.attempts) as attempts, r.sequence is not null as "isReplay",
      (extract(epoch from c.due_at - now()) * 1000)::float8 as "dueInMs",
      e.event_id as "eventId", e.event_type as "eventType", e.body
    from claimed c left join lateral (
      select sequence, attempts from replays where c.replays > 0 and session_id = c.session_id
      order by sequence limit 1) r on true
    left join lateral (
      select event_id, event_type, body from events
      where session_id = c.session_id and sequence = coalesce(r.sequence, c.head) limit 1) e on true`

const claimStatement = { name: 'claim-deliveries', text: claimText('closed', 'ready_at <= now()') }

/** For a probe: the lane that is due first, even ahead of its time, unless somebody holds it. */
const claimProbeStatement = {
  name: 'claim-probe',
  text: claimText('open', 'ready_at is not null and (claim_id is null or ready_at <= now())'),
}

export const claimDeliveries = async (
  queries: Queries,
  claim: {
    readonly endpoints: readonly EndpointRoom[]
    readonly claimId: string
    readonly leaseSeconds: number
    readonly probe?: boolean
  },
): Promise<ClaimedDelivery[]> => {
  const rows = await queries.rows<ClaimedDelivery | GoneDelivery>(
    claim.probe ? claimProbeStatement : claimStatement,
    [
      claim.endpoints.map((endpoint) => endpoint.integrationId),
      claim.endpoints.map((endpoint) => endpoint.room),
      claim.claimId,
      claim.leaseSeconds,
    ],
  )
  const gone = rows.filter((row) => row.body === null)
  if (gone.length > 0) await passOver(queries, gone, claim.claimId)
  return rows.filter((row) => row.body !== null)
}

/** No event was found for it. */
type GoneDelivery = Omit<ClaimedDelivery, 'body'> & { readonly body: null }

/**
 * Somebody deleted these events: their lanes would be claimed for nothing, lease after lease. Whether they are gone
 * is asked again, since the claim may have seen a lane that is newer than the events it saw.
 */
const passOver = async (queries: Queries, gone: readonly GoneDelivery[], claimId: string): Promise<void> => {
  const there = new Set((await findExistingEvents(queries, gone)).map(deliveryIdOf))
  const completions = gone.map((delivery): Completion => {
    const { sessionId, integrationId, sequence, isReplay, attempts } = delivery
    const common = { sessionId, integrationId, sequence, isReplay, claimId, delayMs: 0 }
    return there.has(deliveryIdOf(delivery))
      ? { ...common, next: 'release', attempts }
      : {
          ...common,
          next: 'advance',
          attempts: 0,
          dead: { reason: 'the event is gone from the database' },
        }
  })
  await completeDeliveries(queries, completions)
}

/** How one attempt ended, for the lane and for the log of attempts. */
export interface Completion {
  readonly sessionId: string
  readonly integrationId: string
  readonly sequence: number
  readonly claimId: string
  readonly isReplay: boolean
  /** `advance`: on to the next event (delivered, or dead). `later`: again in delayMs. `release`: nothing was tried. */
  readonly next: 'advance' | 'later' | 'release'
  readonly attempts: number
  readonly delayMs: number
  readonly dead?: { readonly reason: string } | undefined
  readonly attempt?: LoggedAttempt | undefined
}

export interface LoggedAttempt {
  readonly atMs: number
  readonly statusCode: number | null
  readonly error: string | null
  readonly durationMs: number
  readonly answer: string | null
}

/**
 * By session_id, not by ctid: a message that came meanwhile has made a new version of the row, which the lock follows
 * and a ctid does not. The completion would be lost, and with it the lane until its lease ran out.
 */
const completeStatement = {
  name: 'complete-deliveries',
  text: `with w as materialized (
      select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::bool[], $6::text[], $7::int[], $8::float8[],
        $9::text[], $10::float8[], $11::int[], $12::text[], $13::int[], $14::text[])
        as w(session_id, integration_id, sequence, claim_id, is_replay, next, attempts, delay_ms, dead_reason,
          attempt_at, status_code, error, duration_ms, answer)
    ), held as materialized (
      select w.*, w.next <> 'advance' and l.replays > 0 and (not w.is_replay or w.sequence >
          (select min(r.sequence) from replays r where r.session_id = w.session_id)) as is_overtaken
      from w join lanes l on l.session_id = w.session_id and l.claim_id = w.claim_id
      order by l.session_id for update of l
    ), counted as materialized (
      select h.*, case when is_overtaken and next = 'later' then greatest(0, attempts - 1) else attempts end as failures
      from held h
    ), done as (
      update lanes l set
        head = case when w.next = 'advance' and not w.is_replay then w.sequence + 1 else l.head end,
        replays = case when w.next = 'advance' and w.is_replay then l.replays - 1 else l.replays end,
        attempts = case when w.is_replay then l.attempts else w.failures end, claim_id = null,
        ready_at = case
          when w.is_overtaken then now()
          when w.next <> 'advance' then now() + w.delay_ms * interval '1 millisecond'
          when w.is_replay and (l.replays > 1 or l.head <= l.tail) then now()
          when not w.is_replay and (l.replays > 0 or w.sequence < l.tail) then now() end
      from counted w where l.session_id = w.session_id
      returning l.session_id, l.integration_id, l.ready_at is not null as more, w.sequence, w.is_replay, w.next,
        w.failures, w.dead_reason
    ), logged as (
      insert into attempts (session_id, sequence, at, status_code, error, duration_ms, answer)
      select session_id, sequence, to_timestamp(attempt_at / 1000.0), status_code, error, duration_ms, answer
      from w where attempt_at is not null
    ), ended as (
      insert into delivery_outcomes (session_id, sequence, integration_id, status, reason)
      select session_id, sequence, integration_id, 'dead', dead_reason from done w where dead_reason is not null
        -- An event that was delivered stays so, whatever became of its replay.
        and (not is_replay or exists (
          select from delivery_outcomes o where o.session_id = w.session_id and o.sequence = w.sequence))
      on conflict (session_id, sequence) do update set status = 'dead', reason = excluded.reason, at = now()
    ), tried as (
      update replays r set attempts = w.failures from done w
      where w.is_replay and w.next <> 'advance' and r.session_id = w.session_id and r.sequence = w.sequence
    ), replayed as (
      delete from replays r using done w
      where w.is_replay and w.next = 'advance' and r.session_id = w.session_id and r.sequence = w.sequence
    ), revived as (
      delete from delivery_outcomes o using done w
      where w.is_replay and w.next = 'advance' and w.dead_reason is null
        and o.session_id = w.session_id and o.sequence = w.sequence
    )
    select session_id as "sessionId", integration_id as "integrationId", more from done`,
}

export interface Completed {
  readonly sessionId: string
  readonly integrationId: string
  /** The lane has something more to do, now or later. */
  readonly more: boolean
}

/** @returns those whose claim still held; for the others nothing changed but the log of attempts */
export const completeDeliveries = (
  queries: Queries,
  completions: readonly Completion[],
): Promise<Completed[]> =>
  queries.rows<Completed>(completeStatement, [
    completions.map((c) => c.sessionId),
    completions.map((c) => c.integrationId),
    completions.map((c) => c.sequence),
    completions.map((c) => c.claimId),
    completions.map((c) => c.isReplay),
    completions.map((c) => c.next),
    completions.map((c) => c.attempts),
    completions.map((c) => c.delayMs),
    completions.map((c) => c.dead?.reason ?? null),
    completions.map((c) => c.attempt?.atMs ?? null),
    completions.map((c) => c.attempt?.statusCode ?? null),
    completions.map((c) => c.attempt?.error ?? null),
    completions.map((c) => c.attempt?.durationMs ?? null),
    completions.map((c) => c.attempt?.answer ?? null),
  ])

const dueEndpointsStatement = {
  name: 'find-endpoints-with-due-lanes',
  text: `select e.integration_id as "integrationId", e.circuit,
      (extract(epoch from e.probe_at - now()) * 1000)::float8 as "probeInMs"
    from endpoints e where e.circuit <> 'paused' and exists (
      select from lanes l where l.integration_id = e.integration_id
        and l.ready_at <= case e.circuit when 'open' then 'infinity' else now() end)`,
}

export interface DueEndpoint {
  readonly integrationId: string
  readonly circuit: 'closed' | 'open'
  readonly probeInMs: number | null
}

/** The safety net of the poll: whose lanes wait, whatever wake-ups were lost. */
export const findDueEndpoints = (db: Db): Promise<DueEndpoint[]> =>
  db.rows<DueEndpoint>(dueEndpointsStatement, [])

const pullForwardStatement = {
  name: 'pull-lanes-forward',
  text: `with waiting as materialized (
      select session_id from lanes where integration_id = $1 and claim_id is null and ready_at > now()
      order by ready_at limit $2
    ), held as materialized (
      select session_id from lanes l where session_id in (select session_id from waiting)
        and claim_id is null and ready_at > now() order by session_id for update
    ), pulled as (
      update lanes l set ready_at = now() from held where l.session_id = held.session_id
    )
    select count(*) as count from waiting`,
}

/** Few enough that nobody waits long for one of them. */
const pulledAtOnceMax = 1_000
/** Lanes that fail at the same time join those that wait: without an end this might go on for ever. */
const pullsMax = 10_000

/**
 * The endpoint is back: those that wait for a retry need not wait any longer. Each thousand commits alone, so that a
 * hundred thousand of them hold up neither messages nor deliveries.
 */
export const pullLanesForward = async (db: Db, integrationId: string): Promise<void> => {
  for (let pulls = 0; pulls < pullsMax; pulls += 1) {
    const [found] = await db.rows<{ count: number }>(pullForwardStatement, [integrationId, pulledAtOnceMax])
    if ((found?.count ?? 0) < pulledAtOnceMax) return
  }
}
