import Type, { type Static } from 'typebox'
import { closed, documentLimits, Id, Label, oneOf, Scalar, Slug, Text, Url, Variable } from './words.ts'

const ByteSize = Type.Integer({ minimum: 0 })

const Option = Type.Object({ label: Label, text: Text }, closed)

const CardButton = Type.Object(
  {
    type: oneOf(['postback', 'url', 'webview', 'phone']),
    label: Label,
    value: Type.Optional(Text),
    url: Type.Optional(Url),
    trigger_node_id: Type.Optional(Id),
    height: Type.Optional(Label),
  },
  closed,
)

export const Card = Type.Object(
  {
    title: Label,
    subtitle: Type.Optional(Text),
    media: Type.Optional(Type.Object({ type: oneOf(['image', 'video']), url: Url }, closed)),
    default_action: Type.Optional(Type.Object({ type: Label, url: Type.Optional(Url) }, closed)),
    buttons: Type.Array(CardButton, { minItems: 1, maxItems: documentLimits.buttonsMax }),
  },
  closed,
)

const VariableValue = Type.Union([Scalar, Type.Null(), Type.Array(Scalar, { maxItems: 100 })])

/** What is said to the user as it stands. One schema for each kind, by its `type`. */
const spokenSchemas = {
  text: Type.Object(
    {
      type: Type.Literal('text'),
      /** One of them is said, by the turn's own chance. */
      texts: Type.Array(Text, { minItems: 1, maxItems: documentLimits.textsMax }),
      options: Type.Optional(Type.Array(Option, { maxItems: documentLimits.optionsMax })),
    },
    closed,
  ),
  image: Type.Object({ type: Type.Literal('image'), url: Url, name: Type.Optional(Label) }, closed),
  video: Type.Object(
    { type: Type.Literal('video'), url: Url, name: Type.Optional(Label), size: Type.Optional(ByteSize) },
    closed,
  ),
  audio: Type.Object({ type: Type.Literal('audio'), url: Url, name: Type.Optional(Label) }, closed),
  file: Type.Object(
    { type: Type.Literal('file'), url: Url, name: Label, size: Type.Optional(ByteSize) },
    closed,
  ),
  carousel: Type.Object(
    {
      type: Type.Literal('carousel'),
      cards: Type.Array(Card, { minItems: 1, maxItems: documentLimits.cardsMax }),
    },
    closed,
  ),
  webview: Type.Object(
    {
      type: Type.Literal('webview'),
      url: Url,
      label: Label,
      name: Type.Optional(Label),
      trigger_node_id: Type.Optional(Id),
      height: Type.Optional(Label),
    },
    closed,
  ),
  pause: Type.Object(
    {
      type: Type.Literal('pause'),
      duration: Type.Integer({ minimum: 0, maximum: documentLimits.pauseMsMax, description: 'milliseconds' }),
      show_typing: Type.Optional(Type.Boolean()),
    },
    closed,
  ),
} as const

/** What changes something, or ends the node, and needs nobody outside. */
const quietSchemas = {
  set_variables: Type.Object(
    {
      type: Type.Literal('set_variables'),
      variables: Type.Record(Variable, VariableValue, {
        minProperties: 1,
        maxProperties: documentLimits.variablesMax,
        additionalProperties: false,
      }),
    },
    closed,
  ),
  /** Forgets the named variables; without names all those that this document's questions and actions set. */
  reset: Type.Object(
    {
      type: Type.Literal('reset'),
      variables: Type.Optional(Type.Array(Variable, { minItems: 1, maxItems: documentLimits.variablesMax })),
    },
    closed,
  ),
  tag: Type.Object({ type: Type.Literal('tag'), tag: Label }, closed),
  jump: Type.Object({ type: Type.Literal('jump'), node_id: Id }, closed),
  handover: Type.Object(
    { type: Type.Literal('handover'), department: Type.Optional(Label), reason: Type.Optional(Text) },
    closed,
  ),
  close: Type.Object({ type: Type.Literal('close') }, closed),
} as const

const SpokenAction = Type.Union([
  spokenSchemas.text,
  spokenSchemas.image,
  spokenSchemas.video,
  spokenSchemas.audio,
  spokenSchemas.file,
  spokenSchemas.carousel,
  spokenSchemas.webview,
  spokenSchemas.pause,
])

const PlainAction = Type.Union([
  spokenSchemas.text,
  spokenSchemas.image,
  spokenSchemas.video,
  spokenSchemas.audio,
  spokenSchemas.file,
  spokenSchemas.carousel,
  spokenSchemas.webview,
  spokenSchemas.pause,
  quietSchemas.set_variables,
  quietSchemas.reset,
  quietSchemas.tag,
  quietSchemas.jump,
  quietSchemas.handover,
  quietSchemas.close,
])

/** What asks somebody outside. Its `fallback` is made of plain actions, so it always ends. */
const askingSchemas = {
  webhook: Type.Object(
    {
      type: Type.Literal('webhook'),
      webhook_id: Id,
      /** Instead of the webhook's responses, when it fails. */
      fallback: Type.Optional(Type.Array(PlainAction, { maxItems: documentLimits.actionsMax })),
    },
    closed,
  ),
  knowledge: Type.Object(
    {
      type: Type.Literal('knowledge'),
      /** A template; the user's message without it. */
      query: Type.Optional(Text),
      /** All collections without it. */
      collections: Type.Optional(Type.Array(Slug, { minItems: 1, maxItems: documentLimits.collectionsMax })),
      /** When nothing was found; without it the agent has not understood. */
      fallback: Type.Optional(Type.Array(PlainAction, { maxItems: documentLimits.actionsMax })),
    },
    closed,
  ),
  generate: Type.Object(
    {
      type: Type.Literal('generate'),
      /** What the language model is to write; a template. */
      instructions: Text,
      /** Without a model, or when what it wrote does not hold. */
      fallback: Type.Optional(Type.Array(PlainAction, { maxItems: documentLimits.actionsMax })),
    },
    closed,
  ),
} as const

export const actionSchemas = { ...spokenSchemas, ...quietSchemas, ...askingSchemas }

export const SpokenActions = Type.Array(SpokenAction, { maxItems: documentLimits.actionsMax })

export const Actions = Type.Array(
  Type.Union([
    spokenSchemas.text,
    spokenSchemas.image,
    spokenSchemas.video,
    spokenSchemas.audio,
    spokenSchemas.file,
    spokenSchemas.carousel,
    spokenSchemas.webview,
    spokenSchemas.pause,
    quietSchemas.set_variables,
    quietSchemas.reset,
    quietSchemas.tag,
    quietSchemas.jump,
    quietSchemas.handover,
    quietSchemas.close,
    askingSchemas.webhook,
    askingSchemas.knowledge,
    askingSchemas.generate,
  ]),
  { maxItems: documentLimits.actionsMax },
)

export type SpokenAction = Static<typeof SpokenAction>
export type PlainAction = Static<typeof PlainAction>
export type DocumentAction = Static<typeof Actions>[number]
export type ActionOf<Kind extends DocumentAction['type']> = Extract<DocumentAction, { type: Kind }>

/** Actions behind it in the same list never run. */
export const endsNode = (action: DocumentAction): boolean =>
  action.type === 'jump' || action.type === 'handover' || action.type === 'close'
