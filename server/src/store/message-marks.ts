import type { Queries } from './db.ts'

export type MarkKind = 'delivered' | 'read'

/** Of one session: the answers that do not bear the mark yet, and which of the named ids exist at all. */
export interface UnmarkedMessages {
  readonly unmarkedIds: readonly string[]
  readonly knownIds: ReadonlySet<string>
}

interface Marking {
  readonly sessionId: string
  readonly marks?: { readonly kind: MarkKind; readonly messageIds: readonly string[] | null } | undefined
}

const loadStatements = {
  delivered: {
    name: 'load-undelivered-messages',
    text: `select session_id, message_id, delivered_at is null as unmarked from messages
      where session_id = any($1::uuid[]) and author <> 'user' and (delivered_at is null or message_id = any($2::uuid[]))
      order by session_id, position`,
  },
  read: {
    name: 'load-unread-messages',
    text: `select session_id, message_id, read_at is null as unmarked from messages
      where session_id = any($1::uuid[]) and author <> 'user' and (read_at is null or message_id = any($2::uuid[]))
      order by session_id, position`,
  },
}

/** A user marks what the other side said; their own messages bear no such mark. */
export const loadMarks = async (
  tx: Queries,
  requests: readonly Marking[],
): Promise<ReadonlyMap<string, UnmarkedMessages>> => {
  const loaded = new Map<string, UnmarkedMessages>()
  for (const kind of ['delivered', 'read'] as const) {
    const wanted = requests.filter((request) => request.marks?.kind === kind)
    if (wanted.length === 0) continue
    const named = wanted.flatMap((request) => request.marks?.messageIds ?? [])
    const rows = await tx.rows<{ session_id: string; message_id: string; unmarked: boolean }>(
      loadStatements[kind],
      [wanted.map((request) => request.sessionId), named],
    )
    for (const { sessionId } of wanted) {
      const own = rows.filter((row) => row.session_id === sessionId)
      loaded.set(`${kind} ${sessionId}`, {
        unmarkedIds: own.filter((row) => row.unmarked).map((row) => row.message_id),
        knownIds: new Set(own.map((row) => row.message_id)),
      })
    }
  }
  return loaded
}
