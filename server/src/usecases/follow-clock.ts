import type { Deps } from '../deps.ts'
import { deliveryLeaseMs } from '../domain/delivery.ts'
import { followClock as follow, recallStrays as recall } from '../store/follow-clock.ts'

/** The database's clock may be set back; what was due is due all the same. */
export const followClock = async (deps: Pick<Deps, 'db' | 'limits' | 'log'>): Promise<void> => {
  const backMs = await follow(deps.db, leasesOf(deps))
  if (backMs > 0)
    deps.log.warn(
      { backMs: Math.round(backMs) },
      'the clock of the database was set back; timers moved along',
    )
}

/** ... and was it set forth and back so fast that nobody saw it. */
export const recallStrays = (deps: Pick<Deps, 'db' | 'limits'>): Promise<void> =>
  recall(deps.db, leasesOf(deps))

const leasesOf = ({ limits }: Pick<Deps, 'limits'>) => ({
  turnLeaseMs: limits.turnLeaseSeconds * 1000,
  deliveryLeaseMs: deliveryLeaseMs(limits),
})
