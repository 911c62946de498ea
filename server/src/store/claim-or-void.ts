import type { Queries } from './db.ts'
import { patiently } from './patiently.ts'
import { isStoreUnavailable } from './store-errors.ts'

export interface ClaimInHand {
  readonly of: 'lanes' | 'turn_lanes'
  readonly claimId: string
  readonly leaseMs: number
}

/**
 * Claims. When the connection breaks nobody knows what was claimed, and it would lie until its lease is over; so the
 * claim is made void as soon as the store is back.
 */
export const claimOrVoid = async <Claimed>(
  queries: Queries,
  claim: ClaimInHand,
  work: () => Promise<Claimed>,
): Promise<Claimed> => {
  try {
    return await work()
  } catch (error) {
    if (isStoreUnavailable(error)) voidClaim(queries, claim)
    throw error
  }
}

/** As soon as the store is there; nobody waits for it. */
export const voidClaim = (queries: Queries, claim: ClaimInHand): void => {
  void patiently(claim.leaseMs, () => queries.rows(statements[claim.of], [claim.claimId])).catch(ignore)
}

const voidStatement = (table: ClaimInHand['of'], change: string) => ({
  name: `void-claim-of-${table}`,
  text: `with held as materialized (
      select session_id from ${table} where ready_at is not null and claim_id = $1 order by session_id for update)
    update ${table} l set claim_id = null, ready_at = now()${change}
    from held where l.session_id = held.session_id`,
})

const statements = {
  lanes: voidStatement('lanes', ''),
  // It was not tried.
  turn_lanes: voidStatement('turn_lanes', ', attempts = greatest(0, l.attempts - 1)'),
}

/** The lease ends it then. */
const ignore = (): void => undefined
