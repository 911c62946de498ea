import type { Accepted } from '@dragoman/sdk'
import type { Deps, SessionCall } from '../deps.ts'
import { causedBy, requireActive } from '../domain/calls.ts'
import { Refusal } from '../domain/errors.ts'

/** The user got, or read, what was said to them: all so far, or the messages named. Marking twice tells nobody twice. */
export const markMessages = async (
  deps: Pick<Deps, 'changeSession'>,
  call: SessionCall,
  mark: { readonly kind: 'delivered' | 'read'; readonly messageIds: readonly string[] | null },
): Promise<Accepted> => {
  // Ids are the same in capitals; ours are not written so.
  const wantedIds = mark.messageIds?.map((id) => id.toLowerCase()) ?? null
  return await deps.changeSession({
    sessionId: call.sessionId,
    integrationId: call.settings.integrationId,
    idempotency: call.idempotency,
    marks: { kind: mark.kind, messageIds: wantedIds },
    decide: (session, { now, unmarked }) => {
      requireActive(session, now)
      requireKnown(wantedIds, unmarked.knownIds)
      const named = wantedIds === null ? null : new Set(wantedIds)
      const messageIds = unmarked.unmarkedIds.filter((id) => named === null || named.has(id))
      const by = { type: 'user', id: session.userId } as const
      return {
        session,
        marked: { kind: mark.kind, messageIds },
        events:
          messageIds.length === 0
            ? []
            : causedBy(call.requestId, [{ event_type: `message:${mark.kind}`, message_ids: messageIds, by }]),
        answer: { request_id: call.requestId },
      }
    },
  })
}

const requireKnown = (messageIds: readonly string[] | null, knownIds: ReadonlySet<string>): void => {
  const index = messageIds?.findIndex((id) => !knownIds.has(id)) ?? -1
  if (index >= 0)
    throw new Refusal(
      'invalid-payload',
      `message_ids[${index}]: ${messageIds?.[index]} is no message that was sent to the user in this session`,
    )
}
