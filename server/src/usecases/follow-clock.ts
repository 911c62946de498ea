import type { Deps } from '../deps.ts'
import { deliveryLeaseMs } from '../domain/delivery.ts'
import { followClock as follow } from '../store/follow-clock.ts'

/** The database's clock may be set back; what was due is due all the same. */
export const followClock = async (deps: Pick<Deps, 'db' | 'limits' | 'log'>): Promise<void> => {
  const backMs = await follow(deps.db, {
    turnLeaseMs: deps.limits.turnLeaseSeconds * 1000,
    deliveryLeaseMs: deliveryLeaseMs(deps.limits),
  })
  if (backMs > 0)
    deps.log.warn(
      { backMs: Math.round(backMs) },
      'the clock of the database was set back; timers moved along',
    )
}
