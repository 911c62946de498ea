import type { RecordAgentMessageRequest, RecordAgentMessageResponse } from '@dragoman/sdk'
import { initialDialogState } from '../brain/turn-types.ts'
import type { Deps, SessionCall } from '../deps.ts'
import { attachedFileIds, requireOwnFiles } from '../domain/attachments.ts'
import { causedBy, requireActive } from '../domain/calls.ts'
import { Refusal } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import type { Session } from '../domain/session.ts'
import { takeOver, touch } from '../domain/session-moves.ts'
import { findFiles } from '../store/files.ts'

/**
 * What a person in the customer's own system said. It is recorded, not delivered; from then on that person owns the
 * conversation and the agent is silent. Words that were under way when the conversation closed are still recorded
 * for a short grace time, without taking anything over.
 */
export const recordAgentMessage = async (
  deps: Pick<Deps, 'changeSession' | 'newId' | 'db'>,
  call: SessionCall,
  body: RecordAgentMessageRequest,
): Promise<RecordAgentMessageResponse> => {
  const fileIds = attachedFileIds(body.input)
  if (fileIds.length > 0) requireOwnFiles(call.sessionId, body.input, await findFiles(deps.db, fileIds))
  const messageId = deps.newId()
  return await deps.changeSession({
    sessionId: call.sessionId,
    integrationId: call.settings.integrationId,
    idempotency: call.idempotency,
    decide: (before, { now, settings }) => {
      requireActive(before, now)
      requireGrace(before, now)
      const moved =
        before.conversation === 'open'
          ? takeOver(before, { ...body.agent, desk: 'external' })
          : { session: before, events: [] }
      return {
        session: touch(moved.session, now, settings.sessionTimeoutSeconds),
        messages: [
          { messageId, author: 'agent', body: body.input, agent: body.agent, requestId: call.requestId },
        ],
        events: causedBy(call.requestId, moved.events),
        // What the agent had asked before is no longer what the user answers.
        dialogState: initialDialogState,
        answer: { request_id: call.requestId, message_id: messageId },
      }
    },
  })
}

const requireGrace = (session: Session, now: number): void => {
  if (session.resolvedAt === null || now < session.resolvedAt + limits.recordGraceSeconds * 1000) return
  throw new Refusal(
    'conversation-closed',
    `conversation: was closed more than ${limits.recordGraceSeconds} seconds ago; reopen it before you record what an agent said`,
  )
}
