import type { Session } from '../domain/session.ts'
import type { Db } from './db.ts'
import { type SessionRow, sessionColumns, sessionOf } from './session-row.ts'

/** The read side of sessions. Every query takes the integration: another one's session does not exist. */
const readStatement = {
  name: 'read-session',
  text: `select ${sessionColumns}, floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now
    from sessions s where s.session_id = $1 and s.integration_id = $2`,
}

export const readSession = async (
  db: Db,
  integrationId: string,
  sessionId: string,
): Promise<{ session: Session; now: number } | undefined> => {
  const row = (await db.rows<SessionRow & { now: number }>(readStatement, [sessionId, integrationId]))[0]
  return row && { session: sessionOf(row), now: row.now }
}

export interface MessageRow {
  readonly position: number
  readonly message_id: string
  readonly author: 'user' | 'brain' | 'agent'
  readonly body: { readonly [key: string]: unknown }
  readonly agent: { readonly [key: string]: unknown } | null
  readonly request_id: string
  readonly in_reply_to: string | null
  /** ms */
  readonly created_at: number
  readonly delivered_at: number | null
  readonly read_at: number | null
}

const messagesStatement = {
  name: 'list-messages',
  text: `select position, message_id, author, body, agent, request_id, in_reply_to,
      floor(extract(epoch from created_at) * 1000)::float8 as created_at,
      floor(extract(epoch from delivered_at) * 1000)::float8 as delivered_at,
      floor(extract(epoch from read_at) * 1000)::float8 as read_at
    from messages where session_id = $1 and position > $2 order by position limit $3`,
}

export const listMessages = (
  db: Db,
  page: { readonly sessionId: string; readonly after: number; readonly limit: number },
): Promise<MessageRow[]> => db.rows<MessageRow>(messagesStatement, [page.sessionId, page.after, page.limit])

const toCheckStatement = {
  name: 'find-sessions-to-check',
  text: `select session_id as "sessionId", integration_id as "integrationId" from sessions
    where state = 'active' and check_at <= now() order by check_at limit $1`,
}

/** Sessions whose timer ran out: over, or active meanwhile and to be looked at later. */
export const findSessionsToCheck = (
  db: Db,
  sessionsMax: number,
): Promise<{ readonly sessionId: string; readonly integrationId: string }[]> =>
  db.rows(toCheckStatement, [sessionsMax])
