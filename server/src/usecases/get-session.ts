import type { SessionResponse } from '@dragoman/sdk'
import type { Deps, SessionCall } from '../deps.ts'
import { requireActive } from '../domain/calls.ts'
import { sessionNotFound } from '../domain/errors.ts'
import { nextCheckAt } from '../domain/session.ts'
import { readSession } from '../store/read-sessions.ts'

export const getSession = async (deps: Pick<Deps, 'db'>, call: SessionCall): Promise<SessionResponse> => {
  const found = await readSession(deps.db, call.settings.integrationId, call.sessionId)
  if (!found) throw sessionNotFound()
  const { session, now } = found
  requireActive(session, now)
  return {
    request_id: call.requestId,
    session_id: session.sessionId,
    ...(session.externalSessionId === null ? {} : { external_session_id: session.externalSessionId }),
    ...(session.channelUserId === null ? {} : { channel_user_id: session.channelUserId }),
    conversation: session.conversation,
    owner: session.owner,
    context: session.context,
    created_at: Math.floor(session.createdAt),
    last_activity_at: Math.floor(session.lastActivityAt),
    expires_at: Math.floor(nextCheckAt(session)),
  }
}
