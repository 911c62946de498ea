import type { Accepted } from '@dragoman/sdk'
import type { Deps, SessionCall } from '../deps.ts'
import { requireActive } from '../domain/calls.ts'
import { handBack, touch } from '../domain/session-moves.ts'

/** The person gives the conversation back to the agent; without an agent it waits for the next person. */
export const handBackSession = async (
  deps: Pick<Deps, 'changeSession'>,
  call: SessionCall,
): Promise<Accepted> =>
  await deps.changeSession({
    sessionId: call.sessionId,
    integrationId: call.settings.integrationId,
    idempotency: call.idempotency,
    decide: (before, { now, settings }) => {
      requireActive(before, now)
      const moved = handBack(before)
      return {
        session:
          moved.session === before ? before : touch(moved.session, now, settings.sessionTimeoutSeconds),
        events: moved.events.map((payload) => ({ payload, requestId: call.requestId })),
        answer: { request_id: call.requestId },
      }
    },
  })
