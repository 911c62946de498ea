import type { Deps } from '../deps.ts'
import { markKeysUsed } from '../store/api-keys.ts'
import { dropOldEvents } from '../store/drop-old-events.ts'
import { keepHouse as keep } from '../store/housekeeping.ts'

/** What has to be done now and then; harmless when several processes do it. */
export const keepHouse = async (deps: Pick<Deps, 'db' | 'limits' | 'log'>): Promise<void> => {
  await keep(deps.db)
  const { eventRetentionDays } = deps.limits
  if (eventRetentionDays === null) return
  const partitions = await dropOldEvents(deps.db, eventRetentionDays)
  if (partitions > 0) deps.log.info({ partitions, eventRetentionDays }, 'old events were dropped')
}

/** Writes down which API keys were used since the last time. */
export const noteKeyUse = async (deps: Pick<Deps, 'db' | 'keysInUse'>): Promise<void> => {
  if (deps.keysInUse.size === 0) return
  const keyIds = [...deps.keysInUse]
  deps.keysInUse.clear()
  await markKeysUsed(deps.db, keyIds)
}
