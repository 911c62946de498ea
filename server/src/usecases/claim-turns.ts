import type { Deps } from '../deps.ts'
import { type ClaimedTurn, claimTurns } from '../store/turn-lanes.ts'

/** Up to `turnsMax` turns that are due, held by one fresh claim until the lease runs out. */
export const claimDueTurns = async (
  deps: Pick<Deps, 'relaxedDb' | 'newClaimId' | 'limits'>,
  turnsMax: number,
): Promise<{ readonly turns: readonly ClaimedTurn[]; readonly claimId: string }> => {
  const claimId = deps.newClaimId()
  const turns = await claimTurns(deps.relaxedDb, {
    claimId,
    turnsMax,
    leaseSeconds: deps.limits.turnLeaseSeconds,
  })
  return { turns, claimId }
}
