import Type, { type Static } from 'typebox'
import { closed, documentLimits, Id, LanguageTag, oneOf, Text } from './words.ts'

const share = Type.Number({ minimum: 0, maximum: 1 })

export const AgentPart = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 32, pattern: '^[^\\u0000-\\u001f]+$' }),
    description: Type.Optional(Type.String({ maxLength: 128 })),
    /** A language tag, `en` by default. Decides the built-in sentences and how dates and numbers are read. */
    language: Type.Optional(LanguageTag),
    /** Seconds of silence after which the agent forgets where the conversation stood. Variables stay. */
    inactivity_timeout: Type.Optional(Type.Integer({ minimum: 10, maximum: 2_592_000 })),
    /** From which confidence an intent counts as understood. `auto`: what training found. */
    confidence_threshold: Type.Optional(Type.Union([Type.Literal('auto'), share])),
    /** From which score a passage counts as an answer. `auto`: the calibrated one. */
    knowledge_threshold: Type.Optional(Type.Union([Type.Literal('auto'), share])),
    /** "Did you mean ...?" when two intents are near, or the best is not sure. */
    disambiguation: Type.Optional(
      Type.Object(
        {
          enabled: Type.Optional(Type.Boolean()),
          prompt: Type.Optional(Text),
          options_max: Type.Optional(Type.Integer({ minimum: 2, maximum: 5 })),
        },
        closed,
      ),
    ),
    /** The node that greets when a session is created. */
    starting_node_id: Type.Optional(Id),
    /** After how many messages in a row that were not understood a person is called. */
    unknown_handover_after: Type.Optional(Type.Integer({ minimum: 1, maximum: 20 })),
    turn_limits: Type.Optional(
      Type.Object(
        {
          nodes_max: Type.Optional(Type.Integer({ minimum: 1, maximum: 80 })),
          /** Seconds until what is asked of models and webhooks is given up. */
          timeout: Type.Optional(Type.Integer({ minimum: 1, maximum: 17 })),
          model_calls_max: Type.Optional(Type.Integer({ minimum: 0, maximum: 10 })),
          /** Tokens that the models of one turn may read and write together. */
          model_tokens_max: Type.Optional(Type.Integer({ minimum: 100, maximum: 1_000_000 })),
        },
        closed,
      ),
    ),
  },
  closed,
)

/** How the agent speaks and what it may do; most of it is for the language model. */
export const GuidelinesPart = Type.Object(
  {
    goal: Type.Optional(Text),
    overview: Type.Optional(Text),
    custom_instructions: Type.Optional(Text),
    /** -1 formal, 0 neutral, 1 friendly, 2 playful. */
    tone_of_voice: Type.Optional(Type.Integer({ minimum: -1, maximum: 2 })),
    response_size: Type.Optional(oneOf(['short', 'medium', 'long'])),
    /** How closely every sentence of a model must be carried by the passages. */
    factuality_sensitivity: Type.Optional(oneOf(['none', 'low', 'medium', 'high'])),
    /** May a person be called? On unless false. */
    support_handover: Type.Optional(Type.Boolean()),
    match_user_language: Type.Optional(Type.Boolean()),
    objections: Type.Optional(
      Type.Array(Type.Object({ message: Text, response: Text }, closed), {
        maxItems: documentLimits.objectionsMax,
      }),
    ),
    /** Regular expressions that no text of a model may match. */
    forbidden_patterns: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: documentLimits.patternLengthMax }), {
        maxItems: documentLimits.patternsMax,
      }),
    ),
  },
  closed,
)

export type AgentPart = Static<typeof AgentPart>
export type GuidelinesPart = Static<typeof GuidelinesPart>
