import type { Accepted } from '@dragoman/sdk'
import type { Deps, SessionCall } from '../deps.ts'
import { causedBy, requireActive } from '../domain/calls.ts'
import { closeSession as close } from '../domain/session-moves.ts'

/** The session ends for good: `session:closed` is its last event. */
export const closeSession = async (
  deps: Pick<Deps, 'changeSession'>,
  call: SessionCall,
  by: 'api' | 'operator',
  note?: string,
): Promise<Accepted> =>
  await deps.changeSession({
    sessionId: call.sessionId,
    integrationId: call.settings.integrationId,
    idempotency: call.idempotency,
    decide: (before, { now }) => {
      requireActive(before, now)
      const moved = close(before, by, note)
      return {
        session: moved.session,
        events: causedBy(call.requestId, moved.events),
        answer: { request_id: call.requestId },
      }
    },
  })
