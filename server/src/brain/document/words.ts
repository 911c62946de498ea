import Type, { type TLiteral, type TOptional, type TSchema, type TUnion } from 'typebox'
import type { Json } from '../../domain/json.ts'

/** The words that all parts of the document are written with. */
export const closed = { additionalProperties: false } as const

export const documentLimits = {
  intentsMax: 500,
  examplesMax: 2_000,
  exampleLengthMax: 512,
  entitiesMax: 200,
  entityValuesMax: 5_000,
  synonymsMax: 100,
  patternsMax: 20,
  patternLengthMax: 500,
  workflowsMax: 100,
  nodesMax: 500,
  requisitesMax: 20,
  conditionsMax: 50,
  rulesMax: 20,
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
  webhooksMax: 50,
  headersMax: 20,
  modelsMax: 3,
  mcpServersMax: 10,
  collectionsMax: 50,
  sourcesMax: 200,
  objectionsMax: 100,
  testsMax: 500,
  testTurnsMax: 200,
} as const

/** The same schema, and what it means at this place: editors and docs/guides/agent-document.md show it. */
export const described = <Schema extends TSchema>(
  schema: Schema,
  description: string,
  /** What leaving it out means. */
  fallback?: Json,
): Schema =>
  // TypeBox keeps the kind in properties that a spread would lose.
  Object.create(Object.prototype, {
    ...Object.getOwnPropertyDescriptors(schema),
    description: { value: description, enumerable: true },
    ...(fallback === undefined ? {} : { default: { value: fallback, enumerable: true } }),
  })

export const optional = <Schema extends TSchema>(
  schema: Schema,
  description: string,
  fallback?: Json,
): TOptional<Schema> => Type.Optional(described(schema, description, fallback)) as TOptional<Schema>

/** A text of a form; `cure` says the form in words, where an editor shows it too. */
const formed = (pattern: string, patternErrorMessage: string, minLength: number, maxLength: number) =>
  Type.String({ minLength, maxLength, pattern, patternErrorMessage })

export const Slug = formed(
  '^[a-z0-9][a-z0-9_-]*$',
  'use lower-case letters, digits, _ and -, as in opening_hours',
  2,
  64,
)
export const Id = formed(
  '^[A-Za-z0-9][A-Za-z0-9_.-]*$',
  'use letters, digits, _, . and -, as in order-status',
  1,
  64,
)
export const Label = Type.String({ minLength: 1, maxLength: documentLimits.labelLengthMax })
export const Text = Type.String({ minLength: 1, maxLength: documentLimits.textLengthMax })
export const Url = Type.String({ minLength: 1, maxLength: documentLimits.urlLengthMax })
export const LanguageTag = formed(
  '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$',
  'use a language tag, as en or pt-BR',
  2,
  35,
)

/** A path into the context: top-level key first, then dots. */
export const Variable = formed(
  '^\\w[\\w-]*(\\.\\w[\\w-]*)*$',
  'use the name of a variable without $: letters, digits, _ and -, with dots for what is within, as in order.number',
  1,
  256,
)

/** Where a secret is kept (never the secret): the operator sets DRAGOMAN_SECRET_<name>. */
export const SecretName = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[A-Z][A-Z0-9_]*$',
  patternErrorMessage:
    'name the secret in capitals, as SHOP, and set DRAGOMAN_SECRET_SHOP where the server runs; the secret itself has no place here',
  isNameOfSecret: true,
})

export const Scalar = Type.Union([
  Type.String({ maxLength: documentLimits.textLengthMax }),
  Type.Number(),
  Type.Boolean(),
])

/** One of these words. */
export const oneOf = <const Words extends readonly string[]>(words: Words): TUnion<Literals<Words>> =>
  // `map` forgets which word stands where; the types of the items are the words all the same.
  Type.Union(words.map((word) => Type.Literal(word))) as unknown as TUnion<Literals<Words>>

type Literals<Words extends readonly string[]> = Words extends readonly [
  infer First extends string,
  ...infer Rest extends readonly string[],
]
  ? [TLiteral<First>, ...Literals<Rest>]
  : []
