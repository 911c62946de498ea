import type { JsonObject } from '../domain/json.ts'
import type { Session } from '../domain/session.ts'
import type { Queries } from './db.ts'
import type { ChangeRequest } from './session-change.ts'
import { parseObject, type SessionRow, sessionColumns, sessionOf } from './session-row.ts'
import { plainArray } from './statement-parts.ts'
import type { SessionWrite } from './writes.ts'

/** A session in hand: as it was locked, and what the requests of this batch have made of it so far. */
export interface SessionCell {
  session: Session
  dialogState: JsonObject
  lastPosition: number
  lastTurn: number
  lastSequence: number
  checkAt: number
  readonly now: number
  changed: boolean
  contextChanged: boolean
  dialogChanged: boolean
  /** Marks set by earlier requests of this batch, as `kind message_id`. */
  readonly marked: Set<string>
  /** Who holds its turn; null = nobody, or the lock did not ask. */
  readonly turnClaimId: string | null
  /** Which transaction wrote the row as it was found: its `xmin`. Every change of a session makes another one. */
  readonly version: string
}

const now = '(extract(epoch from clock_timestamp()) * 1000)::float8 as now'

const lockStatement = {
  name: 'lock-sessions',
  text: `select ${sessionColumns}, ${now}, null as turn_claim_id, s.xmin::text as version
    from sessions s where s.session_id = any($1::uuid[]) order by s.session_id for update`,
}

/**
 * With the lanes of their turns, so that a claim that still holds goes on holding to the commit. All sessions are locked
 * before the first lane, as the sort needs all of them: who holds a lane and waits for a session would close a circle
 * with those who lock many lanes and no session (a take-over, the clock).
 */
const lockWithTurnsStatement = {
  name: 'lock-sessions-with-turns',
  text: `with locked as materialized (
      select *, xmin::text as version from sessions where session_id = any($1::uuid[]) order by session_id for update)
    select ${sessionColumns}, ${now}, l.claim_id as turn_claim_id, s.version
    from locked s join turn_lanes l on l.session_id = s.session_id order by s.session_id for update of l`,
}

const asFound = `sessions s join unnest($1::uuid[], $2::xid[]) as w(session_id, version)
      on s.session_id = w.session_id and s.xmin = w.version`

/** Divides by zero when one of those that were counted is missing, or the clock is another. */
const guarded = (count: string): string =>
  `1 / (${count} = cardinality($1::uuid[]) and ${isClock})::int as found,
    pg_current_xact_id()::xid::text as version, ${now}`

/** How far the time that was decided on may be from the database's. */
export const clockSlackMs = 1_000
const isClock = `abs(extract(epoch from clock_timestamp()) * 1000 - $3::float8) < ${clockSlackMs}`

const guardStatement = {
  name: 'guard-sessions',
  text: `select ${guarded('count(*)')}
    from (select from ${asFound} order by s.session_id for update of s) locked`,
}

const guardWithTurnsStatement = {
  name: 'guard-sessions-with-turns',
  text: `with locked as materialized (
      select s.session_id from ${asFound} order by s.session_id for update of s
    ), held as materialized (
      select from locked s join turn_lanes l on l.session_id = s.session_id
      join unnest($1::uuid[], $4::uuid[]) as w(session_id, claim_id)
        on w.session_id = l.session_id and w.claim_id = l.claim_id
      order by s.session_id for update of l
    )
    select ${guarded('(select count(*) from held)')}`,
}

/** What the guard gives, all being as it should. */
export interface Guarded {
  /** Of the rows that its transaction writes. */
  readonly version: string
  readonly now: number
}

/**
 * Locks what `lockSessions` locks, in the same order, and fails (`isStale`) when one of the sessions is not as it was
 * remembered, its turn is not held by the claim any more, or the database's clock does not tell `now`.
 */
export const guardOf = (cells: readonly SessionCell[], now: number) => {
  const sorted = cells.toSorted((a, b) => (a.session.sessionId < b.session.sessionId ? -1 : 1))
  const [first] = sorted
  const values = [
    plainArray(sorted.map(({ session }) => session.sessionId)),
    plainArray(sorted.map(({ version }) => version)),
    String(now),
  ]
  return first?.turnClaimId == null
    ? { statement: guardStatement, values }
    : {
        statement: guardWithTurnsStatement,
        values: [...values, plainArray(sorted.map(({ turnClaimId }) => turnClaimId))],
      }
}

export const isStale = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === divisionByZero

const divisionByZero = '22012'

/**
 * Locked in the order of their ids.
 *
 * @param requests either all of them end a turn or none does
 */
export const lockSessions = async (
  tx: Queries,
  requests: readonly Pick<ChangeRequest, 'sessionId' | 'turn'>[],
): Promise<Map<string, SessionCell>> => {
  const ids = [...new Set(requests.map((request) => request.sessionId))]
  const statement = requests[0]?.turn ? lockWithTurnsStatement : lockStatement
  const rows = await tx.rows<LockedRow>(statement, [ids])
  return new Map(
    rows.map((row) => [
      row.session_id,
      cellOf(
        {
          session: sessionOf(row),
          dialogState: parseObject(row.dialog_state),
          lastPosition: row.last_position,
          lastTurn: row.last_turn,
          lastSequence: row.last_sequence,
          checkAt: row.check_at,
          version: row.version,
        },
        Math.floor(row.now),
        row.turn_claim_id,
      ),
    ]),
  )
}

type LockedRow = SessionRow & { now: number; turn_claim_id: string | null; version: string }

/** A session between two changes. */
export type SessionAtRest = Pick<
  SessionCell,
  'session' | 'dialogState' | 'lastPosition' | 'lastTurn' | 'lastSequence' | 'checkAt' | 'version'
>

export const cellOf = (state: SessionAtRest, now: number, turnClaimId: string | null): SessionCell => ({
  ...state,
  now,
  turnClaimId,
  changed: false,
  contextChanged: false,
  dialogChanged: false,
  marked: new Set(),
})

export const sessionWrite = (cell: SessionCell): SessionWrite => ({
  session: cell.session,
  context: cell.contextChanged ? JSON.stringify(cell.session.context) : null,
  dialogState: cell.dialogChanged ? JSON.stringify(cell.dialogState) : null,
  lastPosition: cell.lastPosition,
  lastTurn: cell.lastTurn,
  lastSequence: cell.lastSequence,
  checkAt: cell.checkAt,
})
