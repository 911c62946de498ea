import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { limits } from './limits.ts'

/**
 * The session's context (wire spec 1.4).
 *
 * 1. Merging: objects merge deeply, arrays and scalars replace, null deletes the key.
 * 2. What is ours is read-only: `sys-*`, `user.user_id`, `user.custom_psid`, `channels`.
 * 3. The limits hold for the merged result, so no series of small patches passes them. What is ours does not count:
 *    a caller who filled the context to the brim can still change it.
 */
export type ContextOutcome =
  | { readonly ok: true; readonly context: JsonObject }
  | { readonly ok: false; readonly problem: string }

/** A caller's patch onto a context. The sentence of a refusal names the key and the cure. */
export const updateContext = (current: JsonObject, patch: JsonObject): ContextOutcome => {
  const problem = patchProblem(patch)
  if (problem !== undefined) return { ok: false, problem }
  return withinLimits(mergeContext(current, patch))
}

/** The agent's own patch: it may not touch what is ours either, but its keys need no caller's sentence. */
export const mergeContext = (current: JsonObject, patch: JsonObject): JsonObject => {
  const merged = new Map<string, Json>(Object.entries(current))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else merged.set(key, mergedValue(merged.get(key), value))
  }
  return Object.fromEntries(merged)
}

const mergedValue = (before: Json | undefined, value: Json): Json => {
  if (!isJsonObject(value)) return value
  return mergeContext(isJsonObject(before) ? before : {}, value)
}

export const withinLimits = (context: JsonObject): ContextOutcome => {
  const counted = withoutReadOnly(context)
  const keys = Object.keys(counted).length
  if (keys > limits.contextKeysMax)
    return refused(`context: ${keys} top-level keys; at most ${limits.contextKeysMax} are kept`)
  const bytes = utf8Bytes(JSON.stringify(counted))
  if (bytes > limits.contextBytesMax)
    return refused(`context: ${bytes} bytes when serialized; at most ${limits.contextBytesMax}`)
  return { ok: true, context }
}

/** A context or a patch without what is ours. A `user` that is no object goes too: it would delete what is ours in it. */
export const withoutReadOnly = (context: JsonObject): JsonObject => {
  const entries = Object.entries(context).flatMap(([key, value]): [string, Json][] => {
    if (isReadOnly(key)) return []
    if (key !== 'user') return [[key, value]]
    const user = isJsonObject(value) ? Object.entries(value).filter(([name]) => !isReadOnlyOfUser(name)) : []
    return user.length === 0 ? [] : [[key, Object.fromEntries(user)]]
  })
  return Object.fromEntries(entries)
}

const isReadOnly = (key: string): boolean => key.startsWith(systemPrefix) || key === 'channels'
const isReadOnlyOfUser = (name: string): boolean => name === 'user_id' || name === 'custom_psid'
const systemPrefix = 'sys-'

const refused = (problem: string): ContextOutcome => ({ ok: false, problem })

const keyPattern = /^\w[\w-]*$/

const patchProblem = (patch: JsonObject): string | undefined => {
  for (const [key, value] of Object.entries(patch)) {
    const problem = keyProblem(key) ?? valueProblem(key, value)
    if (problem !== undefined) return problem
  }
  return undefined
}

const keyProblem = (key: string): string | undefined => {
  if (key.length > limits.contextKeyLengthMax || !keyPattern.test(key))
    return `context.${key.slice(0, limits.contextKeyLengthMax)}: a key has 1 to ${limits.contextKeyLengthMax} characters of ${keyPattern.source}`
  if (key.startsWith(systemPrefix)) return `context.${key}: system variables are read-only; leave it out`
  if (key === 'channels')
    return 'context.channels: set by external_session_id when the session is created; leave it out'
  return undefined
}

const valueProblem = (key: string, value: Json): string | undefined => {
  if (value === null)
    return key === 'user' ? 'context.user: cannot be deleted whole; delete its keys' : undefined
  if (key === 'user' || key === 'global') {
    if (!isJsonObject(value)) return `context.${key}: must be an object`
    const owned = key === 'user' ? Object.keys(value).find(isReadOnlyOfUser) : undefined
    if (owned !== undefined) return `context.user.${owned}: is read-only; leave it out`
  }
  if (key === 'tags' && !(Array.isArray(value) && value.every((tag) => typeof tag === 'string')))
    return 'context.tags: must be an array of strings'
  return undefined
}

const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length

/** What a session's context starts with: the two ids of the request, and our own stable id of the user. */
export const ownContext = (ids: {
  readonly userId: string
  readonly externalSessionId?: string | undefined
  readonly channelUserId?: string | undefined
}): JsonObject => ({
  user: {
    user_id: ids.userId,
    ...(ids.channelUserId === undefined ? {} : { custom_psid: ids.channelUserId }),
  },
  ...(ids.externalSessionId === undefined
    ? {}
    : { channels: { custom: { external_session_id: ids.externalSessionId } } }),
})
