import type { Deps } from '../deps.ts'
import { integrationNotFound } from '../domain/integration-checks.ts'
import { pullLanesForward } from '../store/delivery-lanes.ts'
import { closeCircuit } from '../store/endpoints.ts'

/** A person says that the webhook is back: the circuit closes from any state, and what waits is due now. */
export const resumeIntegration = async (
  deps: Pick<Deps, 'db' | 'signals'>,
  integrationId: string,
): Promise<void> => {
  if (!(await closeCircuit(deps.db, integrationId, ['closed', 'open', 'paused'])))
    throw integrationNotFound(integrationId)
  await pullLanesForward(deps.db, integrationId)
  deps.signals.committed({
    turnsDue: false,
    lanesDueOf: new Set([integrationId]),
    sessionsWithEvents: new Set(),
  })
}
