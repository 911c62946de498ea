import type { Accepted } from '@dragoman/sdk'
import type { Deps, SessionCall } from '../deps.ts'
import { requireActive } from '../domain/calls.ts'
import type { Actor } from '../domain/event.ts'
import { resolveConversation } from '../domain/session-moves.ts'

/** The desk is done: the conversation is closed, the session lives on for keep_alive. */
export const resolveAtDesk = async (
  deps: Pick<Deps, 'changeSession'>,
  call: SessionCall,
  move: { readonly by: Actor; readonly reason?: string | undefined },
): Promise<Accepted> =>
  await deps.changeSession({
    sessionId: call.sessionId,
    integrationId: call.settings.integrationId,
    idempotency: call.idempotency,
    decide: (before, { now, settings }) => {
      requireActive(before, now)
      const moved = resolveConversation(before, {
        ...move,
        now,
        keepAliveSeconds: settings.keepAliveSeconds,
      })
      return {
        session: moved.session,
        events: moved.events.map((payload) => ({ payload, requestId: call.requestId })),
        answer: { request_id: call.requestId },
      }
    },
  })
