import type { Db, Statement, Transaction } from './db.ts'

/**
 * When the database's clock is set back by an hour, everything that was due would wait for an hour. So the latest moment
 * that any process saw is kept, and when the clock is behind it, all timers move back by as much.
 *
 * 1. Who finds the clock behind locks the one row and notes the new time in the same commit as the moved timers: each
 *    step back is followed once, by one process.
 * 2. A retry, a turn or a probe keeps the wait it had. What was set in the seconds between the step and its discovery
 *    comes earlier instead, which is harmless.
 * 3. A lease is only cut to its length from now: its holder may be alive, and its results still count.
 *
 * @returns how far back the clock was set, 0 as a rule
 */
export const followClock = async (db: Db, leases: Leases): Promise<number> => {
  const [seen] = await db.rows<Seen>(lookStatement, [])
  if (!seen || (seen.aheadMs <= toleratedMs && -seen.aheadMs < notedEveryMs)) return 0
  return await db.transaction(async (tx) => {
    const [locked] = await tx.rows<Seen>(lockStatement, [])
    await tx.rows(noteStatement, [])
    const backMs = locked?.aheadMs ?? 0
    if (backMs <= toleratedMs) return 0
    await moveTimers(tx, { ...leases, backMs })
    return backMs
  })
}

interface Leases {
  readonly turnLeaseMs: number
  readonly deliveryLeaseMs: number
}

/** Clocks are trimmed by milliseconds all the time. */
const toleratedMs = 1_000
/** What was due since the last note waits for this long at most. */
const notedEveryMs = 5_000

interface Seen {
  readonly aheadMs: number
}

const seenText = `select (extract(epoch from seen_at - clock_timestamp()) * 1000)::float8 as "aheadMs" from clock`
const lookStatement = { name: 'look-at-clock', text: seenText }
const lockStatement = { name: 'lock-clock', text: `${seenText} for update` }
const noteStatement = { name: 'note-clock', text: 'update clock set seen_at = clock_timestamp()' }

/** In the order in which all lock: turn lanes, lanes, endpoints. */
const moveTimers = async (
  tx: Transaction,
  move: { readonly backMs: number; readonly turnLeaseMs: number; readonly deliveryLeaseMs: number },
): Promise<void> => {
  await tx.rows(moveLanesStatement('turn_lanes'), [move.backMs, move.turnLeaseMs])
  await tx.rows(moveLanesStatement('lanes'), [move.backMs, move.deliveryLeaseMs])
  await tx.rows(moveProbesStatement, [move.backMs])
}

const moveLanesStatement = (table: 'turn_lanes' | 'lanes'): Statement => ({
  name: `move-${table}-with-clock`,
  text: `with later as materialized (
      select session_id from ${table} where ready_at > clock_timestamp() order by session_id for update)
    update ${table} l set ready_at = case when claim_id is null
        then ready_at - $1::float8 * interval '1 millisecond'
        else least(ready_at, clock_timestamp() + $2::float8 * interval '1 millisecond') end
    from later where l.session_id = later.session_id`,
})

const moveProbesStatement = {
  name: 'move-probes-with-clock',
  text: `update endpoints set probe_at = probe_at - $1::float8 * interval '1 millisecond'
    where circuit = 'open' and probe_at > clock_timestamp()`,
}

/**
 * A clock that is set forth and back between two looks leaves no trace, but what became due meanwhile would wait for as
 * long as the step. It is known by a wait that nothing else explains: a turn waits for a lease at most, an event without
 * a failure not at all.
 */
export const recallStrays = async (db: Db, leases: Leases): Promise<void> => {
  await db.rows(recallTurnsStatement, [leases.turnLeaseMs])
  await db.rows(recallLanesStatement, [leases.deliveryLeaseMs])
}

const recallStatement = (table: 'turn_lanes' | 'lanes', isStray: string): Statement => ({
  name: `recall-strays-of-${table}`,
  text: `with strays as materialized (
      select session_id from ${table}
      where ready_at > clock_timestamp() + $1::float8 * interval '1 millisecond'${isStray} order by session_id for update)
    update ${table} l set ready_at = clock_timestamp()
      + case when claim_id is null then 0 else $1::float8 end * interval '1 millisecond'
    from strays where l.session_id = strays.session_id`,
})

const recallTurnsStatement = recallStatement('turn_lanes', '')
const recallLanesStatement = recallStatement(
  'lanes',
  ' and (claim_id is not null or attempts = 0 and replays = 0)',
)
