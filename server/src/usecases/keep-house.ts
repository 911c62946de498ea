import type { Deps } from '../deps.ts'
import { markKeysUsed } from '../store/api-keys.ts'
import { keepHouse as keep } from '../store/housekeeping.ts'

/** What has to be done now and then; harmless when several processes do it. */
export const keepHouse = (deps: Pick<Deps, 'db'>): Promise<void> => keep(deps.db)

/** Writes down which API keys were used since the last time. */
export const noteKeyUse = async (deps: Pick<Deps, 'db' | 'keysInUse'>): Promise<void> => {
  if (deps.keysInUse.size === 0) return
  const keyIds = [...deps.keysInUse]
  deps.keysInUse.clear()
  await markKeysUsed(deps.db, keyIds)
}
