/**
 * A delivery as people look at it. While all is well it has no row of its own: what became of an event is told by
 * its lane (before or behind the head), by `replays` and by `delivery_outcomes`.
 */
export type DeliveryStatus = 'pending' | 'retrying' | 'delivered' | 'dead' | 'superseded'

export interface DeliveryRow {
  readonly session_id: string
  readonly sequence: number
  readonly integration_id: string
  readonly event_id: string
  readonly event_type: string
  /** Place in the event log. */
  readonly position: string
  readonly status: DeliveryStatus
  /** Why it is dead or superseded. */
  readonly reason: string | null
  /** ms */
  readonly created_at: number
  /** ms; null when it is done, under way, behind another one, or its endpoint is paused. */
  readonly next_attempt_at: number | null
}

/** Of an event `e` joined with its fates. `current` is the one its lane sends next. */
export const deliveryColumns = `e.session_id, e.sequence, e.integration_id, e.event_id, e.event_type, e.position,
    e.created_at, o.reason as outcome_reason,
    case
      when r.session_id is not null or e.sequence >= l.head then
        case when coalesce(r.attempts, case e.sequence when l.head then l.attempts end) > 0 then 'retrying'
          else 'pending' end
      else coalesce(o.status, 'delivered')
    end as status,
    case
      when e.sequence <> current.sequence or (l.claim_id is not null and l.ready_at > now()) then null
      when c.circuit = 'paused' then null
      when c.circuit = 'open' then greatest(l.ready_at, c.probe_at)
      else l.ready_at
    end as next_attempt_at`

export const fates = `join lanes l on l.session_id = e.session_id
  join endpoints c on c.integration_id = e.integration_id
  left join replays r on r.session_id = e.session_id and r.sequence = e.sequence
  left join delivery_outcomes o on o.session_id = e.session_id and o.sequence = e.sequence
  cross join lateral (select coalesce(
    (select min(sequence) from replays where l.replays > 0 and session_id = l.session_id), l.head) as sequence) current`

/** From a subquery of `deliveryColumns`. */
export const shownColumns = `session_id, sequence, integration_id, event_id, event_type, position::text as position, status,
  case when status in ('dead', 'superseded') then outcome_reason end as reason,
  floor(extract(epoch from created_at) * 1000)::float8 as created_at,
  floor(extract(epoch from next_attempt_at) * 1000)::float8 as next_attempt_at`
