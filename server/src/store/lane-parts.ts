import { at, columns, type Part } from './statement-parts.ts'

/** The parts that make work: turns and events, each with the lane of its session, which grows by them. */
export interface TurnWrite {
  readonly sessionId: string
  readonly integrationId: string
  readonly turn: number
  readonly kind: 'message' | 'session_start'
  readonly requestId: string
  readonly position: number | null
  readonly createdAt: number
}

export interface EventWrite {
  readonly sessionId: string
  readonly integrationId: string
  readonly sequence: number
  readonly eventId: string
  readonly eventType: string
  readonly body: string
  readonly createdAt: number
}

export const turnParts = (writes: readonly TurnWrite[]): (Part | null)[] => {
  if (writes.length === 0) return []
  const lanes = spans(writes, (write) => write.turn)
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
    lanesPart('turn_lanes', lanes),
  ]
}

export const eventParts = (writes: readonly EventWrite[]): (Part | null)[] => {
  if (writes.length === 0) return []
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
        (w) => w.body,
        (w) => w.createdAt,
      ]),
    },
    lanesPart(
      'lanes',
      spans(writes, (write) => write.sequence),
    ),
  ]
}

interface Span {
  readonly sessionId: string
  readonly integrationId: string
  readonly first: number
  last: number
}

/** Per session: the first and the last of its numbers in this batch, sorted by session. */
const spans = <Write extends { readonly sessionId: string; readonly integrationId: string }>(
  writes: readonly Write[],
  numberOf: (write: Write) => number,
): Span[] => {
  const bySession = new Map<string, Span>()
  for (const write of writes) {
    const span = bySession.get(write.sessionId)
    if (span) span.last = numberOf(write)
    else
      bySession.set(write.sessionId, {
        sessionId: write.sessionId,
        integrationId: write.integrationId,
        first: numberOf(write),
        last: numberOf(write),
      })
  }
  return [...bySession.values()].sort((a, b) => (a.sessionId < b.sessionId ? -1 : 1))
}

/** More work at the end of a lane; an idle lane becomes ready, a claimed or waiting one keeps its time. */
const lanesPart = (table: 'lanes' | 'turn_lanes', lanes: readonly Span[]): Part => ({
  name: table,
  sql: `insert into ${table} as l (session_id, integration_id, head, tail, ready_at)
    select session_id, integration_id, first, last, now()
    from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[]) as w(session_id, integration_id, first, last)
    on conflict (session_id) do update set tail = excluded.tail, ready_at = coalesce(l.ready_at, excluded.ready_at)`,
  values: columns(lanes, [(l) => l.sessionId, (l) => l.integrationId, (l) => l.first, (l) => l.last]),
})
