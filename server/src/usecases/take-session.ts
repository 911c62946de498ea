import type { Accepted } from '@dragoman/sdk'
import type { Deps, SessionCall } from '../deps.ts'
import { requireActive } from '../domain/calls.ts'
import { personActor } from '../domain/event.ts'
import type { HumanAgent } from '../domain/message.ts'
import { reopenConversation, takeOver, touch } from '../domain/session-moves.ts'

/** A person of the desk takes the conversation, from the agent, the queue or somebody else; a closed one reopens. */
export const takeSession = async (
  deps: Pick<Deps, 'changeSession'>,
  call: SessionCall,
  agent: HumanAgent,
): Promise<Accepted> =>
  await deps.changeSession({
    sessionId: call.sessionId,
    integrationId: call.settings.integrationId,
    idempotency: call.idempotency,
    decide: (before, { now, settings }) => {
      requireActive(before, now)
      const reopened = reopenConversation(before, personActor(agent))
      const taken = takeOver(reopened.session, { ...agent, desk: 'desk' })
      return {
        session: touch(taken.session, now, settings.sessionTimeoutSeconds),
        events: [...reopened.events, ...taken.events].map((payload) => ({
          payload,
          requestId: call.requestId,
        })),
        answer: { request_id: call.requestId },
      }
    },
  })
