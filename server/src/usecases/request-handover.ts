import type { Accepted } from '@dragoman/sdk'
import type { Deps, SessionCall } from '../deps.ts'
import { causedBy, requireActive } from '../domain/calls.ts'
import { Refusal } from '../domain/errors.ts'
import type { HandoverWish } from '../domain/event.ts'
import { awaitHuman } from '../domain/session-moves.ts'

/** A person is asked for: the agent is silent until one takes it and hands it back. */
export const requestHandover = async (
  deps: Pick<Deps, 'changeSession'>,
  call: SessionCall,
  wish: HandoverWish,
): Promise<Accepted> =>
  await deps.changeSession({
    sessionId: call.sessionId,
    integrationId: call.settings.integrationId,
    idempotency: call.idempotency,
    decide: (before, { now }) => {
      requireActive(before, now)
      if (before.conversation === 'resolved')
        throw new Refusal('conversation-closed', 'conversation: is closed; reopen it before you hand it over')
      const moved = awaitHuman(before, wish)
      return {
        session: moved.session,
        events: causedBy(call.requestId, moved.events),
        answer: { request_id: call.requestId },
      }
    },
  })
