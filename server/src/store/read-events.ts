import type { Db } from './db.ts'

/** Events as second readers see them: the very bodies that are sent to the webhook. */
export interface EventRow {
  readonly sequence: number
  readonly eventId: string
  readonly eventType: string
  readonly body: string
}

const sessionStatement = {
  name: 'list-session-events',
  text: `select sequence, event_id as "eventId", event_type as "eventType", body from events
    where session_id = $1 and sequence > $2 order by sequence limit $3`,
}

export const listSessionEvents = (
  db: Db,
  page: { readonly sessionId: string; readonly after: number; readonly limit: number },
): Promise<EventRow[]> => db.rows<EventRow>(sessionStatement, [page.sessionId, page.after, page.limit])

const logStatement = {
  name: 'list-event-log',
  // Qualified, because a bare `position` in "order by" is the text of the select list, and as text 10 is before 9.
  text: `select e.position::text as position, e.body from events e
    where e.integration_id = $1 and e.position > $2::bigint order by e.position limit $3`,
}

/** The integration's events in the order of their commits; `position` is the cursor. */
export const listEventLog = (
  db: Db,
  page: { readonly integrationId: string; readonly after: string; readonly limit: number },
): Promise<{ readonly position: string; readonly body: string }[]> =>
  db.rows(logStatement, [page.integrationId, page.after, page.limit])
