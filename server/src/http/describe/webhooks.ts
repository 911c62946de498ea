import type { EventType } from '@dragoman/sdk'
import { aboutEvents, eventSchemas } from '../channel/event-schemas.ts'
import { eventExamples } from './examples.ts'

/** The `webhooks` section of /openapi.json: what Dragoman posts, from the schemas of the events. */
const text = { type: 'string' }

const signatureHeaders = [
  {
    name: 'X-Moveo-Signature',
    in: 'header',
    required: true,
    description: 'Lowercase hex of HMAC-SHA256(secret, raw body). While two secrets live, of the older one.',
    schema: { type: 'string', pattern: '^[0-9a-f]{64}$' },
  },
  {
    name: 'webhook-id',
    in: 'header',
    required: true,
    description: 'The event_id (Standard Webhooks).',
    schema: { type: 'string', format: 'uuid' },
  },
  {
    name: 'webhook-timestamp',
    in: 'header',
    required: true,
    description: 'When this attempt was made, in seconds since 1970 UTC.',
    schema: text,
  },
  {
    name: 'webhook-signature',
    in: 'header',
    required: true,
    description: '`v1,BASE64` over `ID.TIMESTAMP.BODY`, one for each live secret, separated by spaces.',
    schema: text,
  },
]

const webhookAnswers = {
  '2XX': { description: 'Delivered.' },
  '4XX': {
    description:
      'Permanent: the event is dead-lettered, no retry. 410 also pauses the webhook. 408, 425 and 429 count as temporary and `Retry-After` is honoured.',
  },
  '5XX': { description: 'Temporary: retried fast, then slowly, for about three days.' },
}

/** One an event type; what to answer is the same for all of them. */
export const webhooks = Object.fromEntries(
  (Object.keys(eventSchemas) as EventType[]).map((type) => [
    type,
    {
      post: {
        operationId: `on_${type.replace(':', '_')}`,
        summary: aboutEvents[type].description,
        description:
          'Verify the signature over the raw body, answer 2xx at once, work afterwards. Delivered at least once and, within a session, in the order of `sequence`: drop an `event_id` you have seen.',
        tags: ['Events'],
        security: [],
        parameters: signatureHeaders,
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: eventSchemas[type],
              examples: { [type]: { value: eventExamples[type] } },
            },
          },
        },
        responses: webhookAnswers,
      },
    },
  ]),
)
