import Type, { type Static } from 'typebox'
import { Actions, SpokenActions } from './action-part.ts'
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
  Variable,
} from './words.ts'

export const comparisonOperators = [
  'equal',
  'not_equal',
  'greater',
  'less',
  'greater_or_equal',
  'less_or_equal',
  'contains',
  'not_contains',
  'starts_with',
  'ends_with',
  'in',
  'not_in',
  'matches',
  'exists',
  'not_exists',
  'guideline',
] as const

/** One question to the context. */
export const Rule = Type.Object(
  {
    operator: described(
      oneOf(comparisonOperators),
      'How it is compared. `guideline` asks the language model whether `value`, a sentence, is true of the message.',
    ),
    name: optional(Variable, 'The variable; of all operators but guideline.'),
    value: optional(
      Type.Union([Scalar, Type.Array(Scalar, { maxItems: 100 })]),
      'What it is compared with; of all operators but exists and not_exists. A text is a template.',
    ),
  },
  closed,
)

export const Condition = Type.Object(
  {
    match: described(
      oneOf(['all', 'any', 'else']),
      'Whether all rules or any of them must hold; `else` stands last and holds always.',
    ),
    rules: optional(Type.Array(Rule, { maxItems: documentLimits.rulesMax }), 'Of all and any.'),
    actions: described(Actions, 'Run when this is the first condition that holds.'),
  },
  closed,
)

export const Validation = Type.Object(
  {
    entity: optional(Slug, 'An entity of this document, or a system one (`sys-date`). Its value is saved.'),
    pattern: optional(
      Type.String({ minLength: 1, maxLength: documentLimits.patternLengthMax }),
      'A regular expression that matches the whole answer; its first group is saved, if it has one.',
    ),
    enum: optional(
      Type.Array(Label, { minItems: 1, maxItems: documentLimits.optionsMax }),
      'One of these, also inside a sentence or with a typing error; offered as quick replies.',
    ),
    guideline: optional(
      Text,
      'A sentence that the language model judges the answer by; the answer itself is saved.',
    ),
  },
  closed,
)

export const Requisite = Type.Object(
  {
    save_as: described(Variable, 'The variable that the answer fills. While it is filled nothing is asked.'),
    prompt: described(SpokenActions, 'The question; only actions that say something.'),
    validate: optional(
      Validation,
      'What an answer must be; exactly one of its keys. Without it every text is an answer.',
    ),
    reprompt: optional(SpokenActions, 'Said when an answer does not hold; the prompt again without it.'),
    attempts_max: optional(
      Type.Integer({ minimum: 1, maximum: 10 }),
      'After how many answers that do not hold the question is given up.',
      3,
    ),
    required: optional(
      Type.Boolean(),
      'When given up: true is not understood, with all that follows; false goes on without the variable.',
      true,
    ),
  },
  closed,
)

export const Node = Type.Object(
  {
    node_id: described(Id, 'Its name for jumps, unique in the whole document.'),
    name: described(Label, 'Its name for people.'),
    type: described(
      oneOf(['intent', 'event', 'unknown']),
      'What sets it off: an intent, an event (or a jump), or that nothing was understood.',
    ),
    parent_id: optional(
      Id,
      'A node of the same workflow: this one is heard only while the conversation stands at that one or below it.',
    ),
    intent: optional(Slug, 'Of a node of type intent: which.'),
    event: optional(
      oneOf(['attachment']),
      'Of a node of type event: what sets it off. Without it the node is reached by a jump or as the start.',
    ),
    requisites: optional(
      Type.Array(Requisite, { maxItems: documentLimits.requisitesMax }),
      'Questions that are asked before the actions run.',
    ),
    actions: optional(Actions, 'What it says and does.'),
    conditions: optional(
      Type.Array(Condition, { maxItems: documentLimits.conditionsMax }),
      'After the actions: the first that holds runs its own.',
    ),
    enhance: optional(
      Type.Boolean(),
      'Let the language model word the texts for this user; without a model they stay as they are.',
      false,
    ),
  },
  closed,
)

export const Workflow = Type.Object(
  {
    workflow_id: described(Id, 'Its name, unique in the document.'),
    name: described(Label, 'Its name for people.'),
    nodes: described(Type.Array(Node, { maxItems: documentLimits.nodesMax }), 'Listened to in their order.'),
  },
  closed,
)

export type DocumentNode = Static<typeof Node>
export type DocumentRequisite = Static<typeof Requisite>
export type DocumentCondition = Static<typeof Condition>
export type DocumentRule = Static<typeof Rule>
