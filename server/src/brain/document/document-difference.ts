import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts'
import { childPath } from './schema-faults.ts'

/** One change from a document to another. */
export interface DocumentChange {
  /** Entries by their names, not their places: `intents[plans].examples`. */
  readonly path: string
  readonly change: 'added' | 'removed' | 'changed'
  readonly before?: Json
  readonly after?: Json
}

/**
 * What is otherwise in the second document, as a person would say it: entries are known by their names, so one that
 * moved is no change, and phrases are added and removed, not replaced by their neighbours.
 */
export const documentDifference = (before: Json, after: Json, path = ''): readonly DocumentChange[] => {
  if (isJsonObject(before) && isJsonObject(after)) return objectChanges(before, after, path)
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(before, after, path)
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, change: 'changed', before, after }]
}

const objectChanges = (before: JsonObject, after: JsonObject, path: string): DocumentChange[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    changesAt(before[key], after[key], childPath(path, key)),
  )

const listChanges = (
  before: readonly Json[],
  after: readonly Json[],
  path: string,
): readonly DocumentChange[] => {
  const all = [...before, ...after]
  if (all.every((item) => typeof item === 'string')) return textChanges(before, after, path)
  const [beforeNamed, afterNamed] = [byName(before), byName(after)]
  if (beforeNamed && afterNamed)
    return [...new Set([...beforeNamed.keys(), ...afterNamed.keys()])].flatMap((name) =>
      changesAt(beforeNamed.get(name), afterNamed.get(name), `${path}[${name}]`),
    )
  return Array.from({ length: Math.max(before.length, after.length) }, (_, index) =>
    changesAt(before[index], after[index], childPath(path, index)),
  ).flat()
}

const textChanges = (before: readonly Json[], after: readonly Json[], path: string): DocumentChange[] => [
  ...before.filter((text) => !after.includes(text)).map((text) => removed(path, text)),
  ...after.filter((text) => !before.includes(text)).map((text) => added(path, text)),
]

const changesAt = (
  before: Json | undefined,
  after: Json | undefined,
  path: string,
): readonly DocumentChange[] => {
  if (before === undefined) return after === undefined ? [] : [added(path, after)]
  return after === undefined ? [removed(path, before)] : documentDifference(before, after, path)
}

const added = (path: string, after: Json): DocumentChange => ({ path, change: 'added', after })
const removed = (path: string, before: Json): DocumentChange => ({ path, change: 'removed', before })

/** What names an entry, wherever in the document it stands. */
const nameKeys = [
  'node_id',
  'workflow_id',
  'intent',
  'entity',
  'collection',
  'id',
  'test',
  'save_as',
] as const

/** Undefined unless every entry has a name of its own. */
const byName = (items: readonly Json[]): ReadonlyMap<string, Json> | undefined => {
  const named = new Map<string, Json>()
  for (const item of items) {
    const name = isJsonObject(item)
      ? nameKeys.map((key) => item[key]).find((one) => typeof one === 'string')
      : undefined
    if (typeof name !== 'string' || named.has(name)) return undefined
    named.set(name, item)
  }
  return named
}
