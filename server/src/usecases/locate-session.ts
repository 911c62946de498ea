import type { Deps, SessionCall } from '../deps.ts'
import { sessionNotFound } from '../domain/errors.ts'
import { inspectSession } from '../store/inspect-sessions.ts'

/** The desk names a session only; its integration's settings come with it. */
export const locateSession = async (
  deps: Pick<Deps, 'db' | 'settings'>,
  call: Pick<SessionCall, 'requestId' | 'sessionId' | 'idempotency'>,
): Promise<SessionCall> => {
  const session = await inspectSession(deps.db, call.sessionId)
  const settings = session && (await deps.settings.of(session.integrationId))
  if (!settings) throw sessionNotFound()
  return { ...call, settings }
}
