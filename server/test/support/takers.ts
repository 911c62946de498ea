import { randomUUID } from 'node:crypto'
import type { DirectClaimsDeps } from '../../src/store/direct-claims.ts'

/** A process that works on nothing itself: what its commits make due is claimed by others. */
export const nobodyHere: Omit<DirectClaimsDeps, 'db'> = {
  takers: { turns: null, deliveries: null },
  newClaimId: randomUUID,
  leaseMs: { turns: 60_000, deliveries: 60_000 },
}
