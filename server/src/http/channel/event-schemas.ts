import type * as wire from '@dragoman/sdk'
import { type Static, type TProperties, Type } from 'typebox'
import { Context, HumanAgent, MessageInput } from './schemas.ts'

/** The bodies of the eleven webhook events (wire spec 1.7): /openapi.json `webhooks`, /asyncapi.json, and answers. */
const Id = Type.String({ format: 'uuid' })
const Time = Type.Integer({ description: 'ms since 1970 UTC' })
const Url = Type.String()
const name = Type.Optional(Type.String())

const QuickReply = Type.Object(
  {
    label: Type.String(),
    text: Type.String({ description: 'what the user is taken to have said by choosing it' }),
  },
  { title: 'QuickReply' },
)

const CardButton = Type.Object(
  {
    type: Type.Enum(['postback', 'url', 'webview', 'phone']),
    label: Type.String(),
    value: Type.Optional(Type.String()),
    url: Type.Optional(Url),
    trigger_node_id: Type.Optional(Type.String()),
    height: Type.Optional(Type.String()),
  },
  { title: 'CardButton' },
)

const cardsMax = 6
const buttonsMax = 3

const Card = Type.Object(
  {
    title: Type.String(),
    subtitle: Type.Optional(Type.String()),
    media: Type.Optional(Type.Object({ type: Type.Enum(['image', 'video']), url: Url })),
    default_action: Type.Optional(Type.Object({ type: Type.String(), url: Type.Optional(Url) })),
    buttons: Type.Array(CardButton, { minItems: 1, maxItems: buttonsMax }),
  },
  { title: 'Card' },
)

export const AgentResponse = Type.Union(
  [
    Type.Object(
      {
        type: Type.Literal('text'),
        text: Type.String({ description: 'Markdown' }),
        options: Type.Optional(Type.Array(QuickReply)),
      },
      { title: 'TextResponse' },
    ),
    Type.Object({ type: Type.Literal('image'), url: Url, name }, { title: 'ImageResponse' }),
    Type.Object(
      { type: Type.Literal('video'), url: Url, name, size: Type.Optional(Type.Number()) },
      { title: 'VideoResponse' },
    ),
    Type.Object({ type: Type.Literal('audio'), url: Url, name }, { title: 'AudioResponse' }),
    Type.Object(
      { type: Type.Literal('file'), url: Url, name: Type.String(), size: Type.Optional(Type.Number()) },
      { title: 'FileResponse' },
    ),
    Type.Object(
      { type: Type.Literal('carousel'), cards: Type.Array(Card, { maxItems: cardsMax }) },
      { title: 'CarouselResponse' },
    ),
    Type.Object(
      {
        type: Type.Literal('webview'),
        url: Url,
        label: Type.String(),
        name,
        trigger_node_id: Type.Optional(Type.String()),
        height: Type.Optional(Type.String()),
      },
      { title: 'WebviewResponse' },
    ),
    Type.Object({ type: Type.Literal('handover'), name }, { title: 'HandoverResponse' }),
    Type.Object(
      {
        type: Type.Literal('pause'),
        duration: Type.Number({ description: 'milliseconds' }),
        show_typing: Type.Optional(Type.Boolean()),
      },
      { title: 'PauseResponse' },
    ),
  ],
  { title: 'AgentResponse', description: 'One entry of output.responses; show them in order.' },
)

export const Output = Type.Object({ responses: Type.Array(AgentResponse) })

const Actor = Type.Object(
  {
    type: Type.Enum(['user', 'agent', 'brain', 'api', 'operator', 'system']),
    id: Type.Optional(Type.String()),
    name,
  },
  { title: 'Actor' },
)

const NamedAgent = Type.Object(
  {
    ...HumanAgent.properties,
    agent_name: Type.String({ description: 'The agent_id where no name was given.' }),
  },
  { title: 'NamedAgent' },
)

const Member = Type.Object(
  { type: Type.Enum(['agent', 'brain']), id: Type.String(), name: Type.String() },
  { title: 'Member' },
)

const envelope = {
  event_id: Type.String({
    format: 'uuid',
    description: 'the same on every retry and replay: de-duplicate by it',
  }),
  request_id: Id,
  session_id: Id,
  external_session_id: Type.Optional(Type.String()),
  integration_id: Id,
  desk_id: Type.String({ format: 'uuid', description: 'the environment' }),
  context: Type.Optional(Context),
  timestamp: Type.Integer({ description: 'ms since 1970 UTC; when the event came about' }),
  caused_by: Type.Optional(
    Type.String({ format: 'uuid', description: 'the request_id of the API call of yours that caused it' }),
  ),
}

const sequence = Type.Integer({
  minimum: 1,
  description: '1, 2, 3 ... without a gap among the events of a session that the integration subscribes to',
})

/** The name of each event's schema, and what the event tells. */
export const aboutEvents: {
  readonly [Name in wire.EventType]: { readonly title: string; readonly description: string }
} = {
  'message:brain_send': { title: 'BrainSendEvent', description: 'The agent answers.' },
  'message:send': { title: 'SendEvent', description: 'A person of the desk writes.' },
  'message:compose': {
    title: 'ComposeEvent',
    description: 'Somebody types. Ephemeral: never retried, dropped when stale, without a sequence.',
  },
  'message:read': { title: 'ReadEvent', description: 'Messages were read.' },
  'message:delivered': { title: 'DeliveredEvent', description: 'Messages reached the user.' },
  'conversation:member_join': {
    title: 'MemberJoinEvent',
    description: 'Somebody speaks from now on: the agent, or a person.',
  },
  'conversation:member_leave': { title: 'MemberLeaveEvent', description: 'Somebody speaks no longer.' },
  'conversation:closed': { title: 'ConversationClosedEvent', description: 'The conversation is resolved.' },
  'conversation:reopened': {
    title: 'ConversationReopenedEvent',
    description: 'The conversation is open again.',
  },
  'session:closed': {
    title: 'SessionClosedEvent',
    description: 'The session ended: the last event of its session.',
  },
  'session:expired': {
    title: 'SessionExpiredEvent',
    description: 'The session timed out: the last event of its session.',
  },
}

const ordered = <Name extends wire.EventType, Fields extends TProperties>(eventType: Name, fields: Fields) =>
  Type.Object(
    { event_type: Type.Literal(eventType), ...envelope, sequence, ...fields },
    aboutEvents[eventType],
  )

/** One schema an event, by its `event_type`. */
export const eventSchemas = {
  'message:brain_send': ordered('message:brain_send', {
    message_id: Id,
    in_reply_to: Type.Optional(
      Type.String({ format: 'uuid', description: "the request_id of the user's message" }),
    ),
    output: Output,
  }),
  'message:send': ordered('message:send', { message_id: Id, message: MessageInput, agent: NamedAgent }),
  'message:compose': Type.Object(
    {
      event_type: Type.Literal('message:compose'),
      ...envelope,
      action: Type.Enum(['start', 'stop']),
      author: Type.Enum(['brain', 'agent', 'user']),
      agent: Type.Optional(HumanAgent),
    },
    aboutEvents['message:compose'],
  ),
  'message:read': ordered('message:read', { message_ids: Type.Array(Id), by: Actor }),
  'message:delivered': ordered('message:delivered', { message_ids: Type.Array(Id), by: Actor }),
  'conversation:member_join': ordered('conversation:member_join', { member: Member }),
  'conversation:member_leave': ordered('conversation:member_leave', {
    member: Member,
    department: Type.Optional(Type.String({ description: 'Of a handover: who is wanted.' })),
    reason: Type.Optional(Type.String({ description: 'Of a handover: why.' })),
  }),
  'conversation:closed': ordered('conversation:closed', { by: Actor, reason: Type.Optional(Type.String()) }),
  'conversation:reopened': ordered('conversation:reopened', {
    by: Actor,
    reason: Type.Optional(Type.String()),
  }),
  'session:closed': ordered('session:closed', {
    reason: Type.Enum(['api', 'resolved', 'operator']),
    note: Type.Optional(Type.String({ description: 'What the call that closed it gave as its reason.' })),
  }),
  'session:expired': ordered('session:expired', { expired_at: Time }),
} as const

export const WebhookEvent = Type.Union(Object.values(eventSchemas), { title: 'WebhookEvent' })

/** Drift from the SDK's types does not compile, in either direction. (`context` is the SDK's own type already.) */
export type EventSchemasAreTheWire = [
  Satisfies<Read<WithoutContext<StaticEvent>>, WithoutContext<wire.WebhookEvent>>,
  Satisfies<WithoutContext<wire.WebhookEvent>, Read<WithoutContext<StaticEvent>>>,
  Satisfies<Read<Static<typeof AgentResponse>>, wire.AgentResponse>,
  Satisfies<wire.AgentResponse, Read<Static<typeof AgentResponse>>>,
]
type StaticEvent = Static<(typeof eventSchemas)[wire.EventType]>
type Satisfies<Schema extends Wire, Wire> = Schema
type WithoutContext<Event> = Event extends unknown ? Omit<Event, 'context'> : never
type Read<Value> = Value extends object ? { readonly [Key in keyof Value]: Read<Value[Key]> } : Value
