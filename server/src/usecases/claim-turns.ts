import type { Deps } from '../deps.ts'
import { claimOrVoid } from '../store/claim-or-void.ts'
import { type ClaimedTurn, claimTurns, type TurnClaim } from '../store/turn-lanes.ts'

/** As many of the turns that are due as there is room for, held by one fresh claim until the lease runs out. */
export const claimDueTurns = async (
  deps: Pick<Deps, 'relaxedDb' | 'newClaimId' | 'limits'>,
  room: Pick<TurnClaim, 'turnsMax' | 'ofOneMax' | 'inFlightOf'>,
): Promise<DueTurns> => {
  const claimId = deps.newClaimId()
  const leaseSeconds = deps.limits.turnLeaseSeconds
  const inHand = { of: 'turn_lanes', claimId, leaseMs: leaseSeconds * 1000 } as const
  const turns = await claimOrVoid(deps.relaxedDb, inHand, () =>
    claimTurns(deps.relaxedDb, { claimId, leaseSeconds, ...room }),
  )
  return {
    turns,
    claimId,
    isFull: turns.length === room.turnsMax,
    behind: new Set(turns.filter((turn) => turn.mayHaveMore).map((turn) => turn.integrationId)),
  }
}

export interface DueTurns {
  readonly turns: readonly ClaimedTurn[]
  readonly claimId: string
  /** There was no room for more: anybody may have some left. */
  readonly isFull: boolean
  /** Integrations that may have more of them. */
  readonly behind: ReadonlySet<string>
}
