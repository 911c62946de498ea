import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { countAfter, type ListPage, pageOf } from '../domain/page.ts'
import { inspectSession, listTurns as list, type TurnRow } from '../store/inspect-sessions.ts'

/** What the agent thought, turn by turn: the input, what it asked for and was answered, and the trace. */
export const listTurns = async (
  deps: Pick<Deps, 'db'>,
  sessionId: string,
  page: { readonly after?: string; readonly limit?: number },
): Promise<ListPage<TurnRow>> => {
  if (!(await inspectSession(deps.db, sessionId)))
    throw new Refusal('session-not-found', `session_id: there is no session ${sessionId}`)
  const limit = page.limit ?? limits.pageItemsDefault
  const rows = await list(deps.db, { sessionId, after: countAfter(page.after), limit: limit + 1 })
  return pageOf(rows.map(readable), limit, (row) => String(row.turn))
}

/** The numbers that a text's meaning is made of tell nobody anything: 512 letters a turn. */
const readable = (row: TurnRow): TurnRow => {
  const asks = row.recorded?.['asks']
  if (!Array.isArray(asks)) return row
  return { ...row, recorded: { ...row.recorded, asks: asks.map(withoutVector) } }
}

const withoutVector = (recorded: {
  readonly ask?: { readonly kind?: unknown }
  readonly answer?: unknown
}) => {
  const { ask, answer } = recorded
  if (ask?.kind !== 'embed' || typeof answer !== 'object' || answer === null || !('value' in answer))
    return recorded
  return { ...recorded, answer: { ...answer, value: 'numbers, not shown' } }
}
