import { randomUUID } from 'node:crypto'
import type { ChangeSessionsDeps } from '../../src/store/change-sessions.ts'
import type { DirectClaimsDeps } from '../../src/store/direct-claims.ts'
import { createSessionMemory } from '../../src/store/session-memory.ts'

/** A process that works on nothing itself: what its commits make due is claimed by others. */
export const nobodyHere: Omit<DirectClaimsDeps, 'db'> & Pick<ChangeSessionsDeps, 'memory'> = {
  takers: { turns: null, deliveries: null },
  newClaimId: randomUUID,
  leaseMs: { turns: 60_000, deliveries: 60_000 },
  /** Of each its own. It believes to be alone where several share a database, too: that must do no harm. */
  get memory() {
    return createSessionMemory(() => true)
  },
}
