import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Refusal } from '../../domain/errors.ts'
import { followEvents } from '../../usecases/follow-events.ts'
import { getEventLog } from '../../usecases/get-event-log.ts'
import { getMessages } from '../../usecases/get-messages.ts'
import { getSession } from '../../usecases/get-session.ts'
import { answers, refusalAnswers } from '../wire/answers.ts'
import { EventPageAnswer, MessagePageAnswer, SessionAnswer } from './answer-schemas.ts'
import { authoriseRequest, callOf, sessionCallOf } from './call.ts'
import type { ChannelDeps } from './channel-deps.ts'
import { IntegrationPath, PageQuery, SessionPath } from './schemas.ts'
import { streamEvents } from './stream-events.ts'

/** The read side: where the session stands, what was said, what happened. */
export const readRoutes =
  (deps: ChannelDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    const draining = new AbortController()
    app.addHook('preClose', async () => draining.abort())
    app.get(
      '/sessions/:session_id',
      {
        schema: {
          operationId: 'getSession',
          response: answers(200, SessionAnswer, refusals),
          summary: 'Read a session',
          params: SessionPath,
        },
      },
      async (request) => await getSession(deps, sessionCallOf(request)),
    )
    app.get(
      '/sessions/:session_id/messages',
      {
        schema: {
          operationId: 'listMessages',
          response: answers(200, MessagePageAnswer, refusals),
          summary: 'List messages, oldest first',
          params: SessionPath,
          querystring: PageQuery,
        },
      },
      async (request) => await getMessages(deps, sessionCallOf(request), request.query),
    )
    app.get(
      '/events',
      {
        schema: {
          operationId: 'listEvents',
          response: answers(200, EventPageAnswer, ['unauthorized', 'rate-limited']),
          summary: "The integration's event log, in order",
          params: IntegrationPath,
          querystring: PageQuery,
        },
      },
      async (request) => await getEventLog(deps, callOf(request), request.query),
    )
    app.get(
      '/sessions/:session_id/events',
      {
        schema: {
          operationId: 'streamEvents',
          response: { 200: eventStream, ...refusalAnswers(refusals) },
          summary: "A session's events as they come (Server-Sent Events)",
          params: SessionPath,
          querystring: Type.Object({
            after: Type.Optional(
              Type.Integer({
                minimum: 0,
                maximum: sequenceMax,
                description: 'sequence to go on after; 0 = from the start',
              }),
            ),
          }),
        },
      },
      async (request, reply) => {
        const after = lastEventId(request.headers['last-event-id']) ?? request.query.after ?? 0
        const follow = await followEvents(deps, sessionCallOf(request))
        const isStillAllowed = (): Promise<boolean> => isAllowed(deps, request)
        return streamEvents({ request, reply, follow, after, isStillAllowed, draining: draining.signal })
      },
    )
  }

/** More than any session has, and no more digits than `lastEventId` takes. */
const sequenceMax = 999_999_999

const isAllowed = async (
  deps: ChannelDeps,
  request: Parameters<typeof authoriseRequest>[1],
): Promise<boolean> => {
  try {
    await authoriseRequest(deps, request)
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}

const lastEventId = (header: string | string[] | undefined): number | undefined =>
  typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : undefined

const refusals = ['unauthorized', 'session-not-found', 'rate-limited'] as const

const eventStream = {
  description:
    'An endless stream: `id` is the sequence, `event` the event type, `data` the very body the webhook gets. It ends after the last event of the session. Come back with Last-Event-ID and miss nothing.',
  content: { 'text/event-stream': { schema: Type.String() } },
}
