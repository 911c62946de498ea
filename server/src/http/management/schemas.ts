import { type TSchema, Type } from 'typebox'
import { deliveryIdPattern } from '../../domain/delivery-id.ts'
import { eventTypes } from '../../domain/event.ts'
import type { JsonObject } from '../../domain/json.ts'
import { limits } from '../../domain/limits.ts'
import { HumanAgent, MessageInput } from '../channel/schemas.ts'

/** What the management API accepts. Unlike the channel's, a key that is not known here is a mistake and said so. */
const closed = { additionalProperties: false } as const

export const Id = Type.String({ format: 'uuid' })

/** What the column of a version holds. */
export const versionMax = 2_147_483_647

const Name = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: '^[^\\u0000]*$',
  errorSentence: 'must have 1 to 200 characters',
})

const WebhookUrl = Type.String({
  minLength: 1,
  maxLength: 2048,
  description: 'https; http only where allowed',
})

const WebhookSecret = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: '^[^\\u0000]*$',
  errorSentence: 'must have 1 to 255 characters',
  description: 'The HMAC key. Take 24 random bytes or more, or let one be made.',
})

const AllowedIps = Type.Array(Type.String({ maxLength: 64 }), {
  maxItems: 1000,
  description: 'IPv4 and IPv6 addresses and CIDR ranges; empty = all',
})

const SubscribedEvents = Type.Array(Type.Enum([...eventTypes]), {
  uniqueItems: true,
  description: 'empty = all',
})

const SessionTimeout = Type.Integer({
  minimum: limits.sessionTimeoutSecondsMin,
  maximum: limits.sessionTimeoutSecondsMax,
  description: 'seconds without activity',
})

const KeepAlive = Type.Integer({
  minimum: limits.keepAliveSecondsMin,
  maximum: limits.keepAliveSecondsMax,
  description: 'seconds in which a resolved conversation can be reopened',
})

export const CreateIntegrationBody = Type.Object(
  {
    name: Name,
    webhook_url: WebhookUrl,
    webhook_secret: Type.Optional(WebhookSecret),
    allowed_ips: Type.Optional(AllowedIps),
    subscribed_events: Type.Optional(SubscribedEvents),
    session_timeout: Type.Optional(SessionTimeout),
    environment_id: Type.Optional(Id),
  },
  closed,
)

export const ChangeIntegrationBody = Type.Object(
  {
    name: Type.Optional(Name),
    webhook_url: Type.Optional(WebhookUrl),
    webhook_secret: Type.Optional(WebhookSecret),
    allowed_ips: Type.Optional(AllowedIps),
    subscribed_events: Type.Optional(SubscribedEvents),
    session_timeout: Type.Optional(SessionTimeout),
  },
  closed,
)

export const RotateSecretBody = Type.Object(
  {
    webhook_secret: Type.Optional(WebhookSecret),
    finish: Type.Optional(Type.Boolean({ description: 'drop the older one' })),
  },
  closed,
)

export const CreateKeyBody = Type.Object({ name: Type.Optional(Name) }, closed)

export const CreateEnvironmentBody = Type.Object(
  {
    name: Name,
    keep_alive: Type.Optional(KeepAlive),
    agent_id: Type.Optional(Type.Union([Id, Type.Null()])),
  },
  closed,
)

export const ChangeEnvironmentBody = Type.Object(
  {
    name: Type.Optional(Name),
    keep_alive: Type.Optional(KeepAlive),
    agent_id: Type.Optional(Type.Union([Id, Type.Null()], { description: 'null = nobody, sessions wait' })),
    agent_version: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1, maximum: versionMax }), Type.Null()], {
        description: 'null = the newest',
      }),
    ),
  },
  closed,
)

export const PutBundleBody = Type.Object(
  {
    values: Type.Unsafe<JsonObject>({
      type: 'object',
      propertyNames: { pattern: '^\\w[\\w-]*$', maxLength: 128 },
      errorSentence: 'has a name that is not 1 to 128 letters, digits, _ or -',
      description: 'By name; an agent reads them as {{$global.<bundle>.<name>}}.',
    }),
  },
  closed,
)

/** The document's own rules are the brain's, which explains each fault better than a schema could. */
export const AgentDocument = Type.Unsafe<JsonObject>({
  type: 'object',
  title: 'AgentDocument',
  description: 'The whole agent: intents, workflows, guidelines.',
})

export const CreateAgentBody = Type.Object(
  { name: Type.Optional(Name), draft: Type.Optional(AgentDocument) },
  closed,
)

const deliveryStatuses = ['pending', 'retrying', 'delivered', 'dead', 'superseded'] as const
export const DeliveryStatus = Type.Enum([...deliveryStatuses])

/** ms since 1970, or ISO 8601. */
const Moment = Type.Union([
  Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 }),
  Type.String({
    pattern: '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+-]\\d\\d:\\d\\d)?)?$',
  }),
])
const momentSentence = 'must be ms since 1970, or ISO 8601 such as 2026-01-31T12:00:00Z'
const From = Type.Optional({
  ...Moment,
  errorSentence: momentSentence,
  description: 'ms or ISO 8601, included',
})
const To = Type.Optional({
  ...Moment,
  errorSentence: momentSentence,
  description: 'ms or ISO 8601, included',
})

export const ListQuery = Type.Object(
  {
    after: Type.Optional(Type.String({ maxLength: 64, description: 'next of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.pageItemsMax })),
  },
  closed,
)

export const ListByIdQuery = Type.Object(
  {
    after: Type.Optional(Type.String({ format: 'uuid', description: 'next of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.pageItemsMax })),
  },
  closed,
)

export const DeliveriesQuery = Type.Object(
  {
    integration_id: Type.Optional(Id),
    session_id: Type.Optional(Id),
    status: Type.Optional(DeliveryStatus),
    from: From,
    to: To,
    after: Type.Optional(Type.String({ maxLength: 64, description: 'next of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.pageItemsMax })),
  },
  closed,
)

const replayedIdsMax = 1_000

export const ReplayBody = Type.Object(
  {
    delivery_ids: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: replayedIdsMax })),
    session_id: Type.Optional(Id),
    integration_id: Type.Optional(Id),
    from: From,
    to: To,
    status: Type.Optional(DeliveryStatus),
    after: Type.Optional(Type.String({ maxLength: 64, description: 'next of the answer before' })),
  },
  closed,
)

const DeskAgent = Type.Object(
  {
    agent_id: HumanAgent.properties.agent_id,
    agent_name: HumanAgent.properties.agent_name,
    agent_avatar: HumanAgent.properties.agent_avatar,
  },
  { description: 'The person at the desk.' },
)

export const TakeBody = Type.Object({ agent: DeskAgent }, closed)
export const ReplyBody = Type.Object({ agent: DeskAgent, input: MessageInput }, closed)
export const HandBackBody = Type.Object({ agent: Type.Optional(DeskAgent) }, closed)
export const ResolveBody = Type.Object(
  { agent: Type.Optional(DeskAgent), reason: Type.Optional(Type.String({ maxLength: 1000 })) },
  closed,
)

export const InboxQuery = Type.Object(
  {
    environment_id: Type.Optional(Id),
    after: Type.Optional(Type.String({ format: 'uuid', description: 'next of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.pageItemsMax })),
  },
  closed,
)

export const IntegrationPath = Type.Object({ integration_id: Id })
export const KeyPath = Type.Object({ integration_id: Id, key_id: Id })
export const EnvironmentPath = Type.Object({ environment_id: Id })
export const BundlePath = Type.Object({
  environment_id: Id,
  bundle: Type.String({
    minLength: 1,
    maxLength: 64,
    pattern: '^(?!__proto__$)\\w[\\w-]*$',
    errorSentence: 'must be 1 to 64 letters, digits, _ or -',
  }),
})

export const AgentPath = Type.Object({ agent_id: Id })
export const SessionPath = Type.Object({ session_id: Id })
export const DeliveryPath = Type.Object({
  delivery_id: Type.String({
    pattern: deliveryIdPattern,
    errorSentence: 'must be a delivery_id as the list of deliveries shows it',
  }),
})

/** A list: `next` is null at the end. */
export const pageSchema = <Schema extends TSchema>(item: Schema) =>
  Type.Object({
    items: Type.Array(item),
    next: Type.Union([Type.String(), Type.Null()], {
      description: 'after of the next page; null at the end',
    }),
  })
