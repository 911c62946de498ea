/**
 * A cache that is right within `freshMs`, and at once on the process that changes something.
 *
 * 1. An entry older than freshMs is read again before it is used; many askers share one read.
 * 2. `forget` makes a read that is under way worthless: its answer may be older than the change.
 * 3. What does not exist is not cached, so a flood of made-up keys cannot fill it.
 */
export interface FreshCache<Value> {
  of(key: string): Promise<Value | undefined>
  ofAll(keys: readonly string[]): Promise<ReadonlyMap<string, Value>>
  forget(key?: string): void
}

export const createFreshCache = <Value>(options: {
  readonly load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>
  readonly freshMs: number
  readonly entriesMax: number
}): FreshCache<Value> => {
  const entries = new Map<string, { readonly value: Value; readonly readAt: number }>()
  const underWay = new Map<string, Promise<Value | undefined>>()
  let generation = 0

  const fresh = (key: string): Value | undefined => {
    const entry = entries.get(key)
    return entry && performance.now() - entry.readAt < options.freshMs ? entry.value : undefined
  }

  const load = (keys: readonly string[]): void => {
    const startedIn = generation
    const readAt = performance.now()
    const loading = options.load(keys).then((loaded) => {
      if (startedIn === generation) keep(keys, loaded, readAt)
      return loaded
    })
    for (const key of keys) {
      const one = loading
        .then((loaded) => loaded.get(key))
        .finally(() => {
          if (underWay.get(key) === one) underWay.delete(key)
        })
      // Every asker sees the failure; this only keeps it from being called unhandled when nobody asks any more.
      one.catch(() => undefined)
      underWay.set(key, one)
    }
  }

  const keep = (keys: readonly string[], loaded: ReadonlyMap<string, Value>, readAt: number): void => {
    for (const key of keys) {
      const value = loaded.get(key)
      entries.delete(key)
      if (value !== undefined) entries.set(key, { value, readAt })
    }
    while (entries.size > options.entriesMax) {
      const oldest = entries.keys().next().value
      if (oldest === undefined) break
      entries.delete(oldest)
    }
  }

  const ofAll = async (keys: readonly string[]): Promise<ReadonlyMap<string, Value>> => {
    const found = new Map<string, Value>()
    const missing: string[] = []
    for (const key of new Set(keys)) {
      const value = fresh(key)
      if (value !== undefined) found.set(key, value)
      else missing.push(key)
    }
    if (missing.length === 0) return found
    const toLoad = missing.filter((key) => !underWay.has(key))
    if (toLoad.length > 0) load(toLoad)
    // Taken hold of before the first wait: a forget meanwhile clears the list, not what we asked for.
    const asked = missing.map((key) => ({ key, value: underWay.get(key) }))
    for (const { key, value } of asked) {
      const loaded = await value
      if (loaded !== undefined) found.set(key, loaded)
    }
    return found
  }

  return {
    ofAll,
    of: async (key) => fresh(key) ?? (await ofAll([key])).get(key),
    forget: (key) => {
      generation += 1
      underWay.clear()
      if (key === undefined) entries.clear()
      else entries.delete(key)
    },
  }
}
