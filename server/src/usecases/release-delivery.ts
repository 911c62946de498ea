import type { Deps } from '../deps.ts'
import type { ClaimedDelivery } from '../store/delivery-lanes.ts'

/** A claimed lane back as it was: nothing was sent, nothing counts. */
export const releaseDelivery = async (
  deps: Pick<Deps, 'completeDelivery'>,
  delivery: ClaimedDelivery,
  claimId: string,
): Promise<void> => {
  await deps.completeDelivery({
    sessionId: delivery.sessionId,
    integrationId: delivery.integrationId,
    sequence: delivery.sequence,
    isReplay: delivery.isReplay,
    claimId,
    next: 'release',
    attempts: delivery.attempts,
    // A probe took it ahead of its time.
    delayMs: Math.max(0, delivery.dueInMs),
  })
}
