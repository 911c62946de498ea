import type { SendMessageRequest, SendMessageResponse } from '@dragoman/sdk'
import type { Deps, SessionCall } from '../deps.ts'
import { attachedFileIds, requireOwnFiles } from '../domain/attachments.ts'
import { causedBy, requireActive, withContext } from '../domain/calls.ts'
import type { JsonObject } from '../domain/json.ts'
import { oweTurn, reopenConversation, touch } from '../domain/session-moves.ts'
import { findFiles } from '../store/files.ts'

/**
 * A user's message: kept with its place in the session, and a turn is due if the agent has the word. A message to a
 * resolved conversation reopens it. Answered after the commit: what got its 202 is never lost.
 */
export const receiveMessage = async (
  deps: Pick<Deps, 'changeSession' | 'newId' | 'db' | 'metrics'>,
  call: SessionCall,
  body: SendMessageRequest,
): Promise<SendMessageResponse> => {
  const fileIds = attachedFileIds(body.input)
  if (fileIds.length > 0) requireOwnFiles(call.sessionId, body.input, await findFiles(deps.db, fileIds))
  const messageId = deps.newId()
  const answer = await deps.changeSession({
    sessionId: call.sessionId,
    integrationId: call.settings.integrationId,
    idempotency: call.idempotency,
    decide: (before, { now, settings }) => {
      requireActive(before, now)
      const reopened = reopenConversation(before, { type: 'user', id: before.userId })
      const session = oweTurn({
        ...withContext(
          touch(reopened.session, now, settings.sessionTimeoutSeconds),
          body.context as JsonObject,
        ),
        userMessageCount: before.userMessageCount + 1,
      })
      return {
        session,
        messages: [{ messageId, author: 'user', body: body.input, requestId: call.requestId }],
        turnDue: session.lastTurn > before.lastTurn ? { requestId: call.requestId } : undefined,
        events: causedBy(call.requestId, reopened.events),
        answer: { request_id: call.requestId, message_id: messageId },
      }
    },
  })
  deps.metrics.messageAccepted()
  return answer
}
