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

const addStatement = {
  name: 'add-inbox-event',
  text: `insert into inbox_events (integration_id, verified, problem, headers, body, session_id)
    values ($1, $2, $3, $4, $5, $6)
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

const listStatement = {
  name: 'list-inbox-events',
  text: `select inbox_id::float8 as inbox_id, integration_id, session_id, (extract(epoch from received_at) * 1000)::float8 as received_at,
      verified, problem, headers, body
    from inbox_events
    where inbox_id > $1 and ($2::text is null or session_id = $2)
    order by inbox_id desc limit $3`,
}

/** Newest first. */
export const listInboxEvents = (
  db: Db,
  page: { readonly after: number; readonly sessionId: string | null; readonly limit: number },
): Promise<InboxEvent[]> => db.rows<InboxEvent>(listStatement, [page.after, page.sessionId, page.limit])
