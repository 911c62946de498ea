import Type from 'typebox'
import { closed, described, documentLimits, Label, optional, Slug } from './words.ts'

export const Intent = Type.Object(
  {
    intent: described(Slug, "Its name. `offtopics` is the system's: its examples are what is not answered."),
    description: optional(
      Type.String({ maxLength: 512 }),
      'A few words, shown as quick reply when the agent asks what was meant; the first example without it.',
    ),
    examples: described(
      Type.Array(Type.String({ minLength: 1, maxLength: documentLimits.exampleLengthMax }), {
        minItems: 1,
        maxItems: documentLimits.examplesMax,
      }),
      'What users say who want this; 10 and more, each worded differently.',
    ),
  },
  closed,
)

/** The system's out-of-scope class (spec 2.2): its phrases are what the agent should not answer. */
export const offtopicsIntent = 'offtopics'

const EntityName = described(Slug, "Its name; those that begin with `sys-` are the system's.")

export const EntityValue = Type.Object(
  {
    value: described(Label, 'What is saved in the variable.'),
    synonyms: optional(
      Type.Array(Label, { maxItems: documentLimits.synonymsMax }),
      'Other words for it; the value itself is always one.',
    ),
  },
  closed,
)

export const SynonymEntity = Type.Object(
  {
    entity: EntityName,
    type: Type.Literal('synonym'),
    fuzzy: optional(Type.Boolean(), 'Typing errors are forgiven.', true),
    values: described(
      Type.Array(EntityValue, { minItems: 1, maxItems: documentLimits.entityValuesMax }),
      'What it can be.',
    ),
  },
  closed,
)

export const PatternEntity = Type.Object(
  {
    entity: EntityName,
    type: Type.Literal('pattern'),
    patterns: described(
      Type.Array(Type.String({ minLength: 1, maxLength: documentLimits.patternLengthMax }), {
        minItems: 1,
        maxItems: documentLimits.patternsMax,
      }),
      'Regular expressions, run in linear time; the first group is the value, if there is one.',
    ),
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
