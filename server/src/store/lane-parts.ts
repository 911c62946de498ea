import type { DirectClaims } from './direct-claims.ts'
import { at, columns, jsonTexts, type Part } from './statement-parts.ts'
import type { DueLane, EventWrite, FinishedTurnWrite, LaneKind, TurnWrite } from './writes.ts'

/** The parts that make work: turns and events, each with the lane of its session, which grows by them. */
export const turnParts = (writes: readonly TurnWrite[], direct: DirectClaims | undefined): Part[] => {
  if (writes.length === 0) return []
  const lanes = lanesOf(writes)
  const isOffered = lanes.map((lane) => direct?.offerTurn(lane) ?? false)
  return [
    {
      name: 'turns_added',
      sql: `insert into turns (session_id, turn, kind, request_id, message_position, created_at)
        select session_id, turn, kind, request_id, message_position, ${at('created_at')}
        from unnest($1::uuid[], $2::int[], $3::text[], $4::uuid[], $5::int[], $6::float8[])
          as w(session_id, turn, kind, request_id, message_position, created_at)`,
      values: columns(writes, [
        (w) => w.sessionId,
        (w) => w.turn,
        (w) => w.kind,
        (w) => w.requestId,
        (w) => w.position,
        (w) => w.createdAt,
      ]),
    },
    {
      name: 'turn_lanes',
      returns: laneRows('turns', 'turn_lanes'),
      sql: `insert into turn_lanes as l (session_id, integration_id, head, tail, ready_at, claim_id, attempts)
        select session_id, integration_id, first, last, ${readyAt('claimed')}, ${claimId('claimed')}, claimed::int
        from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::bool[])
          as w(session_id, integration_id, first, last, claimed)
        on conflict (session_id) do update set ${grown},
          attempts = case when l.ready_at is null then excluded.attempts else l.attempts end
        ${returning}`,
      values: [
        ...columns(lanes, [
          (l) => l.sessionId,
          (l) => l.integrationId,
          (l) => l.first.turn,
          (l) => l.last.turn,
        ]),
        isOffered,
        direct?.claimId ?? null,
        direct?.leaseSeconds.turns ?? 0,
      ],
    },
  ]
}

export const eventParts = (writes: readonly EventWrite[], direct: DirectClaims | undefined): Part[] => {
  if (writes.length === 0) return []
  const lanes = lanesOf(writes)
  const isOffered = lanes.map((lane) => direct?.offerEvent(lane) ?? false)
  return [
    {
      name: 'events_added',
      sql: `insert into events (session_id, sequence, integration_id, event_id, position, event_type, body, created_at)
        select session_id, sequence, integration_id, event_id, nextval('events_position'), event_type, body, ${at('created_at')}
        from unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::float8[])
          as w(session_id, sequence, integration_id, event_id, event_type, body, created_at)`,
      values: columns(writes, [
        (w) => w.sessionId,
        (w) => w.sequence,
        (w) => w.integrationId,
        (w) => w.eventId,
        (w) => w.eventType,
        { jsonText: (w) => w.body },
        (w) => w.createdAt,
      ]),
    },
    {
      name: 'lanes',
      returns: laneRows('deliveries', 'lanes'),
      sql: `insert into lanes as l (session_id, integration_id, head, tail, ready_at, claim_id)
        select session_id, integration_id, first, last, ${readyAt('claimed')}, ${claimId('claimed')}
        from (
          select w.*, offered
            and (select circuit = 'closed' from endpoints e where e.integration_id = w.integration_id) as claimed
          from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::bool[])
            as w(session_id, integration_id, first, last, offered)
        ) w
        on conflict (session_id) do update set ${grown}
        ${returning}`,
      values: [
        ...columns(lanes, [
          (l) => l.sessionId,
          (l) => l.integrationId,
          (l) => l.first.sequence,
          (l) => l.last.sequence,
        ]),
        isOffered,
        direct?.claimId ?? null,
        direct?.leaseSeconds.deliveries ?? 0,
      ],
    },
  ]
}

/** More work at the end of a lane. One that had nothing to do becomes ready or is claimed; another keeps its time. */
const readyAt = (claimed: string): string =>
  `now() + case when ${claimed} then make_interval(secs => $7) else interval '0' end`
const claimId = (claimed: string): string => `case when ${claimed} then $6::uuid end`
const grown = `tail = excluded.tail, ready_at = coalesce(l.ready_at, excluded.ready_at),
          claim_id = case when l.ready_at is null then excluded.claim_id else l.claim_id end`
const returning = `returning l.session_id, coalesce(l.claim_id = $6, false) as held,
          l.claim_id is null or l.ready_at <= clock_timestamp() as due`

const laneRows = (kind: LaneKind, part: string): string =>
  `select '${kind}' as kind, session_id as "sessionId", held, due from ${part}`

/** The lanes are locked already (session-cell.ts), so their order does not matter. */
export const finishedParts = (writes: readonly FinishedTurnWrite[]): Part[] => {
  if (writes.length === 0) return []
  const sessionIds = writes.map((write) => write.sessionId)
  const turns = writes.map((write) => write.turn)
  return [
    {
      name: 'turns_finished',
      sql: `update turns t set finished_at = clock_timestamp(), outcome = w.outcome, recorded = w.recorded::json
        from unnest($1::uuid[], $2::int[], $3::text[], $4::text[]) as w(session_id, turn, outcome, recorded)
        where t.session_id = w.session_id and t.turn = w.turn`,
      values: [
        sessionIds,
        turns,
        writes.map((write) => write.outcome),
        jsonTexts(writes.map((write) => JSON.stringify(write.recorded))),
      ],
    },
    {
      name: 'turn_lanes_moved',
      sql: `update turn_lanes l set head = w.turn + 1, claim_id = null, attempts = 0,
          ready_at = case when w.turn < l.tail then now() end
        from unnest($1::uuid[], $2::int[]) as w(session_id, turn) where l.session_id = w.session_id`,
      values: [sessionIds, turns],
    },
  ]
}

/** Per session: the first and the last of its writes in this batch, sorted by session. */
const lanesOf = <Write extends { readonly sessionId: string; readonly integrationId: string }>(
  writes: readonly Write[],
): DueLane<Write>[] => {
  const bySession = new Map<string, DueLane<Write>>()
  for (const write of writes) {
    const { sessionId, integrationId } = write
    const lane = bySession.get(sessionId)
    if (lane) lane.last = write
    else bySession.set(sessionId, { sessionId, integrationId, first: write, last: write })
  }
  return [...bySession.values()].sort((a, b) => (a.sessionId < b.sessionId ? -1 : 1))
}
