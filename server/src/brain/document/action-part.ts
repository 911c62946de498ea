import Type, { type Static } from 'typebox'
import {
  closed,
  described,
  documentLimits,
  Id,
  Label,
  oneOf,
  optional,
  Scalar,
  Slug,
  Text,
  Url,
  Variable,
} from './words.ts'

const size = optional(Type.Integer({ minimum: 0 }), 'Bytes, for the user to know.')
const height = optional(Label, 'Of a webview: how much of the screen, as your client reads it.')
const triggerNode = optional(Id, 'Of a webview: the node it leads to, as your client reads it.')
const address = described(Url, 'An http(s) address; a template.')
const name = optional(Label, 'Shown to the user; a template.')

export const Option = Type.Object(
  {
    label: described(Label, 'What the button shows; a template.'),
    text: described(Text, 'What the user says by pressing it; a template.'),
  },
  closed,
)

export const CardButton = Type.Object(
  {
    type: described(oneOf(['postback', 'url', 'webview', 'phone']), 'What pressing it does.'),
    label: described(Label, 'What it shows; a template.'),
    value: optional(Text, 'Of postback what is said, of phone the number; a template.'),
    url: optional(Url, 'Of url and webview; a template.'),
    trigger_node_id: triggerNode,
    height,
  },
  closed,
)

export const Media = Type.Object({ type: oneOf(['image', 'video']), url: address }, closed)

export const Card = Type.Object(
  {
    title: described(Label, 'A template.'),
    subtitle: optional(Text, 'A template.'),
    media: optional(Media, 'Shown above the title.'),
    default_action: optional(
      Type.Object({ type: Label, url: Type.Optional(Url) }, closed),
      'What pressing the card itself does, as your client reads it.',
    ),
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
      texts: described(
        Type.Array(Text, { minItems: 1, maxItems: documentLimits.textsMax }),
        'Templates; one of them is said, by chance.',
      ),
      options: optional(Type.Array(Option, { maxItems: documentLimits.optionsMax }), 'Quick replies.'),
    },
    closed,
  ),
  image: Type.Object({ type: Type.Literal('image'), url: address, name }, closed),
  video: Type.Object({ type: Type.Literal('video'), url: address, name, size }, closed),
  audio: Type.Object({ type: Type.Literal('audio'), url: address, name }, closed),
  file: Type.Object(
    { type: Type.Literal('file'), url: address, name: described(Label, 'A template.'), size },
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
      url: address,
      label: described(Label, 'What the button shows; a template.'),
      name,
      trigger_node_id: triggerNode,
      height,
    },
    closed,
  ),
  pause: Type.Object(
    {
      type: Type.Literal('pause'),
      duration: Type.Integer({
        minimum: 0,
        maximum: documentLimits.pauseMsMax,
        description: 'Milliseconds until the next response is shown.',
      }),
      show_typing: optional(Type.Boolean(), 'Whether your client shows that somebody types.'),
    },
    closed,
  ),
} as const

/** What changes something, or ends the node, and needs nobody outside. */
const quietSchemas = {
  set_variables: Type.Object(
    {
      type: Type.Literal('set_variables'),
      variables: described(
        Type.Record(Variable, VariableValue, {
          minProperties: 1,
          maxProperties: documentLimits.variablesMax,
          additionalProperties: false,
        }),
        'Values by the paths of variables. A text is a template, null deletes.',
      ),
    },
    closed,
  ),
  reset: Type.Object(
    {
      type: Type.Literal('reset'),
      variables: optional(
        Type.Array(Variable, { minItems: 1, maxItems: documentLimits.variablesMax }),
        'What is forgotten; without it all that questions and set_variables of this document fill.',
      ),
    },
    closed,
  ),
  tag: Type.Object(
    { type: Type.Literal('tag'), tag: described(Label, 'Put on the conversation; a template.') },
    closed,
  ),
  jump: Type.Object(
    { type: Type.Literal('jump'), node_id: described(Id, 'The node that goes on, in any workflow.') },
    closed,
  ),
  handover: Type.Object(
    {
      type: Type.Literal('handover'),
      department: optional(Label, 'Which people; a template.'),
      reason: optional(Text, 'For them, in a sentence; a template.'),
    },
    closed,
  ),
  close: Type.Object({ type: Type.Literal('close') }, closed),
} as const

const spoken = [
  spokenSchemas.text,
  spokenSchemas.image,
  spokenSchemas.video,
  spokenSchemas.audio,
  spokenSchemas.file,
  spokenSchemas.carousel,
  spokenSchemas.webview,
  spokenSchemas.pause,
] as const

const plain = [
  ...spoken,
  quietSchemas.set_variables,
  quietSchemas.reset,
  quietSchemas.tag,
  quietSchemas.jump,
  quietSchemas.handover,
  quietSchemas.close,
] as const

const SpokenAction = Type.Union([...spoken])
const PlainAction = Type.Union([...plain])

const fallback = (when: string) =>
  optional(Type.Array(PlainAction, { maxItems: documentLimits.actionsMax }), `Run ${when}.`)

/** What asks somebody outside. Its `fallback` is made of plain actions, so it always ends. */
const askingSchemas = {
  webhook: Type.Object(
    {
      type: Type.Literal('webhook'),
      webhook_id: described(Id, 'A webhook of kind action.'),
      fallback: fallback('when the webhook failed'),
    },
    closed,
  ),
  knowledge: Type.Object(
    {
      type: Type.Literal('knowledge'),
      query: optional(Text, 'What is looked for; a template. The message of the user without it.'),
      collections: optional(
        Type.Array(Slug, { minItems: 1, maxItems: documentLimits.collectionsMax }),
        'Where; all collections without it.',
      ),
      fallback: fallback('when nothing was found; without it the agent has not understood'),
    },
    closed,
  ),
  generate: Type.Object(
    {
      type: Type.Literal('generate'),
      instructions: described(Text, 'What the language model is to write; a template.'),
      fallback: fallback('without a model, or when what it wrote does not hold'),
    },
    closed,
  ),
} as const

export const actionSchemas = { ...spokenSchemas, ...quietSchemas, ...askingSchemas }

export const SpokenActions = Type.Array(SpokenAction, { maxItems: documentLimits.actionsMax })

export const Actions = Type.Array(
  Type.Union([...plain, askingSchemas.webhook, askingSchemas.knowledge, askingSchemas.generate]),
  { maxItems: documentLimits.actionsMax },
)

export type SpokenAction = Static<typeof SpokenAction>
export type PlainAction = Static<typeof PlainAction>
export type DocumentAction = Static<typeof Actions>[number]
export type ActionOf<Kind extends DocumentAction['type']> = Extract<DocumentAction, { type: Kind }>

/** Actions behind it in the same list never run. */
export const endsNode = (action: DocumentAction): boolean =>
  action.type === 'jump' || action.type === 'handover' || action.type === 'close'
