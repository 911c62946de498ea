import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import type { Session } from '../domain/session.ts'
import { inspectSession as inspect } from '../store/inspect-sessions.ts'

/** For the operator, also when it is over: everything there is to know of where it stands. */
export const inspectSession = async (deps: Pick<Deps, 'db'>, sessionId: string): Promise<Session> => {
  const session = await inspect(deps.db, sessionId)
  if (!session) throw new Refusal('session-not-found', `session_id: there is no session ${sessionId}`)
  return session
}
