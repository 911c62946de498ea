import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts'

/**
 * The patch that turns one context into the other (wire spec 1.4: deep merge, null deletes), undefined when they are
 * alike. Taken once at the end of a turn: patches joined one by one would forget a deletion that a later value covers.
 */
export const contextDifference = (before: JsonObject, after: JsonObject): JsonObject | undefined => {
  const patch = new Map<string, Json>()
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) patch.set(key, null)
  for (const [key, value] of Object.entries(after)) {
    const change = valueDifference(Object.hasOwn(before, key) ? before[key] : undefined, value)
    if (change !== undefined) patch.set(key, change)
  }
  return patch.size === 0 ? undefined : Object.fromEntries(patch)
}

const valueDifference = (before: Json | undefined, after: Json): Json | undefined => {
  if (before === after) return undefined
  if (isJsonObject(before) && isJsonObject(after)) return contextDifference(before, after)
  return before !== undefined && JSON.stringify(before) === JSON.stringify(after) ? undefined : after
}
