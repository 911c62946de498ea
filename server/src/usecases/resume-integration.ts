import type { Deps } from '../deps.ts'
import { integrationNotFound } from '../domain/integration-checks.ts'
import { recoverEndpoint } from '../store/endpoints.ts'

/** A person says that the webhook is back: the circuit closes from any state, and what waits is due now. */
export const resumeIntegration = async (
  deps: Pick<Deps, 'db' | 'signals'>,
  integrationId: string,
): Promise<void> => {
  if (!(await recoverEndpoint(deps.db, integrationId, ['closed', 'open', 'paused'])))
    throw integrationNotFound(integrationId)
  deps.signals.committed({
    turnsDue: false,
    lanesDueOf: new Set([integrationId]),
    sessionsWithEvents: new Set(),
  })
}
