import Type, { type Static } from 'typebox'
import { Actions, SpokenActions } from './action-part.ts'
import { closed, documentLimits, Id, Label, oneOf, Scalar, Slug, Text, Variable } from './words.ts'

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

/** One question to the context. `guideline` asks the language model whether its `value`, a sentence, is true. */
const Rule = Type.Object(
  {
    operator: oneOf(comparisonOperators),
    /** The variable; of all operators but guideline. */
    name: Type.Optional(Variable),
    /** Of all operators but exists and not_exists; a text is a template. */
    value: Type.Optional(Type.Union([Scalar, Type.Array(Scalar, { maxItems: 100 })])),
  },
  closed,
)

/** The first whose rules hold runs its actions; `else` is the last and needs no rules. */
const Condition = Type.Object(
  {
    match: oneOf(['all', 'any', 'else']),
    rules: Type.Optional(Type.Array(Rule, { maxItems: documentLimits.rulesMax })),
    actions: Actions,
  },
  closed,
)

/** What an answer must be; exactly one of the four. Without it every text is an answer. */
const Validation = Type.Object(
  {
    /** An entity of this document, or a system one (`sys-date`). Its value is saved. */
    entity: Type.Optional(Slug),
    /** A regular expression that matches the whole answer; its first group is saved, if it has one. */
    pattern: Type.Optional(Type.String({ minLength: 1, maxLength: documentLimits.patternLengthMax })),
    /** One of these, in upper or lower case; offered as quick replies. */
    enum: Type.Optional(Type.Array(Label, { minItems: 1, maxItems: documentLimits.optionsMax })),
    /** A sentence that the language model judges the answer by. */
    guideline: Type.Optional(Text),
  },
  closed,
)

/** A question that is asked before the node's actions run, unless its variable is filled. */
const Requisite = Type.Object(
  {
    save_as: Variable,
    prompt: SpokenActions,
    validate: Type.Optional(Validation),
    /** Said when an answer is not valid; the prompt again without it. */
    reprompt: Type.Optional(SpokenActions),
    /** Answers that are taken before the question is given up. */
    attempts_max: Type.Optional(Type.Integer({ minimum: 1, maximum: 10 })),
    /** When given up: true (default) is not understood, with all that follows; false goes on without the variable. */
    required: Type.Optional(Type.Boolean()),
  },
  closed,
)

const Node = Type.Object(
  {
    node_id: Id,
    name: Label,
    type: oneOf(['intent', 'event', 'unknown']),
    /** The node under which this one is heard: it is open while the conversation stands at its parent. */
    parent_id: Type.Optional(Id),
    /** Of a node of type intent. */
    intent: Type.Optional(Slug),
    /** Of a node of type event: what sets it off. Without it the node is reached by a jump or as the start. */
    event: Type.Optional(oneOf(['attachment'])),
    requisites: Type.Optional(Type.Array(Requisite, { maxItems: documentLimits.requisitesMax })),
    actions: Type.Optional(Actions),
    /** After the actions: the first that holds runs its own. */
    conditions: Type.Optional(Type.Array(Condition, { maxItems: documentLimits.conditionsMax })),
    /** Let the language model word the node's texts for this user; they stay as they are without one. */
    enhance: Type.Optional(Type.Boolean()),
  },
  closed,
)

export const Workflow = Type.Object(
  { workflow_id: Id, name: Label, nodes: Type.Array(Node, { maxItems: documentLimits.nodesMax }) },
  closed,
)

export type DocumentWorkflow = Static<typeof Workflow>
export type DocumentNode = Static<typeof Node>
export type DocumentRequisite = Static<typeof Requisite>
export type DocumentValidation = Static<typeof Validation>
export type DocumentCondition = Static<typeof Condition>
export type DocumentRule = Static<typeof Rule>
