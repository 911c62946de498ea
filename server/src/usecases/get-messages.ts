import type { MessagePage, MessageRecord } from '@dragoman/sdk'
import type { Deps, SessionCall } from '../deps.ts'
import { requireActive } from '../domain/calls.ts'
import { Refusal, sessionNotFound } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { listMessages, type MessageRow, readSession } from '../store/read-sessions.ts'

/** What was said, oldest first; the cursor is the place in the session. */
export const getMessages = async (
  deps: Pick<Deps, 'db'>,
  call: SessionCall,
  page: { readonly after?: string; readonly limit?: number },
): Promise<MessagePage> => {
  const found = await readSession(deps.db, call.settings.integrationId, call.sessionId)
  if (!found) throw sessionNotFound()
  requireActive(found.session, found.now)
  const limit = page.limit ?? limits.pageItemsDefault
  const rows = await listMessages(deps.db, {
    sessionId: call.sessionId,
    after: positionOf(page.after),
    limit: limit + 1,
  })
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    request_id: call.requestId,
    items: shown.map(recordOf),
    next: last === undefined ? (page.after ?? null) : String(last.position),
    has_more: rows.length > limit,
  }
}

const positionOf = (after: string | undefined): number => {
  if (after === undefined) return 0
  if (!/^\d{1,9}$/.test(after))
    throw new Refusal('invalid-payload', 'after: must be the `next` of an earlier page')
  return Number(after)
}

const recordOf = (row: MessageRow): MessageRecord => {
  const { author, body, agent, ...rest } = row
  const record = {
    message_id: rest.message_id,
    request_id: rest.request_id,
    created_at: rest.created_at,
    ...(rest.delivered_at === null ? {} : { delivered_at: rest.delivered_at }),
    ...(rest.read_at === null ? {} : { read_at: rest.read_at }),
    author,
    ...(author === 'brain' ? { output: body } : { message: body }),
    ...(agent === null ? {} : { agent }),
    ...(rest.in_reply_to === null ? {} : { in_reply_to: rest.in_reply_to }),
  }
  return record as unknown as MessageRecord
}
