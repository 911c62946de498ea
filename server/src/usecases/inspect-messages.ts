import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { countAfter, type ListPage, pageOf } from '../domain/page.ts'
import { inspectSession } from '../store/inspect-sessions.ts'
import { listMessages, type MessageRow } from '../store/read-sessions.ts'

/** What was said, oldest first, for the operator: also when the session is over. */
export const inspectMessages = async (
  deps: Pick<Deps, 'db'>,
  sessionId: string,
  page: { readonly after?: string; readonly limit?: number },
): Promise<ListPage<MessageRow>> => {
  if (!(await inspectSession(deps.db, sessionId)))
    throw new Refusal('session-not-found', `session_id: there is no session ${sessionId}`)
  const limit = page.limit ?? limits.pageItemsDefault
  const rows = await listMessages(deps.db, { sessionId, after: countAfter(page.after), limit: limit + 1 })
  return pageOf(rows, limit, (row) => String(row.position))
}
