import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Static } from 'typebox'
import { type DeliveryPlace, deliveryPlaceOf } from '../../domain/delivery-id.ts'
import { Refusal } from '../../domain/errors.ts'
import { getDelivery } from '../../usecases/get-delivery.ts'
import { listDeliveries } from '../../usecases/list-deliveries.ts'
import { replayDeliveries } from '../../usecases/replay-deliveries.ts'
import { retryDelivery } from '../../usecases/retry-delivery.ts'
import { skipDelivery } from '../../usecases/skip-delivery.ts'
import { answers } from '../wire/answers.ts'
import * as answer from './answer-schemas.ts'
import type { ManagementDeps } from './management-deps.ts'
import { DeliveriesQuery, DeliveryPath, pageSchema, ReplayBody } from './schemas.ts'
import { momentOf } from './shapes.ts'

/** What became of each event, and what a person can do about it. */
export const deliveryRoutes =
  (deps: ManagementDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/deliveries',
      {
        schema: {
          summary: 'List deliveries, newest first',
          description: 'A page may be short, even empty, while there is more: go on until `next` is null.',
          operationId: 'listDeliveries',
          querystring: DeliveriesQuery,
          response: answers(200, pageSchema(answer.Delivery)),
        },
      },
      async ({ query }) => {
        const { items, next } = await listDeliveries(deps, {
          integrationId: query.integration_id?.toLowerCase(),
          sessionId: query.session_id?.toLowerCase(),
          status: query.status,
          from: momentOf('from', query.from),
          to: momentOf('to', query.to),
          after: query.after,
          limit: query.limit,
        })
        return { items: items.map((item) => ({ ...item, attempts: [...item.attempts] })), next }
      },
    )
    app.get(
      '/deliveries/:delivery_id',
      {
        schema: {
          summary: 'Read a delivery with the event it carries',
          operationId: 'getDelivery',
          params: DeliveryPath,
          response: answers(200, answer.DeliveryWithEvent, ['not-found']),
        },
      },
      async (request) => {
        const delivery = await getDelivery(deps, placeOf(request.params))
        return { ...delivery, attempts: [...delivery.attempts] }
      },
    )
    app.post(
      '/deliveries/replay',
      {
        schema: {
          summary: 'Send events again: named ones, of a session, or of an integration in a range',
          description:
            'The same event_id and body, a new attempt, before what waits in the session. One call takes at most 1000 events, oldest first; call again with `after` while `next` is not null.',
          operationId: 'replayDeliveries',
          body: ReplayBody,
          response: answers(202, answer.Replayed),
        },
      },
      async ({ body }, reply) => {
        requireOneTarget(body)
        return reply.code(202).send(
          await replayDeliveries(deps, {
            deliveryIds: body.delivery_ids,
            sessionId: body.session_id?.toLowerCase(),
            integrationId: body.integration_id?.toLowerCase(),
            from: momentOf('from', body.from),
            to: momentOf('to', body.to),
            status: body.status,
            after: body.after,
          }),
        )
      },
    )
    app.post(
      '/deliveries/:delivery_id/retry',
      {
        schema: {
          summary: 'Send this event now: again if it is done, at once if it waits',
          operationId: 'retryDelivery',
          params: DeliveryPath,
          response: answers(202, answer.Delivery, ['not-found']),
        },
      },
      async (request, reply) => {
        const place = placeOf(request.params)
        await retryDelivery(deps, place)
        return reply.code(202).send(await shown(deps, place))
      },
    )
    app.post(
      '/deliveries/:delivery_id/skip',
      {
        schema: {
          summary: 'Leave out the event that its session sends next; the ones behind it go on',
          operationId: 'skipDelivery',
          params: DeliveryPath,
          response: answers(200, answer.Delivery, ['not-found', 'conflict']),
        },
      },
      async (request) => {
        const place = placeOf(request.params)
        await skipDelivery(deps, place)
        return await shown(deps, place)
      },
    )
  }

const shown = async (deps: ManagementDeps, place: DeliveryPlace): Promise<Static<typeof answer.Delivery>> => {
  const { event: _, attempts, ...delivery } = await getDelivery(deps, place)
  return { ...delivery, attempts: [...attempts] }
}

const placeOf = (params: { readonly delivery_id: string }): DeliveryPlace => {
  const place = deliveryPlaceOf(params.delivery_id)
  if (!place) throw new Refusal('not-found', `delivery_id: there is no delivery ${params.delivery_id}`)
  return place
}

const requireOneTarget = (body: Static<typeof ReplayBody>): void => {
  const targets = [body.delivery_ids, body.session_id, body.integration_id].filter(
    (target) => target !== undefined,
  )
  if (targets.length !== 1)
    throw new Refusal(
      'invalid-payload',
      'body: needs exactly one of delivery_ids, session_id, integration_id',
    )
  const filters = [body.from, body.to, body.status, body.after].filter((filter) => filter !== undefined)
  if (body.delivery_ids !== undefined && filters.length > 0)
    throw new Refusal('invalid-payload', 'delivery_ids: go without from, to, status and after')
}
