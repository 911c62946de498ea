import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts'
import type { Trace } from './turn-types.ts'

/** The variables that differ, by their paths; undefined when none does. */
export const variableChanges = (before: JsonObject, after: JsonObject): Trace['variables'] | undefined => {
  const changes = [...differences(before, after, '')]
  return changes.length === 0 ? undefined : Object.fromEntries(changes)
}

type Change = readonly [path: string, values: { readonly before: Json; readonly after: Json }]

function* differences(before: JsonObject, after: JsonObject, path: string): Generator<Change> {
  if (before === after) return
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const one = Object.hasOwn(before, key) ? before[key] : undefined
    const other = Object.hasOwn(after, key) ? after[key] : undefined
    const at = path === '' ? key : `${path}.${key}`
    if (isJsonObject(one) && isJsonObject(other)) yield* differences(one, other, at)
    else if (JSON.stringify(one) !== JSON.stringify(other))
      yield [at, { before: one ?? null, after: other ?? null }]
  }
}
