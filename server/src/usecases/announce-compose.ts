import type { Accepted, ComposeRequest } from '@dragoman/sdk'
import type { Deps, SessionCall } from '../deps.ts'
import { requireActive } from '../domain/calls.ts'
import { sessionNotFound } from '../domain/errors.ts'
import { eventBody } from '../domain/event-body.ts'
import type { Session } from '../domain/session.ts'
import { readSession } from '../store/read-sessions.ts'

/**
 * Somebody on the customer's side is typing: the user, or, while a person of theirs owns the conversation, that
 * person. Ephemeral: told to whoever listens now, never stored, never retried, without a sequence.
 */
export const announceCompose = async (
  deps: Pick<Deps, 'db' | 'newId' | 'signals'>,
  call: SessionCall,
  body: ComposeRequest,
): Promise<Accepted> => {
  const found = await readSession(deps.db, call.settings.integrationId, call.sessionId)
  if (!found) throw sessionNotFound()
  requireActive(found.session, found.now)
  const subscribed = call.settings.subscribedEvents
  if (subscribed.size === 0 || subscribed.has('message:compose'))
    deps.signals.composed({
      sessionId: call.sessionId,
      integrationId: call.settings.integrationId,
      body: eventBody(
        found.session,
        { event_type: 'message:compose', action: body.action, ...authorOf(found.session) },
        {
          eventId: deps.newId(),
          requestId: call.requestId,
          causedBy: call.requestId,
          timestamp: Math.floor(found.now),
        },
      ),
    })
  return { request_id: call.requestId }
}

const authorOf = (session: Session) => {
  if (session.owner !== 'human' || session.human?.desk !== 'external') return { author: 'user' as const }
  const { desk: _, ...agent } = session.human
  return { author: 'agent' as const, agent }
}
