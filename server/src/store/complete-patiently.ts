import { createBatcher } from './batch.ts'
import type { Db } from './db.ts'
import { type Completed, type Completion, completeDeliveries } from './delivery-lanes.ts'
import { patiently } from './patiently.ts'
import { isStoreUnavailable } from './store-errors.ts'

const completionsMax = 200

/**
 * Records attempts, many to a statement. While the store is away it holds on to them until their leases are over:
 * one that is lost costs its event a second delivery, and the lane the rest of the lease.
 */
export const createCompleter = (options: {
  readonly db: Db
  readonly leaseMs: number
}): ((completion: Completion) => Promise<Completed | null>) => {
  const batcher = createBatcher<Completion, Completed | null>({
    run: async (completions) => {
      const completed = await patiently(options.leaseMs, () => completeDeliveries(options.db, completions))
      const done = new Map(completed.map((one) => [one.sessionId, one]))
      return completions.map((completion) => done.get(completion.sessionId) ?? null)
    },
    itemsMax: completionsMax,
    inFlightMax: 1,
    waitMsMax: Number.POSITIVE_INFINITY,
    keyOf: (completion) => completion.sessionId,
    isFinal: isStoreUnavailable,
  })
  return batcher.add
}
