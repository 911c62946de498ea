import type { Accepted } from '@dragoman/sdk'
import type { Deps, SessionCall } from '../deps.ts'
import { causedBy, requireActive } from '../domain/calls.ts'
import { reopenConversation as reopen, touch } from '../domain/session-moves.ts'

export const reopenConversation = async (
  deps: Pick<Deps, 'changeSession'>,
  call: SessionCall,
): Promise<Accepted> =>
  await deps.changeSession({
    sessionId: call.sessionId,
    integrationId: call.settings.integrationId,
    idempotency: call.idempotency,
    decide: (before, { now, settings }) => {
      requireActive(before, now)
      const moved = reopen(before, { type: 'api' })
      return {
        session:
          moved.events.length === 0 ? before : touch(moved.session, now, settings.sessionTimeoutSeconds),
        events: causedBy(call.requestId, moved.events),
        answer: { request_id: call.requestId },
      }
    },
  })
