import type * as wire from '@dragoman/sdk'
import { type Static, type TSchema, Type } from 'typebox'
import { limits } from '../../domain/limits.ts'

/**
 * What the channel API accepts: the one source of validation, /openapi.json and the types of the handlers. Keys
 * that are not named here are let through: a client of the original may send more.
 */
const id = (description: string) =>
  Type.String({
    maxLength: limits.idLengthMax,
    pattern: '^[^\\u0000\\ud800-\\udfff]*$',
    errorSentence: `must have at most ${limits.idLengthMax} characters, and no NUL or half a surrogate pair`,
    description,
  })

const contextSchema = Type.Record(Type.String(), Type.Unknown(), {
  title: 'Context',
  description:
    'Variables that travel with the session: user, tags, global, live_instructions and any other top-level key. Objects merge deeply, arrays and scalars replace, null deletes. ' +
    `At most ${limits.contextKeysMax} top-level keys, each 1 to ${limits.contextKeyLengthMax} characters of ^\\w[\\w-]*$, and ${limits.contextBytesMax} bytes as JSON.`,
})
export const Context = Type.Unsafe<wire.Context>(contextSchema)
export const ContextPatch = Type.Unsafe<wire.JsonObject>(contextSchema)

export const Attachment = Type.Object(
  {
    type: Type.Enum(['audio', 'image', 'video', 'file']),
    mime_type: Type.String({ minLength: 1, maxLength: 255 }),
    id: Type.Optional(Type.String({ format: 'uuid', description: 'file_id of an uploaded file' })),
    url: Type.Optional(
      Type.String({
        format: 'iri',
        pattern: '^[Hh][Tt][Tt][Pp][Ss]?://[^\\s\\u0000-\\u001f\\ud800-\\udfff]+$',
        maxLength: limits.attachmentUrlLengthMax,
        errorSentence: `must be a whole http(s) URL such as https://example.com/plan.pdf, of at most ${limits.attachmentUrlLengthMax} characters; for an uploaded file give its id`,
      }),
    ),
    title: Type.Optional(Type.String({ maxLength: 255 })),
    filename: Type.Optional(Type.String({ maxLength: limits.filenameLengthMax })),
  },
  {
    anyOf: [{ required: ['id'] }, { required: ['url'] }],
    title: 'Attachment',
    errorSentence: 'needs an id (a file_id) or a url',
  },
)

export const MessageInput = Type.Object(
  {
    text: Type.Optional(Type.String({ maxLength: limits.textLengthMax })),
    attachments: Type.Optional(Type.Array(Attachment, { maxItems: limits.attachmentsMax })),
  },
  {
    anyOf: [
      { required: ['text'], properties: { text: { pattern: '\\S' } } },
      { required: ['attachments'], properties: { attachments: { minItems: 1 } } },
    ],
    title: 'MessageInput',
    errorSentence: 'needs a text that is not empty, or attachments',
  },
)

export const OpenSessionBody = Type.Object(
  {
    external_session_id: Type.Optional(id('Your own id of this thread; every event repeats it')),
    channel_user_id: Type.Optional(id('Your own id of the user; user.user_id is stable for it')),
    context: Type.Optional(Context),
  },
  {
    title: 'OpenSessionRequest',
    examples: [
      {
        external_session_id: 'chat-session-001',
        channel_user_id: 'user-12345',
        context: {
          user: { display_name: 'Alice Smith', email: 'alice@example.com', language: 'en' },
          source_page: 'pricing',
        },
      },
    ],
  },
)

export const UpdateContextBody = Type.Object(
  { context: ContextPatch },
  { title: 'UpdateContextRequest', examples: [{ context: { cart: { total: 42 }, old_key: null } }] },
)

export const CloseSessionBody = Type.Object(
  { reason: Type.Optional(Type.String({ maxLength: 1000 })) },
  { title: 'CloseSessionRequest', examples: [{ reason: 'The user left.' }] },
)

export const SendMessageBody = Type.Object(
  { input: MessageInput, context: Type.Optional(ContextPatch) },
  { title: 'SendMessageRequest', examples: [{ input: { text: 'What pricing plans do you offer?' } }] },
)

export const HumanAgent = Type.Object(
  {
    agent_id: Type.String({ minLength: 1, maxLength: limits.idLengthMax }),
    agent_name: Type.Optional(Type.String({ maxLength: 255 })),
    agent_avatar: Type.Optional(Type.String({ maxLength: 2048 })),
  },
  { title: 'HumanAgent', examples: [{ agent_id: 'ann', agent_name: 'Ann' }] },
)

export const RecordAgentMessageBody = Type.Object(
  { input: MessageInput, agent: HumanAgent },
  {
    title: 'RecordAgentMessageRequest',
    examples: [{ input: { text: 'Ann here.' }, agent: { agent_id: 'ann', agent_name: 'Ann' } }],
  },
)

export const MarkMessagesBody = Type.Object(
  {
    message_ids: Type.Optional(
      Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: limits.messageIdsMax }),
    ),
  },
  { title: 'MarkMessagesRequest', examples: [{}] },
)

export const HandoverBody = Type.Object(
  {
    department: Type.Optional(Type.String({ maxLength: limits.departmentLengthMax })),
    reason: Type.Optional(Type.String({ maxLength: limits.reasonLengthMax })),
  },
  { title: 'HandoverRequest', examples: [{ department: 'Sales', reason: 'asked for a person' }] },
)

export const ComposeBody = Type.Object(
  { action: Type.Enum(['start', 'stop']) },
  { title: 'ComposeRequest', examples: [{ action: 'start' }] },
)

export const UploadUrlBody = Type.Object(
  {
    filename: Type.String({
      minLength: 1,
      maxLength: limits.filenameLengthMax,
      pattern: '^[^\\u0000-\\u001f/\\\\]+$',
      errorSentence: `must have 1 to ${limits.filenameLengthMax} characters, without slashes or control characters`,
    }),
    content_type: Type.String({
      maxLength: 255,
      pattern: '^[\\w!#$&^.+-]+/[\\w!#$&^.+-]+( *;[ -~]*)?$',
      errorSentence: 'must be a media type such as image/png, of at most 255 characters',
    }),
  },
  { title: 'UploadUrlRequest', examples: [{ filename: 'plan.pdf', content_type: 'application/pdf' }] },
)

export const DownloadUrlBody = Type.Object(
  { file_id: Type.String({ format: 'uuid' }) },
  { title: 'DownloadUrlRequest', examples: [{ file_id: '01a204cb-51d3-7ca8-814c-e7f7a9421440' }] },
)

export const IntegrationPath = Type.Object({ integration_id: Type.String({ format: 'uuid' }) })

export const SessionPath = Type.Object({
  integration_id: Type.String({ format: 'uuid' }),
  session_id: Type.String({ format: 'uuid' }),
})

export const PageQuery = Type.Object({
  after: Type.Optional(Type.String({ maxLength: 64, description: 'next of the page before' })),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: limits.pageItemsMax, default: limits.pageItemsDefault }),
  ),
})

/** Where a body is not needed: none, or what the schema says. */
export const orNone = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

/** Drift from the SDK's types does not compile. */
export type SchemasSatisfyTheWire = [
  Satisfies<Static<typeof OpenSessionBody>, wire.OpenSessionRequest>,
  Satisfies<Static<typeof UpdateContextBody>, wire.UpdateContextRequest>,
  Satisfies<Static<typeof SendMessageBody>, wire.SendMessageRequest>,
  Satisfies<Static<typeof RecordAgentMessageBody>, wire.RecordAgentMessageRequest>,
  Satisfies<Static<typeof MessageInput>, wire.MessageInput>,
  Satisfies<Static<typeof MarkMessagesBody>, wire.MarkMessagesRequest>,
  Satisfies<Static<typeof HandoverBody>, wire.HandoverRequest>,
  Satisfies<Static<typeof ComposeBody>, wire.ComposeRequest>,
  Satisfies<Static<typeof UploadUrlBody>, wire.UploadUrlRequest>,
  Satisfies<Static<typeof DownloadUrlBody>, wire.DownloadUrlRequest>,
]
type Satisfies<Schema extends Wire, Wire> = Schema
