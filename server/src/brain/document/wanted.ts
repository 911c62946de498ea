import type { SchemaView } from './schema-view.ts'

/** What a schema wants, for the person who wrote something else: where it can be, as what they probably meant. */
export const wanted = (schema: SchemaView, value: unknown): string => {
  switch (schema.type) {
    case 'array':
      return listWanted(schema, value)
    case 'string':
      return textWanted(value)
    case 'integer':
      return `a whole number${rangeOf(schema)}`
    case 'number':
      return `a number${rangeOf(schema)}`
    default:
      return formOf(schema)
  }
}

/** What is wanted of one who wrote nothing. */
export const formOf = (schema: SchemaView | undefined): string => {
  if (!schema) return 'a value'
  if (schema.const !== undefined) return String(schema.const)
  if (schema.anyOf) {
    const isChoice = schema.anyOf.every((branch) => branch.const !== undefined)
    return isChoice ? `one of ${schema.anyOf.map(formOf).join(', ')}` : schema.anyOf.map(formOf).join(' or ')
  }
  if (schema.type === 'object') return objectForm(schema)
  if (schema.type === 'array') return listForm(schema.items)
  const words: Record<string, string> = {
    string: 'text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
  }
  return words[schema.type ?? ''] ?? schema.type ?? 'a value'
}

/** A text where an object with a `type` is wanted is mostly meant to be said, or is the type alone. */
export const kindWanted = (
  branches: readonly SchemaView[],
  kinds: readonly string[],
  value: unknown,
): string => {
  const isKind = typeof value === 'string' && kinds.includes(value)
  if (isKind) return `{type: ${value}}, with what else belongs to it`
  const said = saidText(branches, value)
  return said === undefined
    ? `{type: ..., ...} with a type of ${kinds.join(', ')}`
    : `${said} to say it; types are ${kinds.join(', ')}`
}

export const quoted = (text: string): string => JSON.stringify(text.slice(0, shownLengthMax))

export const shownLengthMax = 80

const objectForm = ({ required = [], properties = {}, patternProperties }: SchemaView): string => {
  if (required.length > 0) return `{${required.map((key) => `${key}: ...`).join(', ')}}`
  if (patternProperties) return 'names with their values, as {name: ...}'
  const keys = Object.keys(properties)
  return keys.length > keysShownMax
    ? `{KEY: ...} with a KEY of ${keys.join(', ')}`
    : keys.map((key) => `{${key}: ...}`).join(' or ')
}

const keysShownMax = 5

const listForm = (items: SchemaView | undefined): string => {
  if (items?.type === 'string') return 'a list of texts'
  if (items && isKinds(items)) return 'a list of {type: ..., ...}'
  return items?.required && items.required.length > 0 ? `a list of ${objectForm(items)}` : 'a list'
}

/** One entry where a list is wanted is shown as the list that was meant. */
const listWanted = ({ items }: SchemaView, value: unknown): string => {
  if (typeof value === 'object' && value !== null) return 'a list: write - before each entry'
  if (items?.type === 'string' && typeof value === 'string')
    return `a list, as [${value.trim().split('\n').slice(0, linesShownMax).map(quoted).join(', ')}]`
  if (items?.type === typeof value) return `a list, as [${JSON.stringify(value)}]`
  const said = saidText(items?.anyOf ?? [], value)
  return said === undefined ? listForm(items) : `a list, as [${said}]`
}

const linesShownMax = 3

const saidText = (branches: readonly SchemaView[], value: unknown): string | undefined =>
  typeof value === 'string' && branches.some(({ properties }) => properties?.type?.const === 'text')
    ? `{type: text, texts: [${quoted(value)}]}`
    : undefined

const isKinds = ({ anyOf = [] }: SchemaView): boolean =>
  anyOf.length > 0 && anyOf.every(({ properties }) => properties?.type?.const !== undefined)

/** What YAML took for a number, a claim or an object. */
const textWanted = (value: unknown): string => {
  if (value === null) return 'text; nothing stands behind its - or :'
  if (typeof value === 'number' || typeof value === 'boolean') return `text, in quotes: "${value}"`
  if (typeof value !== 'object') return 'text'
  const [[key, rest] = [], another] = Object.entries(value)
  const isParted =
    key !== undefined && another === undefined && !Array.isArray(value) && typeof rest !== 'object'
  return isParted ? `text; with a colon in it, in quotes: ${quoted(`${key}: ${rest}`)}` : 'text'
}

/** ` from 10 to 300: seconds of silence`: what a number must be, and what it counts. */
const rangeOf = ({ minimum, maximum, description = '' }: SchemaView): string => {
  const range = minimum === undefined || maximum === undefined ? '' : ` from ${minimum} to ${maximum}`
  const [meaning = ''] = description.split('.')
  return meaning === '' ? range : `${range}: ${meaning[0]?.toLowerCase()}${meaning.slice(1)}`
}
