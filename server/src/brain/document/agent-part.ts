import Type, { type Static } from 'typebox'
import { closed, described, documentLimits, Id, LanguageTag, oneOf, optional, Text } from './words.ts'

const Share = Type.Number({ minimum: 0, maximum: 1 })
const AutoOrShare = Type.Union([Type.Literal('auto'), Share])

export const Disambiguation = Type.Object(
  {
    enabled: optional(
      Type.Boolean(),
      'False: what is not sure is not understood, and nobody is asked.',
      true,
    ),
    prompt: optional(
      Text,
      'The question; a template. Without it a built-in sentence in the language of the agent.',
    ),
    options_max: optional(Type.Integer({ minimum: 2, maximum: 5 }), 'How many intents are offered.', 3),
  },
  closed,
)

export const TurnLimits = Type.Object(
  {
    nodes_max: optional(
      Type.Integer({ minimum: 1, maximum: 80 }),
      'Nodes that one turn may walk; more is a circle of jumps, and the turn falls back.',
      80,
    ),
    timeout: optional(
      Type.Integer({ minimum: 1, maximum: 17 }),
      'Seconds until what is asked of models and webhooks is given up.',
      17,
    ),
    model_calls_max: optional(
      Type.Integer({ minimum: 0, maximum: 10 }),
      'Calls of language models in one turn.',
      4,
    ),
    model_tokens_max: optional(
      Type.Integer({ minimum: 100, maximum: 1_000_000 }),
      'Tokens that the models of one turn may read and write together.',
      20_000,
    ),
  },
  closed,
)

export const AgentPart = Type.Object(
  {
    name: described(
      Type.String({
        minLength: 1,
        maxLength: 32,
        pattern: '^[^\\u0000-\\u001f]+$',
        patternErrorMessage: 'use one line of text',
      }),
      'What the agent is called, by its users too.',
    ),
    description: optional(Type.String({ maxLength: 128 }), 'What it is for, in a line.'),
    language: optional(
      LanguageTag,
      'A language tag. Decides the built-in sentences and how dates and numbers are read.',
      'en',
    ),
    inactivity_timeout: optional(
      Type.Integer({ minimum: 10, maximum: 2_592_000 }),
      'Seconds of silence after which the agent forgets where the conversation stood. Variables stay.',
      86_400,
    ),
    confidence_threshold: optional(
      AutoOrShare,
      'From which confidence an intent counts as understood. `auto`: what training found.',
      'auto',
    ),
    knowledge_threshold: optional(
      AutoOrShare,
      'From which score a passage counts as an answer. `auto`: the calibrated one.',
      'auto',
    ),
    disambiguation: optional(
      Disambiguation,
      '"Did you mean ...?" when two intents are near, or the best is not sure.',
    ),
    starting_node_id: optional(
      Id,
      'The node that greets when a session is created. Without it nobody greets.',
    ),
    unknown_handover_after: optional(
      Type.Integer({ minimum: 1, maximum: 20 }),
      'After how many messages in a row that were not understood a person is called.',
      3,
    ),
    turn_limits: optional(TurnLimits, 'How much one turn may cost.'),
  },
  closed,
)

export const Objection = Type.Object(
  {
    message: described(Text, 'What a user says.'),
    response: described(Text, 'What the model is to answer then.'),
  },
  closed,
)

/** How the agent speaks and what it may do; most of it is for the language model. */
export const GuidelinesPart = Type.Object(
  {
    goal: optional(Text, 'What the agent is to achieve. For the model, and not to be told.'),
    overview: optional(Text, 'About the company. For the model, and what it may say.'),
    custom_instructions: optional(Text, 'What else the model must heed. Not to be told.'),
    tone_of_voice: optional(
      Type.Integer({ minimum: -1, maximum: 2 }),
      '-1 formal, 0 neutral, 1 friendly, 2 playful.',
      0,
    ),
    response_size: optional(oneOf(['short', 'medium', 'long']), 'How much a model writes.', 'medium'),
    factuality_sensitivity: optional(
      oneOf(['none', 'low', 'medium', 'high']),
      'How closely what a model writes must be carried by passages and context.',
      'medium',
    ),
    support_handover: optional(Type.Boolean(), 'May a person be called?', true),
    match_user_language: optional(
      Type.Boolean(),
      'The model answers in the language of the message; false: always in that of the agent.',
      true,
    ),
    objections: optional(
      Type.Array(Objection, { maxItems: documentLimits.objectionsMax }),
      'What the model answers to known objections.',
    ),
    forbidden_patterns: optional(
      Type.Array(Type.String({ minLength: 1, maxLength: documentLimits.patternLengthMax }), {
        maxItems: documentLimits.patternsMax,
      }),
      'Regular expressions that no text of a model may match.',
    ),
  },
  closed,
)

export type AgentPart = Static<typeof AgentPart>
export type GuidelinesPart = Static<typeof GuidelinesPart>
