import type * as wire from '@dragoman/sdk'
import { type Static, type TSchema, Type } from 'typebox'
import { Output, WebhookEvent } from './event-schemas.ts'
import { Context, HumanAgent, MessageInput } from './schemas.ts'

/** What the channel API answers: for /openapi.json, and for the compiler by the SDK's own types. */
const Id = Type.String({ format: 'uuid' })
const Time = Type.Integer({ description: 'ms since 1970 UTC' })
const request_id = Type.String({ format: 'uuid', description: 'X-Request-Id too' })

const sessionOpened = Type.Object(
  {
    request_id,
    session_id: Type.String({ format: 'uuid', description: 'Keep it: every other call needs it.' }),
    context: Context,
  },
  { title: 'OpenSessionResponse', description: 'The session is open.' },
)

const contextUpdated = Type.Object(
  { request_id, context: Context },
  { title: 'UpdateContextResponse', description: 'The whole context as it is now.' },
)

const messageAccepted = Type.Object(
  { request_id, message_id: Id },
  {
    title: 'SendMessageResponse',
    description:
      'Accepted and sure to be worked on. The answer goes to the webhook, with this request_id as `in_reply_to`.',
  },
)

const session = Type.Object(
  {
    request_id,
    session_id: Id,
    external_session_id: Type.Optional(Type.String()),
    channel_user_id: Type.Optional(Type.String()),
    conversation: Type.Enum(['open', 'resolved']),
    owner: Type.Enum(['bot', 'waiting', 'human'], { description: "Who answers the user's next message." }),
    context: Context,
    created_at: Time,
    last_activity_at: Time,
    expires_at: Type.Integer({
      description:
        'ms since 1970 UTC: when the session ends if nothing happens until then, by session_timeout, or by keep_alive once the conversation is resolved',
    }),
  },
  { title: 'SessionResponse', description: 'Where the session stands.' },
)

const uploadUrl = Type.Object(
  { request_id, upload_url: Type.String(), file_id: Id },
  {
    title: 'UploadUrlResponse',
    description: 'PUT the bytes to upload_url within 15 minutes, with the content_type as Content-Type.',
  },
)

const downloadUrl = Type.Object(
  { request_id, download_url: Type.String(), file_id: Id },
  { title: 'DownloadUrlResponse', description: 'GET the bytes from download_url within 15 minutes.' },
)

const page = <Item extends TSchema>(item: Item, about: { title: string; description: string }) =>
  Type.Object(
    {
      request_id,
      items: Type.Array(item),
      next: Type.Union([Type.String(), Type.Null()], {
        description: '`after` of the next call, now or later; null only when there is nothing yet',
      }),
      has_more: Type.Boolean({ description: 'there is more already' }),
    },
    about,
  )

const said = {
  message_id: Id,
  request_id: Id,
  created_at: Time,
  delivered_at: Type.Optional(Time),
  read_at: Type.Optional(Time),
}

const messageRecord = Type.Union(
  [
    Type.Object(
      { ...said, author: Type.Literal('user'), message: MessageInput },
      { title: 'UserMessageRecord' },
    ),
    Type.Object(
      { ...said, author: Type.Literal('agent'), message: MessageInput, agent: HumanAgent },
      { title: 'AgentMessageRecord' },
    ),
    Type.Object(
      { ...said, author: Type.Literal('brain'), output: Output, in_reply_to: Type.Optional(Id) },
      { title: 'BrainMessageRecord' },
    ),
  ],
  { title: 'MessageRecord' },
)

export const OpenSessionAnswer = Type.Unsafe<wire.OpenSessionResponse>(sessionOpened)
export const UpdateContextAnswer = Type.Unsafe<wire.UpdateContextResponse>(contextUpdated)
export const SendMessageAnswer = Type.Unsafe<wire.SendMessageResponse>(messageAccepted)
export const SessionAnswer = Type.Unsafe<wire.SessionResponse>(session)
export const UploadUrlAnswer = Type.Unsafe<wire.UploadUrlResponse>(uploadUrl)
export const DownloadUrlAnswer = Type.Unsafe<wire.DownloadUrlResponse>(downloadUrl)
export const MessagePageAnswer = Type.Unsafe<wire.MessagePage>(
  page(messageRecord, { title: 'MessagePage', description: 'What was said, oldest first.' }),
)
export const EventPageAnswer = Type.Unsafe<wire.Page<wire.WebhookEvent>>(
  page(WebhookEvent, {
    title: 'EventPage',
    description: 'The events of the integration, oldest first: the very bodies the webhook gets.',
  }),
)

/** Drift from the SDK's types does not compile. */
export type AnswersSatisfyTheWire = [
  Satisfies<Static<typeof sessionOpened>, wire.OpenSessionResponse>,
  Satisfies<Static<typeof contextUpdated>, wire.UpdateContextResponse>,
  Satisfies<Static<typeof messageAccepted>, wire.SendMessageResponse>,
  Satisfies<Static<typeof session>, wire.SessionResponse>,
  Satisfies<Static<typeof uploadUrl>, wire.UploadUrlResponse>,
  Satisfies<Static<typeof downloadUrl>, wire.DownloadUrlResponse>,
  Satisfies<Static<typeof messageRecord>, wire.MessageRecord>,
]
type Satisfies<Schema extends Wire, Wire> = Schema
