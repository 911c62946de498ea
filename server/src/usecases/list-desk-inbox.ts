import type { Deps } from '../deps.ts'
import { limits } from '../domain/limits.ts'
import { type ListPage, pageOf } from '../domain/page.ts'
import { type AtDesk, listSessionsAtDesk } from '../store/inspect-sessions.ts'

/** Conversations that wait for a person or have one, oldest session first. */
export const listDeskInbox = async (
  deps: Pick<Deps, 'db'>,
  page: { readonly after?: string; readonly limit?: number; readonly environmentId?: string },
): Promise<ListPage<AtDesk>> => {
  const limit = page.limit ?? limits.pageItemsDefault
  const rows = await listSessionsAtDesk(deps.db, {
    after: page.after ?? null,
    environmentId: page.environmentId ?? null,
    limit: limit + 1,
  })
  return pageOf(rows, limit, ({ session }) => session.sessionId)
}
