import type { Deps } from '../deps.ts'
import { type InboxEvent, listInboxEvents } from '../store/inbox.ts'

export interface InboxItem {
  readonly inbox_id: number
  /** ms */
  readonly received_at: number
  readonly verified: boolean
  readonly problem?: string
  readonly headers: Readonly<Record<string, string>>
  /** The event; its text where it was no JSON. */
  readonly event: unknown
}

/** What arrived, oldest first; waits up to `waitMs` for something to show. */
export const listInbox = async (
  deps: Pick<Deps, 'db' | 'inboxBell'>,
  page: {
    readonly after: number
    readonly sessionId: string | null
    readonly limit: number
    readonly waitMs: number
    readonly gone: AbortSignal
  },
): Promise<{ readonly items: readonly InboxItem[]; readonly next: number }> => {
  const until = performance.now() + page.waitMs
  for (;;) {
    const rung = deps.inboxBell.next(page.gone)
    const rows = await listInboxEvents(deps.db, page)
    const leftMs = until - performance.now()
    if (rows.length > 0 || leftMs <= 0 || page.gone.aborted) {
      const items = rows.map(itemOf)
      return { items, next: items.at(-1)?.inbox_id ?? page.after }
    }
    // Another process may have received it, so the bell alone is not enough.
    await Promise.race([rung, timeout(Math.min(leftMs, pollMs), page.gone)])
  }
}

const pollMs = 1_000

const timeout = (delayMs: number, gone: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs)
    gone.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })

const itemOf = (row: InboxEvent): InboxItem => ({
  inbox_id: row.inbox_id,
  received_at: Math.floor(row.received_at),
  verified: row.verified,
  ...(row.problem === null ? {} : { problem: row.problem }),
  headers: row.headers,
  event: parsed(row.body),
})

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
