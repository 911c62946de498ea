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
    pattern: '^[^\\u0000]*$',
    errorSentence: `must have at most ${limits.idLengthMax} characters, and no NUL`,
    description,
  })

const contextSchema = Type.Record(Type.String(), Type.Unknown(), {
  description:
    'Variables that travel with the session: user, tags, global, live_instructions and any other top-level key. Objects merge deeply, arrays and scalars replace, null deletes.',
})
export const Context = Type.Unsafe<wire.Context>(contextSchema)
export const ContextPatch = Type.Unsafe<wire.JsonObject>(contextSchema)

export const Attachment = Type.Object(
  {
    type: Type.Enum(['audio', 'image', 'video', 'file']),
    mime_type: Type.String({ minLength: 1, maxLength: 255 }),
    id: Type.Optional(Type.String({ format: 'uuid', description: 'file_id of an uploaded file' })),
    url: Type.Optional(Type.String({ minLength: 1, maxLength: 2048 })),
    title: Type.Optional(Type.String({ maxLength: 255 })),
    filename: Type.Optional(Type.String({ maxLength: limits.filenameLengthMax })),
  },
  {
    anyOf: [{ required: ['id'] }, { required: ['url'] }],
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
    errorSentence: 'needs a text that is not empty, or attachments',
  },
)

export const OpenSessionBody = Type.Object({
  external_session_id: Type.Optional(id('Your own id of this thread; every event repeats it')),
  channel_user_id: Type.Optional(id('Your own id of the user; user.user_id is stable for it')),
  context: Type.Optional(Context),
})

export const UpdateContextBody = Type.Object({ context: ContextPatch })

export const CloseSessionBody = Type.Object({ reason: Type.Optional(Type.String({ maxLength: 1000 })) })

export const SendMessageBody = Type.Object({ input: MessageInput, context: Type.Optional(ContextPatch) })

export const HumanAgent = Type.Object({
  agent_id: Type.String({ minLength: 1, maxLength: limits.idLengthMax }),
  agent_name: Type.Optional(Type.String({ maxLength: 255 })),
  agent_avatar: Type.Optional(Type.String({ maxLength: 2048 })),
})

export const RecordAgentMessageBody = Type.Object({ input: MessageInput, agent: HumanAgent })

export const MarkMessagesBody = Type.Object({
  message_ids: Type.Optional(
    Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: limits.messageIdsMax }),
  ),
})

export const HandoverBody = Type.Object({
  department: Type.Optional(Type.String({ maxLength: 255 })),
  reason: Type.Optional(Type.String({ maxLength: 1000 })),
})

export const ComposeBody = Type.Object({ action: Type.Enum(['start', 'stop']) })

export const UploadUrlBody = Type.Object({
  filename: Type.String({
    minLength: 1,
    maxLength: limits.filenameLengthMax,
    pattern: '^[^\\u0000-\\u001f/\\\\]+$',
    errorSentence: `must have 1 to ${limits.filenameLengthMax} characters, without slashes or control characters`,
  }),
  content_type: Type.String({
    maxLength: 255,
    pattern: '^[\\w.+-]+/[\\w.+-]+(\\s*;.*)?$',
    errorSentence: 'must be a media type such as image/png',
  }),
})

export const DownloadUrlBody = Type.Object({ file_id: Type.String({ format: 'uuid' }) })

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
