import { didYouMean } from '../../domain/closest-name.ts'
import type { DocumentFault } from './document-fault.ts'

/*
 * Why a value does not fit a schema, told to the person who wrote it: path, what is wrong, and the cure.
 *
 * The validator's own messages speak of `anyOf` and list every branch that failed. This walk knows that a union of
 * objects is told apart by `type`, so it explains only the branch that was meant. It knows just the keywords that
 * the document's schema uses; a test holds it to the validator: it finds a fault exactly when the validator does.
 */
export interface SchemaView {
  readonly type?: string
  readonly const?: unknown
  readonly anyOf?: readonly SchemaView[]
  readonly properties?: Readonly<Record<string, SchemaView>>
  readonly patternProperties?: Readonly<Record<string, SchemaView>>
  readonly required?: readonly string[] | undefined
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly items?: SchemaView
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string | RegExp
  /** What a text must be that does not fit the pattern. */
  readonly patternErrorMessage?: string
  readonly description?: string
  readonly minimum?: number
  readonly maximum?: number
  /** Marks a schema that takes every value. */
  readonly '~unsafe'?: unknown
}

export const schemaFaults = (schema: SchemaView, value: unknown, path: string): DocumentFault[] => {
  if (schema.anyOf) return unionFaults(schema.anyOf, value, path)
  if (schema.const !== undefined)
    return value === schema.const ? [] : [wrong(path, value, JSON.stringify(schema.const))]
  switch (schema.type) {
    case 'object':
      return isRecord(value) ? objectFaults(schema, value, path) : [wrong(path, value, expected(schema))]
    case 'array':
      return Array.isArray(value)
        ? arrayFaults(schema, value, path)
        : [wrong(path, value, listOf(schema, value))]
    case 'string':
      return typeof value === 'string'
        ? stringFaults(schema, value, path)
        : [wrong(path, value, textOf(value))]
    case 'integer':
      return Number.isInteger(value)
        ? numberFaults(schema, value, path)
        : [wrong(path, value, `a whole number${rangeOf(schema)}`)]
    case 'number':
      return Number.isFinite(value)
        ? numberFaults(schema, value, path)
        : [wrong(path, value, `a number${rangeOf(schema)}`)]
    case 'boolean':
      return typeof value === 'boolean' ? [] : [wrong(path, value, 'true or false')]
    case 'null':
      return value === null ? [] : [wrong(path, value, 'null')]
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

const objectFaults = (schema: SchemaView, value: Record<string, unknown>, path: string): DocumentFault[] => {
  const keys = Object.keys(value)
  const faults = sizeFaults(keys.length, schema.minProperties, schema.maxProperties, 'entries', path)
  for (const key of schema.required ?? [])
    if (!Object.hasOwn(value, key))
      faults.push({
        path: childPath(path, key),
        message: 'is missing',
        cure: `add ${key}: ${expected(schema.properties?.[key])}`,
      })
  for (const key of keys) {
    const known = schemaOfKey(schema, key)
    if (known) faults.push(...schemaFaults(known, value[key], childPath(path, key)))
    else faults.push(unknownKey(schema, key, path))
  }
  return faults
}

const schemaOfKey = (schema: SchemaView, key: string): SchemaView | undefined => {
  if (schema.properties && Object.hasOwn(schema.properties, key)) return schema.properties[key]
  for (const [pattern, keySchema] of Object.entries(schema.patternProperties ?? {}))
    if (new RegExp(pattern, 'u').test(key)) return keySchema
  return undefined
}

const unknownKey = (schema: SchemaView, key: string, path: string): DocumentFault => {
  if (schema.patternProperties)
    return {
      path: childPath(path, key),
      message: 'is no name of a variable',
      cure: 'use letters, digits, _ and -; dots go into objects, as in user.plan',
    }
  const known = Object.keys(schema.properties ?? {})
  return {
    path: childPath(path, key),
    message: 'is an unknown key',
    cure: didYouMean(key, known, `known here: ${known.join(', ')}`),
  }
}

const arrayFaults = (schema: SchemaView, value: readonly unknown[], path: string): DocumentFault[] => {
  const faults = sizeFaults(value.length, schema.minItems, schema.maxItems, 'entries', path)
  const { items } = schema
  if (items)
    value.forEach((item, index) => {
      faults.push(...schemaFaults(items, item, childPath(path, index)))
    })
  return faults
}

const stringFaults = (schema: SchemaView, value: string, path: string): DocumentFault[] => {
  const faults = sizeFaults([...value].length, schema.minLength, schema.maxLength, 'characters', path)
  if (faults.length === 0 && schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value))
    faults.push({
      path,
      message: `"${value.slice(0, shownLengthMax)}" has not the right form`,
      cure: schema.patternErrorMessage ?? `it must match ${schema.pattern}`,
    })
  return faults
}

/** ` from 10 to 300: seconds of silence`: what a number must be, and what it counts. */
const rangeOf = ({ minimum, maximum, description = '' }: SchemaView): string => {
  const range = minimum === undefined || maximum === undefined ? '' : ` from ${minimum} to ${maximum}`
  const [meaning = ''] = description.split('.')
  return meaning === '' ? range : `${range}: ${meaning[0]?.toLowerCase()}${meaning.slice(1)}`
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
        cure: didYouMean(value, names, `use ${expected({ anyOf: branches })}`),
      },
    ]
  }
  const kinds = branches
    .map((branch) => branch.properties?.type?.const)
    .filter((kind) => typeof kind === 'string')
  if (kinds.length === branches.length) return kindFaults(branches, kinds, value, path)
  const sameType = branches.find((branch) => branch.type !== undefined && branch.type === typeOf(value))
  if (sameType && sameType.const === undefined) return schemaFaults(sameType, value, path)
  return [wrong(path, value, expected({ anyOf: branches }))]
}

const kindFaults = (
  branches: readonly SchemaView[],
  kinds: readonly string[],
  value: unknown,
  path: string,
): DocumentFault[] => {
  if (!isRecord(value)) return [wrong(path, value, `{type: ..., ...} with a type of ${kinds.join(', ')}`)]
  const kind = value.type
  const meant = branches[kinds.indexOf(String(kind))]
  if (meant && typeof kind === 'string') return schemaFaults(meant, value, path)
  const at = childPath(path, 'type')
  const choices = `use one of ${kinds.join(', ')}`
  if (kind === undefined) return [{ path: at, message: 'is missing', cure: choices }]
  if (typeof kind !== 'string') return [wrong(at, kind, 'text')]
  return [
    {
      path: at,
      message: `"${kind.slice(0, shownLengthMax)}" is not known`,
      cure: didYouMean(kind, kinds, choices),
    },
  ]
}

const shownLengthMax = 80

const wrong = (path: string, value: unknown, wanted: string): DocumentFault => ({
  path,
  message: `is ${described(value)}`,
  cure: isBareTemplate(value)
    ? 'put a text with {{ in quotes, as "{{$name}}"; YAML takes it for an object otherwise'
    : `use ${wanted}`,
})

const isBareTemplate = (value: unknown): boolean =>
  isRecord(value) && Object.keys(value).some((key) => key.startsWith('{'))

/** One text where a list is wanted is shown as the list that was meant. */
const listOf = ({ items }: SchemaView, value: unknown): string => {
  if (isRecord(value)) return 'a list: write - before each entry'
  const isOfTexts = items !== undefined && schemaFaults(items, value, '').length === 0
  if (!isOfTexts) return items?.anyOf ? 'a list of {type: ..., ...}' : 'a list'
  return `a list, as [${JSON.stringify(typeof value === 'string' ? value.slice(0, shownLengthMax) : value)}]`
}

const expected = (schema: SchemaView | undefined): string => {
  if (!schema) return 'a value'
  if (schema.const !== undefined) return String(schema.const)
  if (schema.anyOf) {
    const isChoice = schema.anyOf.every((branch) => branch.const !== undefined)
    return isChoice
      ? `one of ${schema.anyOf.map(expected).join(', ')}`
      : schema.anyOf.map(expected).join(' or ')
  }
  if (schema.type === 'object' && schema.required && schema.required.length > 0)
    return `{${schema.required.map((key) => `${key}: ...`).join(', ')}}`
  const words: Record<string, string> = {
    array: 'a list',
    object: 'an object',
    string: 'text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
  }
  return words[schema.type ?? ''] ?? schema.type ?? 'a value'
}

/** What YAML took for a number or a claim. */
const textOf = (value: unknown): string => {
  if (value === null) return 'text; nothing stands behind its - or :'
  return typeof value === 'number' || typeof value === 'boolean' ? `text, in quotes: "${value}"` : 'text'
}

const typeOf = (value: unknown): string => {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

const described = (value: unknown): string => {
  if (typeof value === 'string') return `the text "${value.slice(0, shownLengthMax)}"`
  if (Array.isArray(value)) return 'a list'
  return isRecord(value) ? 'an object' : String(value)
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
