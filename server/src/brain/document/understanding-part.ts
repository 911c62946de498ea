import Type, { type Static } from 'typebox'
import { closed, documentLimits, Label, Slug } from './words.ts'

export const Intent = Type.Object(
  {
    intent: Slug,
    /** Shown when the agent asks "did you mean"; the node's name without it. */
    description: Type.Optional(Type.String({ maxLength: 512 })),
    examples: Type.Array(Type.String({ minLength: 1, maxLength: documentLimits.exampleLengthMax }), {
      minItems: 1,
      maxItems: documentLimits.examplesMax,
    }),
  },
  closed,
)

/** The system's out-of-scope class (spec 2.2): its phrases are what the agent should not answer. */
export const offtopicsIntent = 'offtopics'

const SynonymEntity = Type.Object(
  {
    entity: Slug,
    type: Type.Literal('synonym'),
    /** Typing errors are forgiven unless false. */
    fuzzy: Type.Optional(Type.Boolean()),
    values: Type.Array(
      Type.Object(
        {
          value: Label,
          synonyms: Type.Optional(Type.Array(Label, { maxItems: documentLimits.synonymsMax })),
        },
        closed,
      ),
      { minItems: 1, maxItems: documentLimits.entityValuesMax },
    ),
  },
  closed,
)

const PatternEntity = Type.Object(
  {
    entity: Slug,
    type: Type.Literal('pattern'),
    /** Regular expressions, run in linear time; the first group is the value, if there is one. */
    patterns: Type.Array(Type.String({ minLength: 1, maxLength: documentLimits.patternLengthMax }), {
      minItems: 1,
      maxItems: documentLimits.patternsMax,
    }),
  },
  closed,
)

export const Entity = Type.Union([SynonymEntity, PatternEntity])

/** Entities that need no definition. */
export const systemEntities = [
  'sys-number',
  'sys-date',
  'sys-time',
  'sys-datetime',
  'sys-email',
  'sys-phone',
  'sys-url',
  'sys-money',
  'sys-duration',
  'sys-percentage',
] as const

export type DocumentIntent = Static<typeof Intent>
export type DocumentEntity = Static<typeof Entity>
