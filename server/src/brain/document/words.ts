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

export const Slug = Type.String({ minLength: 2, maxLength: 64, pattern: '^[a-z0-9][a-z0-9_-]*$' })
export const Id = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$' })
export const Label = Type.String({ minLength: 1, maxLength: documentLimits.labelLengthMax })
export const Text = Type.String({ minLength: 1, maxLength: documentLimits.textLengthMax })
export const Url = Type.String({ minLength: 1, maxLength: documentLimits.urlLengthMax })
export const LanguageTag = Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$', maxLength: 35 })

/** A path into the context: top-level key first, then dots. */
export const Variable = Type.String({ pattern: '^\\w[\\w-]*(\\.\\w[\\w-]*)*$', maxLength: 256 })

/** Where a secret is kept (never the secret): the operator sets DRAGOMAN_SECRET_<name>. */
export const SecretName = Type.String({ pattern: '^[A-Z][A-Z0-9_]*$', minLength: 1, maxLength: 64 })

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
