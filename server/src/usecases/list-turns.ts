import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { countAfter, type ListPage, pageOf } from '../domain/page.ts'
import { inspectSession, listTurns as list, type TurnRow } from '../store/inspect-sessions.ts'

/** What the agent thought, turn by turn: the input, and the trace of every decision. */
export const listTurns = async (
  deps: Pick<Deps, 'db'>,
  sessionId: string,
  page: { readonly after?: string; readonly limit?: number },
): Promise<ListPage<TurnRow>> => {
  if (!(await inspectSession(deps.db, sessionId)))
    throw new Refusal('session-not-found', `session_id: there is no session ${sessionId}`)
  const limit = page.limit ?? limits.pageItemsDefault
  const rows = await list(deps.db, { sessionId, after: countAfter(page.after), limit: limit + 1 })
  return pageOf(rows, limit, (row) => String(row.turn))
}
