import type { Page, WebhookEvent } from '@dragoman/sdk'
import type { Call, Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { listEventLog } from '../store/read-events.ts'

/** The integration's events in the order they were committed, so that a consumer that was down can catch up. */
export const getEventLog = async (
  deps: Pick<Deps, 'db'>,
  call: Call,
  page: { readonly after?: string; readonly limit?: number },
): Promise<Page<WebhookEvent>> => {
  const after = page.after ?? '0'
  if (!/^\d{1,18}$/.test(after))
    throw new Refusal('invalid-payload', 'after: must be the `next` of an earlier page')
  const limit = page.limit ?? limits.pageItemsDefault
  const rows = await listEventLog(deps.db, {
    integrationId: call.settings.integrationId,
    after,
    limit: limit + 1,
  })
  const shown = rows.slice(0, limit)
  return {
    request_id: call.requestId,
    items: shown.map((row) => JSON.parse(row.body) as WebhookEvent),
    next: shown.at(-1)?.position ?? page.after ?? null,
    has_more: rows.length > limit,
  }
}
