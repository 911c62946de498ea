import Type, { type Static } from 'typebox'

/**
 * The agent document (agent spec 2.2): what a person writes, reviews, diffs and publishes. One schema is the form,
 * the static types and the published JSON Schema; `validateDocument` adds what no schema can say and explains every
 * fault. Parts of the spec that do nothing yet are not in it: a key that is accepted is a key that works.
 */
export const documentLimits = {
  intentsMax: 500,
  examplesMax: 2_000,
  exampleLengthMax: 512,
  workflowsMax: 100,
  nodesMax: 500,
  actionsMax: 50,
  textsMax: 20,
  textLengthMax: 4_000,
  optionsMax: 20,
  labelLengthMax: 200,
  urlLengthMax: 2_048,
  variablesMax: 50,
  cardsMax: 6,
  buttonsMax: 3,
  pauseMsMax: 30_000,
} as const

const closed = { additionalProperties: false } as const

const slugPattern = '^[a-z0-9][a-z0-9_-]*$'
const Slug = Type.String({ minLength: 2, maxLength: 64, pattern: slugPattern })
const Id = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$' })
const Label = Type.String({ minLength: 1, maxLength: documentLimits.labelLengthMax })
const Text = Type.String({ minLength: 1, maxLength: documentLimits.textLengthMax })
const Url = Type.String({ minLength: 1, maxLength: documentLimits.urlLengthMax })
const ByteSize = Type.Integer({ minimum: 0 })

const Option = Type.Object({ label: Label, text: Text }, closed)

const CardButton = Type.Object(
  {
    type: Type.Union([
      Type.Literal('postback'),
      Type.Literal('url'),
      Type.Literal('webview'),
      Type.Literal('phone'),
    ]),
    label: Label,
    value: Type.Optional(Text),
    url: Type.Optional(Url),
    trigger_node_id: Type.Optional(Id),
    height: Type.Optional(Label),
  },
  closed,
)

const Card = Type.Object(
  {
    title: Label,
    subtitle: Type.Optional(Text),
    media: Type.Optional(
      Type.Object({ type: Type.Union([Type.Literal('image'), Type.Literal('video')]), url: Url }, closed),
    ),
    default_action: Type.Optional(Type.Object({ type: Label, url: Type.Optional(Url) }, closed)),
    buttons: Type.Array(CardButton, { minItems: 1, maxItems: documentLimits.buttonsMax }),
  },
  closed,
)

/** A path into the context: top-level key first, then dots. */
const variablePattern = '^\\w[\\w-]*(\\.\\w[\\w-]*)*$'
const Scalar = Type.Union([
  Type.String({ maxLength: documentLimits.textLengthMax }),
  Type.Number(),
  Type.Boolean(),
])
const VariableValue = Type.Union([Scalar, Type.Null(), Type.Array(Scalar, { maxItems: 100 })])

/** One schema for each kind of action, by its `type`. */
export const actionSchemas = {
  text: Type.Object(
    {
      type: Type.Literal('text'),
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
  set_variables: Type.Object(
    {
      type: Type.Literal('set_variables'),
      variables: Type.Record(Type.String({ pattern: variablePattern, maxLength: 256 }), VariableValue, {
        minProperties: 1,
        maxProperties: documentLimits.variablesMax,
        additionalProperties: false,
      }),
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

const Action = Type.Union([
  actionSchemas.text,
  actionSchemas.image,
  actionSchemas.video,
  actionSchemas.audio,
  actionSchemas.file,
  actionSchemas.carousel,
  actionSchemas.webview,
  actionSchemas.pause,
  actionSchemas.set_variables,
  actionSchemas.tag,
  actionSchemas.jump,
  actionSchemas.handover,
  actionSchemas.close,
])

const Node = Type.Object(
  {
    node_id: Id,
    name: Label,
    type: Type.Union([Type.Literal('intent'), Type.Literal('event'), Type.Literal('unknown')]),
    /** The node under which this one is heard: it is open while the conversation stands at its parent. */
    parent_id: Type.Optional(Id),
    /** Of a node of type intent. */
    intent: Type.Optional(Slug),
    /** Of a node of type event: what sets it off. Without it the node is reached by a jump or as the start. */
    event: Type.Optional(Type.Union([Type.Literal('attachment')])),
    actions: Type.Array(Action, { maxItems: documentLimits.actionsMax }),
  },
  closed,
)

const Workflow = Type.Object(
  { workflow_id: Id, name: Label, nodes: Type.Array(Node, { maxItems: documentLimits.nodesMax }) },
  closed,
)

const Intent = Type.Object(
  {
    intent: Slug,
    description: Type.Optional(Type.String({ maxLength: 512 })),
    examples: Type.Array(Type.String({ minLength: 1, maxLength: documentLimits.exampleLengthMax }), {
      minItems: 1,
      maxItems: documentLimits.examplesMax,
    }),
  },
  closed,
)

export const AgentDocument = Type.Object(
  {
    agent: Type.Object(
      {
        name: Type.String({ minLength: 1, maxLength: 32, pattern: '^[^\\u0000-\\u001f]+$' }),
        description: Type.Optional(Type.String({ maxLength: 128 })),
        /** A language tag, `en` by default. Decides the built-in sentences. */
        language: Type.Optional(Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', maxLength: 35 })),
        /** From which confidence an intent counts as understood. `auto`: what training found. */
        confidence_threshold: Type.Optional(
          Type.Union([Type.Literal('auto'), Type.Number({ minimum: 0, maximum: 1 })]),
        ),
        /** The node that greets when a session is created. */
        starting_node_id: Type.Optional(Id),
        /** After how many messages in a row that were not understood a person is called. */
        unknown_handover_after: Type.Optional(Type.Integer({ minimum: 1, maximum: 20 })),
      },
      closed,
    ),
    guidelines: Type.Optional(
      Type.Object(
        {
          /** May a person be called? On unless false. */
          support_handover: Type.Optional(Type.Boolean()),
        },
        closed,
      ),
    ),
    intents: Type.Array(Intent, { maxItems: documentLimits.intentsMax }),
    workflows: Type.Array(Workflow, { maxItems: documentLimits.workflowsMax }),
  },
  closed,
)

export type AgentDocument = Static<typeof AgentDocument>
export type DocumentIntent = Static<typeof Intent>
export type DocumentWorkflow = Static<typeof Workflow>
export type DocumentNode = Static<typeof Node>
export type DocumentAction = Static<typeof Action>
export type ActionOf<Kind extends DocumentAction['type']> = Extract<DocumentAction, { type: Kind }>

/** The system's out-of-scope class (spec 2.2): its phrases are what the agent should not answer. */
export const offtopicsIntent = 'offtopics'

/** Actions behind it in the same node never run. */
export const endsNode = (action: DocumentAction): boolean =>
  action.type === 'jump' || action.type === 'handover' || action.type === 'close'
