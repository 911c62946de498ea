import type { Session } from '../domain/session.ts'
import type { Db } from './db.ts'
import { type SessionRow, sessionColumns, sessionOf } from './session-row.ts'

/** Sessions as the operator sees them: of any integration, and also when they are over. Never for the channel API. */
const readStatement = {
  name: 'inspect-session',
  text: `select ${sessionColumns} from sessions s where s.session_id = $1`,
}

export const inspectSession = async (db: Db, sessionId: string): Promise<Session | undefined> => {
  const row = (await db.rows<SessionRow>(readStatement, [sessionId]))[0]
  return row && sessionOf(row)
}

export interface TurnRow {
  readonly turn: number
  readonly kind: 'message' | 'session_start'
  readonly request_id: string
  readonly message_position: number | null
  /** ms */
  readonly created_at: number
  readonly finished_at: number | null
  readonly outcome: 'answered' | 'silent' | 'failed' | null
  /** What a replay needs: input, answers from outside, and the trace of every decision. */
  readonly recorded: { readonly [key: string]: unknown } | null
}

const turnsStatement = {
  name: 'list-turns',
  text: `select turn, kind, request_id, message_position, outcome, recorded,
      floor(extract(epoch from created_at) * 1000)::float8 as created_at,
      floor(extract(epoch from finished_at) * 1000)::float8 as finished_at
    from turns where session_id = $1 and turn > $2 order by turn limit $3`,
}

export const listTurns = (
  db: Db,
  page: { readonly sessionId: string; readonly after: number; readonly limit: number },
): Promise<TurnRow[]> => db.rows<TurnRow>(turnsStatement, [page.sessionId, page.after, page.limit])

export interface AtDesk {
  readonly session: Session
  readonly lastMessage: {
    readonly author: 'user' | 'brain' | 'agent'
    readonly body: { readonly [key: string]: unknown }
    /** ms */
    readonly created_at: number
  } | null
}

const deskStatement = {
  name: 'list-sessions-at-desk',
  text: `select ${sessionColumns}, m.last_message
    from sessions s left join lateral (
      select json_build_object('author', m.author, 'body', m.body,
        'created_at', floor(extract(epoch from m.created_at) * 1000)) as last_message
      from messages m where m.session_id = s.session_id and m.position = s.last_position) m on true
    where s.state = 'active' and s.owner <> 'bot' and s.conversation = 'open' and s.expires_at > now()
      and ($1::uuid is null or s.session_id > $1) and ($2::uuid is null or s.environment_id = $2)
    order by s.session_id limit $3`,
}

/** Open conversations that wait for a person or have one, oldest session first. */
export const listSessionsAtDesk = async (
  db: Db,
  page: { readonly after: string | null; readonly environmentId: string | null; readonly limit: number },
): Promise<AtDesk[]> => {
  const rows = await db.rows<SessionRow & { readonly last_message: AtDesk['lastMessage'] }>(deskStatement, [
    page.after,
    page.environmentId,
    page.limit,
  ])
  return rows.map((row) => ({ session: sessionOf(row), lastMessage: row.last_message }))
}
