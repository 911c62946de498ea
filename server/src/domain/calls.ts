import { updateContext } from './context.ts'
import { Refusal, sessionNotFound } from './errors.ts'
import type { EventDraft, EventPayload } from './event.ts'
import type { JsonObject } from './json.ts'
import { isOver, type Session } from './session.ts'

/** Small pure steps that every call on a session shares. */

/** Unknown, closed, expired: they look alike. Over counts from the very moment, whether a worker came round or not. */
export const requireActive = (session: Session, now: number): void => {
  if (isOver(session, now)) throw sessionNotFound()
}

/** The session with a patched context, or a refusal that names the key. No patch, no change. */
export const withContext = (session: Session, patch: JsonObject | undefined): Session => {
  if (patch === undefined || Object.keys(patch).length === 0) return session
  const outcome = updateContext(session.context, patch)
  if (!outcome.ok) throw new Refusal('invalid-payload', outcome.problem)
  return { ...session, context: outcome.context }
}

/** Events of a call: they bear its request id, and `caused_by` so that the caller knows its own echo. */
export const causedBy = (requestId: string, payloads: readonly EventPayload[]): EventDraft[] =>
  payloads.map((payload) => ({ payload, requestId, causedBy: requestId }))
