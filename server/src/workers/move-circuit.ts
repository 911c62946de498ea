import type { Deps } from '../deps.ts'
import { afterSignal, opensCircuit, rampedLoad } from '../domain/endpoint.ts'
import type { Delivered } from '../usecases/deliver.ts'
import {
  openEndpoint,
  pauseGoneEndpoint,
  probeAgainLater,
  probeSucceeded,
} from '../usecases/watch-endpoints.ts'
import type { EndpointInHand } from './endpoint-in-hand.ts'

/**
 * What an endpoint's circuit and cap learn from one answer, here at once and then in the row that all processes share.
 * When it closes, the endpoint is due: others waited for it.
 */
export const moveCircuit = async (
  deps: Pick<Deps, 'db' | 'relaxedDb' | 'newClaimId' | 'limits' | 'chance' | 'log'>,
  endpoint: EndpointInHand,
  { signal, verdict, webhookUrl, isProbe }: Delivered & { readonly isProbe: boolean },
): Promise<void> => {
  const { integrationId } = endpoint
  endpoint.load = afterSignal(endpoint.load, signal)
  if (verdict.kind === 'dead' && verdict.pausesEndpoint) {
    endpoint.circuit = 'paused'
    if (await pauseGoneEndpoint(deps, { integrationId, webhookUrl })) return
    endpoint.circuit = 'closed'
    endpoint.due = true
  } else if (isProbe && signal.kind === 'failure') {
    await probeAgainLater(deps, integrationId, signal.retryAfterMs)
  } else if (isProbe) {
    await probeSucceeded(deps, integrationId)
    endpoint.circuit = 'closed'
    endpoint.load = rampedLoad(deps.limits.endpointInFlightMax)
    endpoint.due = true
  } else if (
    endpoint.circuit === 'closed' &&
    signal.kind === 'failure' &&
    opensCircuit(endpoint.load, signal)
  ) {
    endpoint.circuit = 'open'
    const { failuresInRow } = endpoint.load
    deps.log.warn({ integrationId, failuresInRow }, 'circuit opened')
    const reason = `${failuresInRow} failures in a row`
    // Of a URL that it had before: then the next poll finds the circuit closed.
    await openEndpoint(deps, { integrationId, webhookUrl, reason, retryAfterMs: signal.retryAfterMs })
  }
}
