import type { DeliveryPlace } from '../domain/delivery-id.ts'
import type { Db } from './db.ts'

/**
 * What a person does to a lane: send again, send now, leave out.
 *
 * One statement, lanes locked in the order of their ids. An event that is delivered or dead joins the replays of its
 * lane; one that still waits needs no replay, its lane is just due now. Whatever is due by this ahead of its time uses
 * up nothing of its schedule; a replay that is asked for again starts afresh. A lane that somebody holds keeps its
 * lease, and the completion sees what was added.
 */
const queueStatement = {
  name: 'queue-replays',
  text: `with wanted as (
      select * from unnest($1::uuid[], $2::int[]) as w(session_id, sequence)
    ), held as materialized (
      select l.*, coalesce(l.claim_id is not null and l.ready_at > now(), false) as is_leased
      from lanes l where l.session_id = any($1::uuid[]) order by l.session_id for update
    ), added as (
      insert into replays (session_id, sequence)
      select w.session_id, w.sequence from wanted w join held h using (session_id)
      where w.sequence < h.head
      on conflict (session_id, sequence) do nothing
      returning session_id
    ), again as (
      update replays r set attempts = 0 from wanted w join held h using (session_id)
      where r.session_id = w.session_id and r.sequence = w.sequence and not h.is_leased
    ), counted as (
      select session_id, count(*)::int as replays from added group by session_id
    )
    update lanes l set
      replays = l.replays + coalesce(a.replays, 0),
      attempts = case when h.replays = 0 and not h.is_leased and h.ready_at > now() then greatest(0, h.attempts - 1)
        else l.attempts end,
      ready_at = case
        when h.is_leased then h.ready_at
        when h.replays + coalesce(a.replays, 0) > 0 or h.head <= h.tail then now() end
    from held h left join counted a using (session_id)
    where l.session_id = h.session_id
    returning l.integration_id as "integrationId"`,
}

/** @returns the integrations whose lanes have work now */
export const queueReplays = async (
  db: Db,
  events: readonly DeliveryPlace[],
): Promise<ReadonlySet<string>> => {
  const rows = await db.rows<{ integrationId: string }>(queueStatement, [
    events.map((event) => event.sessionId),
    events.map((event) => event.sequence),
  ])
  return new Set(rows.map((row) => row.integrationId))
}

export interface LaneRow {
  readonly integrationId: string
  readonly head: number
  readonly tail: number
  /** The first event to be sent again, before the head. */
  readonly replay: number | null
  readonly isHeld: boolean
}

const lockStatement = {
  name: 'lock-lane',
  text: `select integration_id as "integrationId", head, tail,
      claim_id is not null and coalesce(ready_at > now(), false) as "isHeld",
      (select min(sequence) from replays r where l.replays > 0 and r.session_id = l.session_id) as replay
    from lanes l where session_id = $1 for update`,
}

const skipStatement = {
  name: 'skip-head',
  text: `with ended as (
      insert into delivery_outcomes (session_id, sequence, integration_id, status, reason)
      select $1, $2, integration_id, 'superseded', $3 from lanes where session_id = $1
      on conflict (session_id, sequence) do update set status = 'superseded', reason = excluded.reason, at = now())
    update lanes set head = $2 + 1, attempts = 0, claim_id = null,
      ready_at = case when $2 < tail then now() end
    where session_id = $1`,
}

const dropReplayStatement = {
  name: 'drop-replay',
  text: `with dropped as (delete from replays where session_id = $1 and sequence = $2)
    update lanes set replays = replays - 1, claim_id = null,
      ready_at = case when replays > 1 or head <= tail then now() end
    where session_id = $1`,
}

export type SkipMove = 'skip head' | 'drop replay'

/**
 * Under the lane's lock: `decide` looks at the lane and says what is to be done, or throws its refusal.
 * @returns undefined without such a lane
 */
export const skipInLane = (
  db: Db,
  skip: DeliveryPlace & { readonly reason: string; readonly decide: (lane: LaneRow) => SkipMove },
): Promise<LaneRow | undefined> =>
  db.transaction(async (tx) => {
    const lane = (await tx.rows<LaneRow>(lockStatement, [skip.sessionId]))[0]
    if (!lane) return undefined
    if (skip.decide(lane) === 'skip head')
      await tx.rows(skipStatement, [skip.sessionId, skip.sequence, skip.reason])
    else await tx.rows(dropReplayStatement, [skip.sessionId, skip.sequence])
    return lane
  })
