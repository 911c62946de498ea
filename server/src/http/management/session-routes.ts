import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { inspectEvents } from '../../usecases/inspect-events.ts'
import { inspectMessages } from '../../usecases/inspect-messages.ts'
import { inspectSession } from '../../usecases/inspect-session.ts'
import { listTurns } from '../../usecases/list-turns.ts'
import { answers } from '../wire/answers.ts'
import * as answer from './answer-schemas.ts'
import type { ManagementDeps } from './management-deps.ts'
import { ListQuery, pageSchema, SessionPath } from './schemas.ts'
import { saidShape, sessionShape } from './shapes.ts'

/** The read side of sessions for the operator: of every integration, and also when they are over. */
export const sessionRoutes =
  (deps: ManagementDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/sessions/:session_id',
      {
        schema: {
          summary: 'Read a session, also a closed one',
          operationId: 'inspectSession',
          params: SessionPath,
          response: answers(200, answer.Session, ['session-not-found']),
        },
      },
      async (request) => sessionShape(await inspectSession(deps, idOf(request.params))),
    )
    app.get(
      '/sessions/:session_id/messages',
      {
        schema: {
          summary: 'What was said, oldest first',
          operationId: 'inspectMessages',
          params: SessionPath,
          querystring: ListQuery,
          response: answers(200, pageSchema(answer.Message), ['session-not-found']),
        },
      },
      async ({ params, query }) => {
        const { items, next } = await inspectMessages(deps, idOf(params), query)
        return {
          items: items.map(({ body, agent, ...row }) => ({
            ...row,
            ...saidShape({ author: row.author, body }),
            ...(agent === null ? {} : { agent }),
          })),
          next,
        }
      },
    )
    app.get(
      '/sessions/:session_id/events',
      {
        schema: {
          summary: 'What the webhook is told, oldest first',
          operationId: 'inspectEvents',
          params: SessionPath,
          querystring: ListQuery,
          response: answers(200, pageSchema(answer.EventItem), ['session-not-found']),
        },
      },
      async ({ params, query }) => {
        const { items, next } = await inspectEvents(deps, idOf(params), query)
        return { items: [...items], next }
      },
    )
    app.get(
      '/sessions/:session_id/trace',
      {
        schema: {
          summary: 'What the agent thought, turn by turn',
          operationId: 'listTurns',
          params: SessionPath,
          querystring: ListQuery,
          response: answers(200, pageSchema(answer.Turn), ['session-not-found']),
        },
      },
      async ({ params, query }) => {
        const { items, next } = await listTurns(deps, idOf(params), query)
        return { items: [...items], next }
      },
    )
  }

const idOf = (params: { readonly session_id: string }): string => params.session_id.toLowerCase()
