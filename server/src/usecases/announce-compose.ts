import type { Accepted, ComposeRequest } from '@dragoman/sdk'
import type { Deps, SessionCall } from '../deps.ts'
import { requireActive } from '../domain/calls.ts'
import { sessionNotFound } from '../domain/errors.ts'
import type { Session } from '../domain/session.ts'
import { readSession } from '../store/read-sessions.ts'

/**
 * Somebody on the customer's side is typing: the user, or, while a person of theirs owns the conversation, that
 * person. Only the caller's Idempotency-Key, if there is one, is kept.
 */
export const announceCompose = async (
  deps: Pick<Deps, 'db' | 'changeSession' | 'tellCompose'>,
  call: SessionCall,
  body: ComposeRequest,
): Promise<Accepted> => {
  const earlier = await earlierAnswer(deps, call)
  if (earlier) return earlier
  const found = await readSession(deps.db, call.settings.integrationId, call.sessionId)
  if (!found) throw sessionNotFound()
  requireActive(found.session, found.now)
  deps.tellCompose(
    call.settings,
    found.session,
    { event_type: 'message:compose', action: body.action, ...authorOf(found.session) },
    { requestId: call.requestId, causedBy: call.requestId, timestamp: Math.floor(found.now) },
  )
  return { request_id: call.requestId }
}

/** What was answered under this key before; a key that is new is taken. */
const earlierAnswer = async (
  deps: Pick<Deps, 'changeSession'>,
  call: SessionCall,
): Promise<Accepted | undefined> => {
  if (!call.idempotency) return undefined
  const answer = await deps.changeSession({
    sessionId: call.sessionId,
    integrationId: call.settings.integrationId,
    idempotency: call.idempotency,
    decide: (session, { now }) => {
      requireActive(session, now)
      return { session, answer: { request_id: call.requestId } }
    },
  })
  return answer.request_id === call.requestId ? undefined : answer
}

const authorOf = (session: Session) => {
  if (session.owner !== 'human' || session.human?.desk !== 'external') return { author: 'user' as const }
  const { desk: _, ...agent } = session.human
  return { author: 'agent' as const, agent }
}
