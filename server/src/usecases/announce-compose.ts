import type { Accepted, ComposeRequest } from '@dragoman/sdk'
import type { Deps, SessionCall } from '../deps.ts'
import { requireActive } from '../domain/calls.ts'
import { sessionNotFound } from '../domain/errors.ts'
import { eventBody } from '../domain/event-body.ts'
import type { Session } from '../domain/session.ts'
import { readSession } from '../store/read-sessions.ts'

/**
 * Somebody on the customer's side is typing: the user, or, while a person of theirs owns the conversation, that
 * person. Ephemeral: told to whoever listens now and posted once, never stored, never retried, without a sequence.
 * Only the caller's Idempotency-Key, if there is one, is kept.
 */
export const announceCompose = async (
  deps: Pick<Deps, 'db' | 'changeSession' | 'newId' | 'signals' | 'postEvent'>,
  call: SessionCall,
  body: ComposeRequest,
): Promise<Accepted> => {
  const earlier = await earlierAnswer(deps, call)
  if (earlier) return earlier
  const found = await readSession(deps.db, call.settings.integrationId, call.sessionId)
  if (!found) throw sessionNotFound()
  requireActive(found.session, found.now)
  const subscribed = call.settings.subscribedEvents
  if (subscribed.size === 0 || subscribed.has('message:compose')) {
    const eventId = deps.newId()
    const text = eventBody(
      found.session,
      { event_type: 'message:compose', action: body.action, ...authorOf(found.session) },
      { eventId, requestId: call.requestId, causedBy: call.requestId, timestamp: Math.floor(found.now) },
    )
    deps.signals.composed({
      sessionId: call.sessionId,
      integrationId: call.settings.integrationId,
      body: text,
    })
    void postWhileFresh(deps, call, eventId, text)
  }
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

/** After this long nobody cares who was typing. */
const freshMs = 5_000
/** A slow webhook has this many on their way at once; the rest is stale before its turn, so it is dropped. */
const underWayMax = 10
const underWay = new Map<string, number>()

const postWhileFresh = async (
  deps: Pick<Deps, 'postEvent'>,
  { settings }: SessionCall,
  eventId: string,
  body: string,
): Promise<void> => {
  const count = underWay.get(settings.integrationId) ?? 0
  if (count >= underWayMax) return
  underWay.set(settings.integrationId, count + 1)
  await deps.postEvent(settings, { eventId, body, timeoutMs: freshMs }).catch(() => undefined)
  const left = (underWay.get(settings.integrationId) ?? 1) - 1
  if (left === 0) underWay.delete(settings.integrationId)
  else underWay.set(settings.integrationId, left)
}
