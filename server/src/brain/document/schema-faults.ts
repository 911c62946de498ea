import { didYouMean } from '../../domain/closest-name.ts'
import { type DocumentFault, faultsMax } from './document-fault.ts'
import type { SchemaView } from './schema-view.ts'
import { formOf, kindWanted, quoted, shownLengthMax, wanted } from './wanted.ts'

/*
 * Why a value does not fit a schema, told to the person who wrote it: path, what is wrong, and the cure.
 *
 * The validator's own messages speak of `anyOf` and list every branch that failed. This walk knows that a union of
 * objects is told apart by `type`, so it explains only the branch that was meant. It knows just the keywords that
 * the document's schema uses; a test holds it to the validator: it finds a fault exactly when the validator does.
 */
export const schemaFaults = (
  schema: SchemaView,
  value: unknown,
  path: string,
  /** What the value lies in. */
  outer?: SchemaView,
): DocumentFault[] => {
  if (schema.anyOf) return unionFaults(schema.anyOf, value, path)
  if (schema.const !== undefined)
    return value === schema.const ? [] : [notAs(path, value, JSON.stringify(schema.const))]
  switch (schema.type) {
    case 'object':
      return isRecord(value) ? objectFaults(schema, value, path, outer) : [wrong(schema, value, path)]
    case 'array':
      return Array.isArray(value) ? arrayFaults(schema, value, path) : [wrong(schema, value, path)]
    case 'string':
      return typeof value === 'string' ? stringFaults(schema, value, path) : [wrong(schema, value, path)]
    case 'integer':
      return Number.isInteger(value) ? numberFaults(schema, value, path) : [wrong(schema, value, path)]
    case 'number':
      return Number.isFinite(value) ? numberFaults(schema, value, path) : [wrong(schema, value, path)]
    case 'boolean':
      return typeof value === 'boolean' ? [] : [wrong(schema, value, path)]
    case 'null':
      return value === null ? [] : [wrong(schema, value, path)]
    default:
      return []
  }
}

/** `a.b[2]`, as one would write it; a key that is no plain word is quoted. */
export const childPath = (path: string, key: string | number): string => {
  if (typeof key === 'number') return `${path}[${key}]`
  const part = /^\w[\w-]*$/.test(key) ? key : `[${JSON.stringify(key.slice(0, 80))}]`
  return path === '' || part.startsWith('[') ? `${path}${part}` : `${path}.${part}`
}

const objectFaults = (
  schema: SchemaView,
  value: Record<string, unknown>,
  path: string,
  outer: SchemaView | undefined,
): DocumentFault[] => {
  const keys = Object.keys(value)
  const faults = sizeFaults(keys.length, schema.minProperties, schema.maxProperties, 'entries', path)
  for (const key of schema.required ?? [])
    if (!Object.hasOwn(value, key))
      faults.push({
        path: childPath(path, key),
        message: 'is missing',
        cure: `add ${key}: ${formOf(schema.properties?.[key])}`,
      })
  for (const key of keys) {
    if (faults.length >= faultsMax) break
    const known = schemaOfKey(schema, key)
    if (known) faults.push(...schemaFaults(known, value[key], childPath(path, key), schema))
    else faults.push(unknownKey(schema, key, path, outer))
  }
  return faults
}

const schemaOfKey = (schema: SchemaView, key: string): SchemaView | undefined => {
  if (schema.properties && Object.hasOwn(schema.properties, key)) return schema.properties[key]
  for (const [pattern, keySchema] of Object.entries(schema.patternProperties ?? {}))
    if (new RegExp(pattern, 'u').test(key)) return keySchema
  return undefined
}

const unknownKey = (
  schema: SchemaView,
  key: string,
  path: string,
  outer: SchemaView | undefined,
): DocumentFault => {
  if (schema.patternProperties)
    return {
      path: childPath(path, key),
      message: 'is no name of a variable',
      cure: 'use letters, digits, _ and -; dots go into objects, as in user.plan',
    }
  const known = Object.keys(schema.properties ?? {})
  const choices = `known here: ${known.join(', ')}`
  const place = otherDepth(schema, key, outer)
  const cure = place === undefined ? didYouMean(key, known, choices) : `${place}; ${choices}`
  return { path: childPath(path, key), message: 'is an unknown key', cure }
}

/** Where the key would be known: one level deeper, or one less deep. */
const otherDepth = (schema: SchemaView, key: string, outer: SchemaView | undefined): string | undefined => {
  const within = Object.entries(schema.properties ?? {}).find(
    ([, { properties }]) => properties !== undefined && Object.hasOwn(properties, key),
  )
  if (within) return `write it below ${within[0]}:, indented`
  const isOuter = outer?.properties !== undefined && Object.hasOwn(outer.properties, key)
  return isOuter ? 'indent it less: it is known one level above' : undefined
}

const arrayFaults = (schema: SchemaView, value: readonly unknown[], path: string): DocumentFault[] => {
  const faults = sizeFaults(value.length, schema.minItems, schema.maxItems, 'entries', path)
  const { items } = schema
  if (items)
    for (const [index, item] of value.entries()) {
      if (faults.length >= faultsMax) break
      faults.push(...schemaFaults(items, item, childPath(path, index)))
    }
  return faults
}

const stringFaults = (schema: SchemaView, value: string, path: string): DocumentFault[] => {
  const faults = sizeFaults([...value].length, schema.minLength, schema.maxLength, 'characters', path)
  if (faults.length === 0 && schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value))
    faults.push({
      path,
      message: schema.isNameOfSecret
        ? 'is no name of a secret'
        : `"${value.slice(0, shownLengthMax)}" has not the right form`,
      cure: schema.patternErrorMessage ?? `it must match ${schema.pattern}`,
    })
  return faults
}

const numberFaults = (schema: SchemaView, value: unknown, path: string): DocumentFault[] => {
  const { minimum, maximum } = schema
  const number = Number(value)
  if (minimum !== undefined && number < minimum)
    return [{ path, message: `${number} is too small`, cure: `use ${minimum} or more` }]
  if (maximum !== undefined && number > maximum)
    return [{ path, message: `${number} is too large`, cure: `use ${maximum} or less` }]
  return []
}

const counted = (size: number, what: 'characters' | 'entries'): string =>
  size === 1 ? `1 ${what === 'entries' ? 'entry' : 'character'}` : `${size} ${what}`

const sizeFaults = (
  size: number,
  min: number | undefined,
  max: number | undefined,
  what: 'characters' | 'entries',
  path: string,
): DocumentFault[] => {
  if (min !== undefined && size < min)
    return [
      { path, message: size === 0 ? 'is empty' : `has ${counted(size, what)}`, cure: `give at least ${min}` },
    ]
  if (max !== undefined && size > max)
    return [{ path, message: `has ${size} ${what}`, cure: `${max} is the most; shorten or split it` }]
  return []
}

const unionFaults = (branches: readonly SchemaView[], value: unknown, path: string): DocumentFault[] => {
  if (branches.some((branch) => schemaFaults(branch, value, path).length === 0)) return []
  const constants = branches.map((branch) => branch.const).filter((constant) => constant !== undefined)
  if (typeof value === 'string' && constants.length > 0) {
    const names = constants.map(String)
    return [
      {
        path,
        message: `"${value.slice(0, shownLengthMax)}" is not known`,
        cure: meant(value, names, `use ${formOf({ anyOf: branches })}`),
      },
    ]
  }
  const kinds = branches
    .map((branch) => branch.properties?.type?.const)
    .filter((kind) => typeof kind === 'string')
  if (kinds.length === branches.length) return kindFaults(branches, kinds, value, path)
  const sameType = branches.find((branch) => branch.type !== undefined && branch.type === typeOf(value))
  if (sameType && sameType.const === undefined) return schemaFaults(sameType, value, path)
  return [wrong({ anyOf: branches }, value, path)]
}

const kindFaults = (
  branches: readonly SchemaView[],
  kinds: readonly string[],
  value: unknown,
  path: string,
): DocumentFault[] => {
  if (!isRecord(value)) return [notAs(path, value, kindWanted(branches, kinds, value))]
  const kind = value.type
  const meant = branches[kinds.indexOf(String(kind))]
  if (meant && typeof kind === 'string') return schemaFaults(meant, value, path)
  const at = childPath(path, 'type')
  const choices = `use one of ${kinds.join(', ')}`
  if (kind === undefined) return [{ path: at, message: 'is missing', cure: choices }]
  if (typeof kind !== 'string') return [notAs(at, kind, 'text')]
  return [
    {
      path: at,
      message: `"${kind.slice(0, shownLengthMax)}" is not known`,
      cure: didYouMean(kind, kinds, choices),
    },
  ]
}

/** Words of other languages for ours. */
const otherWords: ReadonlyMap<string, string> = new Map([
  ...['=', '==', '===', 'eq', 'is', 'equals'].map((word) => [word, 'equal'] as const),
  ...['!=', '<>', 'ne', 'neq', 'is_not'].map((word) => [word, 'not_equal'] as const),
  ...['>', 'gt'].map((word) => [word, 'greater'] as const),
  ...['<', 'lt'].map((word) => [word, 'less'] as const),
  ...['>=', 'gte', 'ge'].map((word) => [word, 'greater_or_equal'] as const),
  ...['<=', 'lte', 'le'].map((word) => [word, 'less_or_equal'] as const),
  ...['regex', 'pattern'].map((word) => [word, 'matches'] as const),
  ['and', 'all'],
  ['or', 'any'],
  ['default', 'else'],
])

const meant = (written: string, known: readonly string[], otherwise: string): string => {
  const ours = otherWords.get(written.toLowerCase())
  return ours !== undefined && known.includes(ours)
    ? `did you mean ${ours}? ${otherwise}`
    : didYouMean(written, known, otherwise)
}

const wrong = (schema: SchemaView, value: unknown, path: string): DocumentFault =>
  notAs(path, value, wanted(schema, value))

const notAs = (path: string, value: unknown, form: string): DocumentFault => ({
  path,
  message: `is ${described(value)}`,
  cure: isBareTemplate(value)
    ? 'put a text with {{ in quotes, as "{{$name}}"; YAML takes it for an object otherwise'
    : `use ${form}`,
})

const isBareTemplate = (value: unknown): boolean =>
  isRecord(value) && Object.keys(value).some((key) => key.startsWith('{'))

const typeOf = (value: unknown): string => {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

const described = (value: unknown): string => {
  if (typeof value === 'string') return `the text ${quoted(value)}`
  if (Array.isArray(value)) return 'a list'
  return isRecord(value) ? 'an object' : String(value)
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
