import type { MessageInput, SendMessageResponse } from '@dragoman/sdk'
import { initialDialogState } from '../brain/turn-types.ts'
import type { Deps, SessionCall } from '../deps.ts'
import { attachedFileIds, requireOwnFiles } from '../domain/attachments.ts'
import { requireActive } from '../domain/calls.ts'
import { type EventPayload, personActor } from '../domain/event.ts'
import { type HumanAgent, nameOf } from '../domain/message.ts'
import { reopenConversation, takeOver, touch } from '../domain/session-moves.ts'
import { findFiles } from '../store/files.ts'

/** A person of the desk writes: whoever writes becomes the owner, and the customer's webhook gets `message:send`. */
export const replyAtDesk = async (
  deps: Pick<Deps, 'changeSession' | 'newId' | 'db'>,
  call: SessionCall,
  reply: { readonly agent: HumanAgent; readonly input: MessageInput },
): Promise<SendMessageResponse> => {
  const { agent, input } = reply
  const fileIds = attachedFileIds(input)
  if (fileIds.length > 0) requireOwnFiles(call.sessionId, input, await findFiles(deps.db, fileIds))
  const messageId = deps.newId()
  const sent: EventPayload = {
    event_type: 'message:send',
    message_id: messageId,
    message: input,
    agent: { ...agent, agent_name: nameOf(agent) },
  }
  return await deps.changeSession({
    sessionId: call.sessionId,
    integrationId: call.settings.integrationId,
    idempotency: call.idempotency,
    decide: (before, { now, settings }) => {
      requireActive(before, now)
      const reopened = reopenConversation(before, personActor(agent))
      const taken = takeOver(reopened.session, { ...agent, desk: 'desk' })
      return {
        session: touch(taken.session, now, settings.sessionTimeoutSeconds),
        messages: [{ messageId, author: 'agent', body: input, agent, requestId: call.requestId }],
        events: [...reopened.events, ...taken.events, sent].map((payload) => ({
          payload,
          requestId: call.requestId,
        })),
        // What the agent had asked before is no longer what the user answers.
        dialogState: initialDialogState,
        answer: { request_id: call.requestId, message_id: messageId },
      }
    },
  })
}
