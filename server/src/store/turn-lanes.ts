import type { JsonObject } from '../domain/json.ts'
import type { Queries } from './db.ts'
import { parseObject } from './session-row.ts'

/**
 * The turns that sessions owe: one lane a session, so one turn at a time. Claim, fence and lease are those of the
 * delivery lanes (delivery-lanes.ts): a claim stamps its id and pushes ready_at past the lease; a claim whose lease
 * ran out may be taken by another, and the old holder's result is then refused.
 */
export interface ClaimedTurn {
  readonly sessionId: string
  readonly integrationId: string
  readonly turn: number
  /** Claims of this turn so far, this one included. */
  readonly attempts: number
  readonly kind: 'message' | 'session_start'
  readonly requestId: string
  /** What is to be answered. */
  readonly message: JsonObject | null
  readonly context: JsonObject
  readonly dialogState: JsonObject
  /** False: a person took over since the message came, or it ended; nobody would hear the agent. */
  readonly hasWord: boolean
  readonly userMessageCount: number
  readonly environmentId: string
  readonly agentId: string | null
  readonly agentVersion: number | null
  readonly now: number
  /** Its integration got as many as it could have: more of it may be due. */
  readonly mayHaveMore: boolean
}

/**
 * Each integration that has turns waiting gets an equal share, at least one turn: who has a hundred thousand of them
 * takes no more of one claim than the others. Nor does one get beyond what it may hold at once: those whose agent
 * waits for a webhook that hangs are left out. The walk jumps from one integration to the next in the index; where
 * there are more of them than there is room, chance says who is first.
 */
const claimStatement = {
  name: 'claim-turns',
  text: `with recursive waiting (integration_id) as (
      (select integration_id from turn_lanes where ready_at is not null order by integration_id limit 1)
      union all
      select (select integration_id from turn_lanes
        where ready_at is not null and integration_id > w.integration_id order by integration_id limit 1)
      from waiting w where w.integration_id is not null
    ), shares as materialized (
      select integration_id,
        least(ceil($1::float8 / count(*) over ())::int, $4::int - coalesce(h.held, 0)) as share
      from waiting left join unnest($5::uuid[], $6::int[]) as h(integration_id, held) using (integration_id)
      where integration_id is not null and coalesce(h.held, 0) < $4::int order by random()
    ), due as materialized (
      select l.row from shares s cross join lateral (
        select ctid as row from turn_lanes where integration_id = s.integration_id and ready_at <= now()
        order by ready_at limit s.share for update skip locked) l
      limit $1::int
    ), claimed as (
      update turn_lanes l set claim_id = $2, attempts = l.attempts + 1,
        ready_at = now() + make_interval(secs => $3)
      from due where l.ctid = due.row
      returning l.session_id, l.integration_id, l.head, l.attempts
    )
    select c.session_id as "sessionId", c.integration_id as "integrationId", c.head as turn, c.attempts, t.kind,
      t.request_id as "requestId", m.body::text as message, s.context::text as context,
      s.dialog_state::text as "dialogState", s.user_message_count as "userMessageCount",
      s.owner = 'bot' and s.conversation = 'open' and s.state = 'active' and c.head > s.silenced_turn as "hasWord",
      s.environment_id as "environmentId", s.agent_id as "agentId", s.agent_version as "agentVersion",
      floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now,
      count(*) over (partition by c.integration_id) >= p.share as "mayHaveMore"
    from claimed c
    join shares p on p.integration_id = c.integration_id
    join turns t on t.session_id = c.session_id and t.turn = c.head
    join sessions s on s.session_id = c.session_id
    left join messages m on m.session_id = t.session_id and m.position = t.message_position`,
}

export interface TurnClaim {
  readonly claimId: string
  readonly leaseSeconds: number
  readonly turnsMax: number
  /** What one integration may have in flight, with what it has already. */
  readonly ofOneMax: number
  /** Turns in flight here, by their integration. */
  readonly inFlightOf: ReadonlyMap<string, number>
}

export const claimTurns = async (queries: Queries, claim: TurnClaim): Promise<ClaimedTurn[]> => {
  const rows = await queries.rows<TurnRow>(claimStatement, [
    claim.turnsMax,
    claim.claimId,
    claim.leaseSeconds,
    claim.ofOneMax,
    [...claim.inFlightOf.keys()],
    [...claim.inFlightOf.values()],
  ])
  return rows.map(({ message, context, dialogState, ...turn }) => ({
    ...turn,
    message: message === null ? null : parseObject(message),
    context: parseObject(context),
    dialogState: parseObject(dialogState),
  }))
}

/** JSON as text. */
interface TurnRow extends Omit<ClaimedTurn, 'message' | 'context' | 'dialogState'> {
  readonly message: string | null
  readonly context: string
  readonly dialogState: string
}

const releaseStatement = {
  name: 'release-turn',
  text: `update turn_lanes set claim_id = null, ready_at = now() + $3 * interval '1 millisecond',
      attempts = case when $4 then attempts else greatest(0, attempts - 1) end
    where session_id = $1 and claim_id = $2`,
}

/** Back into the lane, to be claimed again after the delay. */
export const releaseTurn = async (
  queries: Queries,
  release: {
    readonly sessionId: string
    readonly claimId: string
    readonly delayMs: number
    /** It was tried, and that counts. */
    readonly isTried: boolean
  },
): Promise<void> => {
  const { sessionId, claimId, delayMs, isTried } = release
  await queries.rows(releaseStatement, [sessionId, claimId, delayMs, isTried])
}
