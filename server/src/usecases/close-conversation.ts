import type { Accepted } from '@dragoman/sdk'
import type { Deps, SessionCall } from '../deps.ts'
import { causedBy, requireActive } from '../domain/calls.ts'
import type { Actor } from '../domain/event.ts'
import { resolveConversation } from '../domain/session-moves.ts'

/** The conversation is resolved; the session lives on for keep_alive, in which a message reopens it. */
export const closeConversation = async (
  deps: Pick<Deps, 'changeSession'>,
  call: SessionCall,
  by: Actor,
): Promise<Accepted> =>
  await deps.changeSession({
    sessionId: call.sessionId,
    integrationId: call.settings.integrationId,
    idempotency: call.idempotency,
    decide: (before, { now, settings }) => {
      requireActive(before, now)
      const moved = resolveConversation(before, { by, now, keepAliveSeconds: settings.keepAliveSeconds })
      return {
        session: moved.session,
        events: causedBy(call.requestId, moved.events),
        answer: { request_id: call.requestId },
      }
    },
  })
