import type { Db } from './db.ts'

/** What the built-in inbox received. */
export interface InboxEvent {
  readonly inbox_id: number
  readonly integration_id: string
  readonly session_id: string | null
  /** ms */
  readonly received_at: number
  readonly verified: boolean
  readonly problem: string | null
  readonly headers: { readonly [name: string]: string }
  readonly body: string
}

/** The number is taken under a lock that is held to the commit, so who reads on after a number misses none. */
const addStatement = {
  name: 'add-inbox-event',
  text: `insert into inbox_events (integration_id, verified, problem, headers, body, session_id)
    select $1, $2, $3, $4, $5, $6 from (select pg_advisory_xact_lock(hashtext('dragoman.inbox')) offset 0) locked
    returning inbox_id::float8 as inbox_id`,
}

export const addInboxEvent = async (
  db: Db,
  event: Pick<InboxEvent, 'integration_id' | 'session_id' | 'verified' | 'problem' | 'headers' | 'body'>,
): Promise<number> => {
  const rows = await db.rows<{ inbox_id: number }>(addStatement, [
    event.integration_id,
    event.verified,
    event.problem,
    JSON.stringify(event.headers),
    event.body,
    event.session_id,
  ])
  return rows[0]?.inbox_id ?? 0
}

const shown = `select inbox_id::float8 as inbox_id, integration_id, session_id,
      (extract(epoch from received_at) * 1000)::float8 as received_at, verified, problem, headers, body
    from inbox_events`

const newestStatement = {
  name: 'list-newest-inbox-events',
  text: `select * from (
      ${shown} where $1::text is null or session_id = $1 order by inbox_id desc limit $2) newest order by inbox_id`,
}

const nextStatement = {
  name: 'list-next-inbox-events',
  text: `${shown} where inbox_id > $3 and ($1::text is null or session_id = $1) order by inbox_id limit $2`,
}

/** Oldest first: the newest ones there are, or those that follow `after`. */
export const listInboxEvents = (
  db: Db,
  page: { readonly after: number; readonly sessionId: string | null; readonly limit: number },
): Promise<InboxEvent[]> =>
  page.after === 0
    ? db.rows<InboxEvent>(newestStatement, [page.sessionId, page.limit])
    : db.rows<InboxEvent>(nextStatement, [page.sessionId, page.limit, page.after])

const turnBehindStatement = {
  name: 'turn-behind-inbox-event',
  text: `select recorded from turns
    where session_id = $1::uuid and (request_id = $2::uuid or $2::uuid is null and kind = 'session_start') and recorded is not null
      and exists (select from inbox_events where session_id = $1::uuid::text and verified)
    order by turn limit 1`,
}

/**
 * What was recorded of the turn that answered a message, or of the greeting; only of sessions that the inbox was told
 * of. Undefined when there is no such turn.
 */
export const turnBehindInboxEvent = async (
  db: Db,
  answer: { readonly sessionId: string; readonly requestId: string | null },
): Promise<unknown> => {
  const [row] = await db.rows<{ recorded: unknown }>(turnBehindStatement, [
    answer.sessionId,
    answer.requestId,
  ])
  return row?.recorded
}
