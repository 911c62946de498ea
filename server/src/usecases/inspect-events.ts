import type { WebhookEvent } from '@dragoman/sdk'
import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { countAfter, type ListPage, pageOf } from '../domain/page.ts'
import { inspectSession } from '../store/inspect-sessions.ts'
import { listSessionEvents } from '../store/read-events.ts'

/** What happened, oldest first, for the operator: the very bodies that go to the webhook, also when it is over. */
export const inspectEvents = async (
  deps: Pick<Deps, 'db'>,
  sessionId: string,
  page: { readonly after?: string; readonly limit?: number },
): Promise<ListPage<WebhookEvent>> => {
  if (!(await inspectSession(deps.db, sessionId)))
    throw new Refusal('session-not-found', `session_id: there is no session ${sessionId}`)
  const limit = page.limit ?? limits.pageItemsDefault
  const rows = await listSessionEvents(deps.db, {
    sessionId,
    after: countAfter(page.after),
    limit: limit + 1,
  })
  const { items, next } = pageOf(rows, limit, (row) => String(row.sequence))
  return { items: items.map((row) => JSON.parse(row.body) as WebhookEvent), next }
}
