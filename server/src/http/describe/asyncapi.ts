import type { EventType } from '@dragoman/sdk'
import { aboutEvents, eventSchemas } from '../channel/event-schemas.ts'
import { type Tree, withNamedSchemas } from './components.ts'
import { eventExamples } from './examples.ts'
import { openapiInfo } from './openapi.ts'

/**
 * /asyncapi.json (AsyncAPI 3.0): the second road, from the same schemas. Described from our side: Dragoman sends to the
 * webhook, and what it sends can be followed as Server-Sent Events as well.
 */
export const asyncapiDocument = (): Tree =>
  withNamedSchemas({
    asyncapi: '3.0.0',
    info: {
      title: openapiInfo.title,
      version: openapiInfo.version,
      description:
        'The events that Dragoman posts to your webhook: signed, at least once, in the order of `sequence` within a session.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      webhook: {
        address: null,
        title: 'Webhook',
        description: 'The webhook_url of the integration.',
        messages: references((name) => `#/components/messages/${name}`),
        bindings: { http: { bindingVersion: '0.3.0' } },
      },
    },
    operations: {
      sendEvents: {
        action: 'send',
        channel: { $ref: '#/channels/webhook' },
        title: 'Post an event',
        description:
          'Answer 2xx at once. 4xx is permanent (408, 425 and 429 are not), 5xx and timeouts are retried for about three days.',
        messages: messageNames.map((name) => ({ $ref: `#/channels/webhook/messages/${name}` })),
        bindings: { http: { method: 'POST', bindingVersion: '0.3.0' } },
      },
    },
    components: { messages: Object.fromEntries(types.map((type) => [nameOf(type), messageOf(type)])) },
  })

const types = Object.keys(eventSchemas) as EventType[]

const nameOf = (type: EventType): string => aboutEvents[type].title

const messageNames = types.map(nameOf)

const references = (of: (name: string) => string): Tree =>
  Object.fromEntries(messageNames.map((name) => [name, { $ref: of(name) }]))

const messageOf = (type: EventType): Tree => ({
  name: type,
  title: nameOf(type),
  summary: aboutEvents[type].description,
  contentType: 'application/json',
  headers: { type: 'object', properties: signatureHeaders, required: Object.keys(signatureHeaders) },
  payload: eventSchemas[type],
  examples: [{ name: nameOf(type), payload: eventExamples[type] }],
})

const signatureHeaders = {
  'X-Moveo-Signature': {
    type: 'string',
    description: 'Lowercase hex of HMAC-SHA256(secret, raw body). While two secrets live, of the older one.',
  },
  'webhook-id': { type: 'string', description: 'The event_id (Standard Webhooks).' },
  'webhook-timestamp': { type: 'string', description: 'When this attempt was made, seconds since 1970 UTC.' },
  'webhook-signature': {
    type: 'string',
    description: '`v1,BASE64` over `ID.TIMESTAMP.BODY`, one for each live secret, separated by spaces.',
  },
}
