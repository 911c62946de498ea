import { namedParts, partOf, type SchemaNode, wholeDocument } from './agent-document-parts.ts'

/**
 * docs/agent-document.schema.json, for editors: the schema that documents are checked by, its parts by name, its
 * choices as `enum`, which editors complete. It fits a whole document and each file of a directory, so nothing is
 * required at the top.
 */
export const agentDocumentSchema = async (): Promise<string> => {
  const { required: _, ...whole } = referring(wholeDocument)
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Agent document of Dragoman',
    ...whole,
    minProperties: 1,
    $defs: Object.fromEntries(namedParts.map(({ name, schema }) => [name, referring(schema)])),
  }
  return `${JSON.stringify(schema, null, 1)}\n`
}

type JsonSchema = Readonly<Record<string, unknown>>

/** The schema itself, with references in place of the named parts within. */
const referring = (schema: SchemaNode): JsonSchema => {
  const { anyOf, items, properties, patternProperties } = schema
  const constants = anyOf?.map((branch) => branch.const)
  if (anyOf && constants?.every((constant) => typeof constant === 'string')) {
    const { anyOf: __, ...rest } = schema
    return { ...rest, type: 'string', enum: constants }
  }
  return {
    ...schema,
    ...(anyOf ? { anyOf: anyOf.map(referred) } : {}),
    ...(items ? { items: referred(items) } : {}),
    ...(properties ? { properties: mapped(properties) } : {}),
    ...(patternProperties ? { patternProperties: mapped(patternProperties) } : {}),
  }
}

const referred = (schema: SchemaNode): JsonSchema => {
  const named = partOf(schema)
  if (!named) return referring(schema)
  const { description, default: fallback } = schema
  return {
    $ref: `#/$defs/${named.name}`,
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
  }
}

const mapped = (schemas: Readonly<Record<string, SchemaNode>>) =>
  Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [key, referred(schema)]))
