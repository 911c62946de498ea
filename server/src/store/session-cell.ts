import type { JsonObject } from '../domain/json.ts'
import type { Session } from '../domain/session.ts'
import type { Queries } from './db.ts'
import type { ChangeRequest } from './session-change.ts'
import { parseObject, type SessionRow, sessionColumns, sessionOf } from './session-row.ts'
import type { SessionWrite } from './writes.ts'

/** A session in hand: the row as locked, and what the requests of this batch have made of it so far. */
export interface SessionCell {
  readonly row: SessionRow
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
}

const now = '(extract(epoch from clock_timestamp()) * 1000)::float8 as now'

const lockStatement = {
  name: 'lock-sessions',
  text: `select ${sessionColumns}, ${now}, null as turn_claim_id
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
      select * from sessions where session_id = any($1::uuid[]) order by session_id for update)
    select ${sessionColumns}, ${now}, l.claim_id as turn_claim_id
    from locked s join turn_lanes l on l.session_id = s.session_id order by s.session_id for update of l`,
}

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
  const rows = await tx.rows<SessionRow & { now: number; turn_claim_id: string | null }>(statement, [ids])
  return new Map(
    rows.map((row) => [
      row.session_id,
      {
        row,
        session: sessionOf(row),
        dialogState: parseObject(row.dialog_state),
        lastPosition: row.last_position,
        lastTurn: row.last_turn,
        lastSequence: row.last_sequence,
        checkAt: row.check_at,
        now: Math.floor(row.now),
        changed: false,
        contextChanged: false,
        dialogChanged: false,
        marked: new Set<string>(),
        turnClaimId: row.turn_claim_id,
      },
    ]),
  )
}

export const sessionWrite = (cell: SessionCell): SessionWrite => ({
  session: cell.session,
  context: cell.contextChanged ? JSON.stringify(cell.session.context) : null,
  dialogState: cell.dialogChanged ? JSON.stringify(cell.dialogState) : null,
  lastPosition: cell.lastPosition,
  lastTurn: cell.lastTurn,
  lastSequence: cell.lastSequence,
  checkAt: cell.checkAt,
})
