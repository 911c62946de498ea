import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { SessionCall } from '../../deps.ts'
import { personActor } from '../../domain/event.ts'
import { handBackSession } from '../../usecases/hand-back-session.ts'
import { listDeskInbox } from '../../usecases/list-desk-inbox.ts'
import { locateSession } from '../../usecases/locate-session.ts'
import { replyAtDesk } from '../../usecases/reply-at-desk.ts'
import { resolveAtDesk } from '../../usecases/resolve-at-desk.ts'
import { takeSession } from '../../usecases/take-session.ts'
import { idempotencyOf } from '../channel/call.ts'
import { orNone } from '../channel/schemas.ts'
import { Accepted, answers } from '../wire/answers.ts'
import * as answer from './answer-schemas.ts'
import type { ManagementDeps } from './management-deps.ts'
import {
  HandBackBody,
  InboxQuery,
  pageSchema,
  ReplyBody,
  ResolveBody,
  SessionPath,
  TakeBody,
} from './schemas.ts'
import { saidShape, sessionShape } from './shapes.ts'

/** The desk, where people answer. Everything done here reaches the customer's webhook in the session's own lane. */
export const deskRoutes =
  (deps: ManagementDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/desk/inbox',
      {
        schema: {
          summary: 'Conversations that wait for a person or have one, oldest first',
          operationId: 'listDeskInbox',
          querystring: InboxQuery,
          response: answers(200, pageSchema(answer.AtDesk)),
        },
      },
      async ({ query }) => {
        const { environment_id, ...page } = query
        const { items, next } = await listDeskInbox(deps, {
          ...page,
          ...(environment_id === undefined ? {} : { environmentId: environment_id }),
        })
        return {
          items: items.map(({ session, lastMessage }) => ({
            ...sessionShape(session),
            last_message: lastMessage && {
              author: lastMessage.author,
              ...saidShape(lastMessage),
              created_at: lastMessage.created_at,
            },
          })),
          next,
        }
      },
    )
    app.post(
      '/desk/sessions/:session_id/take',
      {
        schema: {
          summary: 'Take the conversation',
          operationId: 'takeSession',
          params: SessionPath,
          body: TakeBody,
          response: answers(200, Accepted, refusals),
        },
      },
      async (request) => await takeSession(deps, await callOf(deps, request), request.body.agent),
    )
    app.post(
      '/desk/sessions/:session_id/reply',
      {
        schema: {
          summary: 'Write to the user; whoever writes takes the conversation',
          operationId: 'replyAtDesk',
          params: SessionPath,
          body: ReplyBody,
          response: answers(202, answer.SentMessage, refusals),
        },
      },
      async (request, reply) =>
        reply.code(202).send(await replyAtDesk(deps, await callOf(deps, request), request.body)),
    )
    app.post(
      '/desk/sessions/:session_id/hand-back',
      {
        schema: {
          summary: 'Give the conversation back to the agent',
          operationId: 'handBackSession',
          params: SessionPath,
          body: orNone(HandBackBody),
          response: answers(200, Accepted, refusals),
        },
      },
      async (request) => await handBackSession(deps, await callOf(deps, request)),
    )
    app.post(
      '/desk/sessions/:session_id/resolve',
      {
        schema: {
          summary: 'Close the conversation',
          operationId: 'resolveAtDesk',
          params: SessionPath,
          body: orNone(ResolveBody),
          response: answers(200, Accepted, refusals),
        },
      },
      async (request) => {
        const { agent, reason } = request.body ?? {}
        const by = agent ? personActor(agent) : ({ type: 'operator' } as const)
        return await resolveAtDesk(deps, await callOf(deps, request), { by, reason })
      },
    )
  }

const refusals = ['session-not-found', 'idempotency-conflict'] as const

const callOf = (
  deps: ManagementDeps,
  request: FastifyRequest & { readonly params: { readonly session_id: string } },
): Promise<SessionCall> =>
  locateSession(deps, {
    requestId: request.id,
    sessionId: request.params.session_id.toLowerCase(),
    idempotency: idempotencyOf(request),
  })
