import type { Deps } from '../deps.ts'
import { claimOrVoid } from '../store/claim-or-void.ts'
import { type ClaimedTurn, claimTurns, type TurnClaim } from '../store/turn-lanes.ts'

/** As many of the turns that are due as there is room for, held by one fresh claim until the lease runs out. */
export const claimDueTurns = async (
  deps: Pick<Deps, 'relaxedDb' | 'newClaimId' | 'limits'>,
  room: Pick<TurnClaim, 'turnsMax' | 'ofOneMax' | 'inFlightOf'>,
): Promise<{ readonly turns: readonly ClaimedTurn[]; readonly claimId: string; readonly more: boolean }> => {
  const claimId = deps.newClaimId()
  const leaseSeconds = deps.limits.turnLeaseSeconds
  const inHand = { of: 'turn_lanes', claimId, leaseMs: leaseSeconds * 1000 } as const
  const turns = await claimOrVoid(deps.relaxedDb, inHand, () =>
    claimTurns(deps.relaxedDb, { claimId, leaseSeconds, ...room }),
  )
  const more = turns.length === room.turnsMax || turns.some((turn) => turn.mayHaveMore)
  return { turns, claimId, more }
}
