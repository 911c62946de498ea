import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Static } from 'typebox'
import type { HandoverWish } from '../../domain/event.ts'
import { announceCompose } from '../../usecases/announce-compose.ts'
import { closeConversation } from '../../usecases/close-conversation.ts'
import { closeSession } from '../../usecases/close-session.ts'
import { markMessages } from '../../usecases/mark-messages.ts'
import { openSession } from '../../usecases/open-session.ts'
import { receiveMessage } from '../../usecases/receive-message.ts'
import { recordAgentMessage } from '../../usecases/record-agent-message.ts'
import { reopenConversation } from '../../usecases/reopen-conversation.ts'
import { requestHandover } from '../../usecases/request-handover.ts'
import { updateSessionContext } from '../../usecases/update-context.ts'
import { Accepted, answers } from '../wire/answers.ts'
import { OpenSessionAnswer, SendMessageAnswer, UpdateContextAnswer } from './answer-schemas.ts'
import { callOf, sessionCallOf } from './call.ts'
import type { ChannelDeps } from './channel-deps.ts'
import {
  CloseSessionBody,
  ComposeBody,
  HandoverBody,
  IntegrationPath,
  MarkMessagesBody,
  OpenSessionBody,
  orNone,
  RecordAgentMessageBody,
  SendMessageBody,
  SessionPath,
  UpdateContextBody,
} from './schemas.ts'

/** Requests 1 to 10 of the wire (spec 1.3), and compose: parse, call the use case, answer. */
export const sessionRoutes =
  (deps: ChannelDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/sessions',
      {
        schema: {
          operationId: 'openSession',
          response: answers(201, OpenSessionAnswer, writes),
          summary: 'Open a session',
          params: IntegrationPath,
          body: orNone(OpenSessionBody),
        },
      },
      async (request, reply) =>
        reply.code(201).send(await openSession(deps, callOf(request), request.body ?? {})),
    )
    app.patch(
      '/sessions/:session_id/context',
      {
        schema: {
          operationId: 'updateContext',
          response: answers(200, UpdateContextAnswer, sessionWrites),
          summary: 'Change the context',
          params: SessionPath,
          body: UpdateContextBody,
        },
      },
      async (request) => await updateSessionContext(deps, sessionCallOf(request), request.body),
    )
    app.post(
      '/sessions/:session_id/close',
      {
        schema: {
          operationId: 'closeSession',
          response: answers(200, Accepted, sessionPosts),
          summary: 'Close the session',
          params: SessionPath,
          body: orNone(CloseSessionBody),
        },
      },
      async (request) => await closeSession(deps, sessionCallOf(request), 'api', request.body?.reason),
    )
    app.post(
      '/sessions/:session_id/messages',
      {
        schema: {
          operationId: 'sendMessage',
          response: answers(202, SendMessageAnswer, sessionPosts),
          summary: "Send the user's message",
          params: SessionPath,
          body: SendMessageBody,
        },
      },
      async (request, reply) =>
        reply.code(202).send(await receiveMessage(deps, sessionCallOf(request), request.body)),
    )
    app.post(
      '/sessions/:session_id/messages/agent',
      {
        schema: {
          operationId: 'recordAgentMessage',
          response: answers(202, SendMessageAnswer, [...sessionPosts, 'conversation-closed']),
          summary: 'Record what a person of yours said',
          params: SessionPath,
          body: RecordAgentMessageBody,
        },
      },
      async (request, reply) =>
        reply.code(202).send(await recordAgentMessage(deps, sessionCallOf(request), request.body)),
    )
    for (const kind of ['read', 'delivered'] as const)
      app.post(
        `/sessions/:session_id/messages/${kind}`,
        {
          schema: {
            operationId: kind === 'read' ? 'markRead' : 'markDelivered',
            response: answers(200, Accepted, sessionPosts),
            summary: `Mark messages as ${kind}`,
            params: SessionPath,
            body: orNone(MarkMessagesBody),
          },
        },
        async (request) =>
          await markMessages(deps, sessionCallOf(request), {
            kind,
            messageIds: request.body?.message_ids ?? null,
          }),
      )
    app.post(
      '/sessions/:session_id/messages/compose',
      {
        schema: {
          operationId: 'compose',
          response: answers(200, Accepted, sessionPosts),
          summary: 'Say that somebody types',
          params: SessionPath,
          body: ComposeBody,
        },
      },
      async (request) => await announceCompose(deps, sessionCallOf(request), request.body),
    )
    app.post(
      '/sessions/:session_id/conversation/close',
      {
        schema: {
          operationId: 'closeConversation',
          response: answers(200, Accepted, sessionPosts),
          summary: 'Resolve the conversation',
          params: SessionPath,
        },
      },
      async (request) => await closeConversation(deps, sessionCallOf(request), { type: 'api' }),
    )
    app.post(
      '/sessions/:session_id/conversation/reopen',
      {
        schema: {
          operationId: 'reopenConversation',
          response: answers(200, Accepted, sessionPosts),
          summary: 'Reopen the conversation',
          params: SessionPath,
        },
      },
      async (request) => await reopenConversation(deps, sessionCallOf(request)),
    )
    app.post(
      '/sessions/:session_id/handover',
      {
        schema: {
          operationId: 'handOver',
          response: answers(200, Accepted, [...sessionPosts, 'conversation-closed']),
          summary: 'Ask for a person',
          params: SessionPath,
          body: orNone(HandoverBody),
        },
      },
      async (request) => await requestHandover(deps, sessionCallOf(request), wishOf(request.body)),
    )
  }

/** No more of the body than we know. */
const wishOf = (body: Static<typeof HandoverBody> | null): HandoverWish => ({
  ...(body?.department === undefined ? {} : { department: body.department }),
  ...(body?.reason === undefined ? {} : { reason: body.reason }),
})

const writes = ['unauthorized', 'idempotency-conflict', 'payload-too-large', 'rate-limited'] as const
const sessionPosts = [...writes, 'session-not-found'] as const
const sessionWrites = ['unauthorized', 'payload-too-large', 'rate-limited', 'session-not-found'] as const
