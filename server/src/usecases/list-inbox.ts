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
    const leftMs = Math.max(0, until - performance.now())
    const wait = new AbortController()
    const rung = deps.inboxBell.next(AbortSignal.any([page.gone, wait.signal]))
    // Another process may have received it, so the bell alone is not enough.
    const timer = setTimeout(() => wait.abort(), Math.min(leftMs, pollMs))
    try {
      const rows = await listInboxEvents(deps.db, page)
      if (rows.length > 0 || leftMs === 0 || page.gone.aborted) {
        const items = rows.map(itemOf)
        return { items, next: items.at(-1)?.inbox_id ?? page.after }
      }
      await rung
    } finally {
      clearTimeout(timer)
      wait.abort()
    }
  }
}

const pollMs = 1_000

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
