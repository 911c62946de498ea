import { Type } from 'typebox'
import { WebhookEvent } from '../channel/event-schemas.ts'
import { Context, HandoverBody, HumanAgent, MessageInput } from '../channel/schemas.ts'
import { AgentDocument, DeliveryStatus, Id } from './schemas.ts'

/** What the management API answers. Times are ms since 1970. */
const Time = Type.Number({ description: 'ms since 1970 UTC' })
const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()])

export const Integration = Type.Object(
  {
    integration_id: Id,
    environment_id: Id,
    name: Type.String(),
    webhook_url: Type.String(),
    allowed_ips: Type.Array(Type.String()),
    subscribed_events: Type.Array(Type.String()),
    session_timeout: Type.Integer(),
    webhook_secrets_live: Type.Integer({ description: '2 while rotating' }),
    created_at: Time,
  },
  { title: 'Integration' },
)

export const IntegrationWithSecret = Type.Object(
  { ...Integration.properties, webhook_secret: Type.String({ description: 'shown once' }) },
  { title: 'IntegrationWithSecret' },
)

export const IntegrationWithEndpoint = Type.Object(
  {
    ...Integration.properties,
    endpoint: Type.Object({
      circuit: Type.Enum(['closed', 'open', 'paused']),
      reason: nullable(Type.String()),
      next_probe_in_ms: nullable(Type.Number()),
    }),
  },
  { title: 'IntegrationWithEndpoint' },
)

export const RotatedSecret = Type.Object(
  {
    webhook_secret: nullable(Type.String({ description: 'the new one, shown once; null when finishing' })),
    webhook_secrets_live: Type.Integer(),
  },
  { title: 'RotatedSecret' },
)

export const NewKey = Type.Object(
  {
    key_id: Id,
    name: Type.String(),
    hint: Type.String(),
    api_key: Type.String({ description: 'shown once' }),
  },
  { title: 'NewKey' },
)

export const Key = Type.Object(
  {
    key_id: Id,
    name: Type.String(),
    hint: Type.String({ description: 'the first characters' }),
    created_at: Time,
    last_used_at: nullable(Time),
    revoked_at: nullable(Time),
  },
  { title: 'Key' },
)

export const Attempt = Type.Object(
  {
    at: Time,
    status_code: nullable(Type.Integer()),
    error: nullable(Type.String()),
    duration_ms: Type.Integer(),
    answer: nullable(Type.String({ description: 'the first 1 KiB of it' })),
  },
  { title: 'Attempt' },
)

export const TestReport = Type.Object(
  { delivered: Type.Boolean(), event_id: Id, session_id: Id, attempt: Attempt },
  { title: 'TestReport' },
)

export const Circuit = Type.Object({ circuit: Type.Enum(['closed']) })

export const Bundle = Type.Object(
  { bundle: Type.String(), values: Type.Unsafe<unknown>({ type: 'object' }) },
  { title: 'Bundle' },
)

export const Environment = Type.Object(
  {
    environment_id: Id,
    name: Type.String(),
    keep_alive: Type.Integer({ description: 'seconds' }),
    agent_id: nullable(Id),
    agent_version: nullable(Type.Integer({ description: 'null = the newest' })),
  },
  { title: 'Environment' },
)

export const Agent = Type.Object(
  {
    agent_id: Id,
    name: Type.String(),
    newest_version: nullable(Type.Integer({ description: 'null = nothing is published' })),
    created_at: Time,
    updated_at: Time,
  },
  { title: 'Agent' },
)

export const AgentWithDraft = Type.Object(
  {
    ...Agent.properties,
    draft: Type.Unsafe<unknown>(AgentDocument),
    training: nullable(
      Type.Object({
        phase: Type.Enum(['embedding', 'training']),
        done: Type.Number({ minimum: 0, maximum: 1, description: 'Share of the phase.' }),
      }),
    ),
  },
  { title: 'AgentWithDraft' },
)

const warnings = Type.Array(
  Type.Object({ path: Type.String(), message: Type.String(), cure: Type.String() }),
  { description: 'What runs, but not as its author may think.' },
)

export const KeptDraft = Type.Object(
  {
    agent_id: Id,
    name: Type.String(),
    warnings,
  },
  { title: 'KeptDraft' },
)

export const PublishedVersion = Type.Object(
  { agent_id: Id, version: Type.Integer(), warnings },
  { title: 'PublishedVersion' },
)

export const Delivery = Type.Object(
  {
    delivery_id: Type.String(),
    event_id: Id,
    event_type: Type.String(),
    integration_id: Id,
    session_id: Id,
    sequence: Type.Integer(),
    status: DeliveryStatus,
    reason: nullable(Type.String({ description: 'why it is dead or superseded' })),
    created_at: Time,
    next_attempt_at: nullable(Time),
    attempts: Type.Array(Attempt),
  },
  { title: 'Delivery' },
)

export const DeliveryWithEvent = Type.Object(
  { ...Delivery.properties, event: Type.Unsafe<unknown>(WebhookEvent) },
  { title: 'DeliveryWithEvent' },
)

export const Replayed = Type.Object(
  {
    queued: Type.Integer({ description: 'events that will be sent now' }),
    next: nullable(Type.String({ description: 'after of the next call, when there is more' })),
  },
  { title: 'Replayed' },
)

export const Session = Type.Object(
  {
    session_id: Id,
    integration_id: Id,
    environment_id: Id,
    external_session_id: nullable(Type.String()),
    channel_user_id: nullable(Type.String()),
    user_id: Id,
    state: Type.Enum(['active', 'closed', 'expired']),
    conversation: Type.Enum(['open', 'resolved']),
    owner: Type.Enum(['bot', 'waiting', 'human']),
    human: nullable(Type.Object({ ...HumanAgent.properties, desk: Type.Enum(['external', 'desk']) })),
    handover: nullable(
      Type.Object(HandoverBody.properties, {
        description: 'Whom the handover asked for, and why; null while the agent has the word.',
      }),
    ),
    agent: nullable(Type.Object({ agent_id: Id, version: Type.Integer(), name: Type.String() })),
    context: Type.Unsafe<unknown>(Context),
    user_message_count: Type.Integer(),
    created_at: Time,
    last_activity_at: Time,
    expires_at: Time,
    resolved_at: nullable(Time),
    resolved_until: nullable(Time),
  },
  { title: 'Session' },
)

export const Message = Type.Object(
  {
    message_id: Id,
    position: Type.Integer(),
    request_id: Id,
    author: Type.Enum(['user', 'brain', 'agent']),
    message: Type.Optional(Type.Unsafe<unknown>(MessageInput)),
    output: Type.Optional(Type.Unknown({ description: 'of the agent: {responses}' })),
    agent: Type.Optional(Type.Unsafe<unknown>(HumanAgent)),
    created_at: Time,
    delivered_at: nullable(Time),
    read_at: nullable(Time),
  },
  { title: 'Message' },
)

export const Turn = Type.Object(
  {
    turn: Type.Integer(),
    kind: Type.Enum(['message', 'session_start']),
    request_id: Id,
    message_position: nullable(Type.Integer()),
    created_at: Time,
    finished_at: nullable(Time),
    outcome: nullable(Type.Enum(['answered', 'silent', 'failed'])),
    recorded: Type.Unknown({ description: 'input, answers from outside, trace: what a replay needs' }),
  },
  { title: 'Turn' },
)

export const AtDesk = Type.Object(
  {
    ...Session.properties,
    last_message: nullable(
      Type.Object({
        author: Type.Enum(['user', 'brain', 'agent']),
        message: Type.Optional(Type.Unknown()),
        output: Type.Optional(Type.Unknown()),
        created_at: Time,
      }),
    ),
  },
  { title: 'AtDesk' },
)

export const EventItem = Type.Unsafe<unknown>(WebhookEvent)

export const SentMessage = Type.Object(
  { request_id: Id, message_id: Id },
  { title: 'SentMessage', description: 'Accepted.' },
)
