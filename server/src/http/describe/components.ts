import { isDeepStrictEqual } from 'node:util'

/**
 * Schemas are written where they are used, and named by their `title`. In a document each named one stands once, below
 * `components/schemas`, and is referred to. What is only for our own validation is left out.
 */
export type Tree = { [key: string]: unknown }

export const withNamedSchemas = (document: Tree): Tree => {
  const schemas: Tree = {}
  const { components, ...rest } = document
  const hoisted = hoist(rest, schemas)
  const others = hoist(components ?? {}, schemas)
  return { ...asTree(hoisted), components: { ...asTree(others), schemas: sortedByName(schemas) } }
}

const ownKeywords = ['errorSentence']
/** Examples and constants are data: a `title` in them names nothing. */
const dataKeywords = ['example', 'examples', 'value', 'default', 'const', 'enum']

const hoist = (node: unknown, schemas: Tree): unknown => {
  if (Array.isArray(node)) return node.map((item) => hoist(item, schemas))
  if (typeof node !== 'object' || node === null) return node
  const copy: Tree = {}
  for (const [key, value] of Object.entries(node)) {
    if (ownKeywords.includes(key)) continue
    copy[key] = dataKeywords.includes(key) ? value : hoist(value, schemas)
  }
  const plain = withPlainMap(copy)
  return isNamedSchema(plain) ? refer(plain, schemas) : plain
}

/** "Every key" has two spellings; generators of clients understand this one. */
const withPlainMap = (schema: Tree): Tree => {
  const { patternProperties, ...rest } = schema
  const patterns = Object.entries(asTree(patternProperties))
  const [pattern, value] = patterns[0] ?? []
  return patterns.length === 1 && pattern === '^.*$' ? { ...rest, additionalProperties: value } : schema
}

const isNamedSchema = (node: Tree): node is Tree & { title: string } =>
  typeof node['title'] === 'string' && ['type', 'anyOf'].some((key) => key in node)

const refer = (schema: Tree & { title: string }, schemas: Tree): Tree => {
  const name = schema.title
  const known = schemas[name]
  if (known !== undefined && !isDeepStrictEqual(known, schema))
    throw new Error(`two different schemas have the title ${name}`)
  schemas[name] = schema
  return { $ref: `#/components/schemas/${name}` }
}

export const asTree = (value: unknown): Tree =>
  typeof value === 'object' && value !== null ? (value as Tree) : {}

const sortedByName = (tree: Tree): Tree =>
  Object.fromEntries(Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1)))
