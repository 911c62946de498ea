import type { Deps } from '../deps.ts'
import { deliveryLeaseMs } from '../domain/delivery.ts'
import { untilProbeMs } from '../domain/endpoint.ts'
import { claimOrVoid } from '../store/claim-or-void.ts'
import {
  type ClaimedDelivery,
  claimDeliveries,
  type EndpointRoom,
  findDueEndpoints,
} from '../store/delivery-lanes.ts'
import { openCircuit, pauseEndpoint, postponeProbe, recoverEndpoint, takeProbe } from '../store/endpoints.ts'

/** What the delivery loop asks of the store: whose lanes wait, claims, and the circuit's moves. */
type WatchDeps = Pick<Deps, 'db' | 'relaxedDb' | 'newClaimId' | 'limits' | 'chance'>

export interface Claim {
  readonly claimId: string
  /** ms of the monotonic clock; no send starts when less than the timeout is left. */
  readonly leaseEndsAt: number
  readonly deliveries: readonly ClaimedDelivery[]
}

export const dueEndpoints = (deps: WatchDeps) => findDueEndpoints(deps.db)

export const claimLanes = async (deps: WatchDeps, endpoints: readonly EndpointRoom[]): Promise<Claim> =>
  await claim(deps, endpoints, false)

/** One lane for a probe, if this process is the one to probe now. */
export const claimProbe = async (deps: WatchDeps, integrationId: string): Promise<Claim | null> => {
  if (!(await takeProbe(deps.db, integrationId, deliveryLeaseMs(deps.limits)))) return null
  const probe = await claim(deps, [{ integrationId, room: 1 }], true)
  if (probe.deliveries.length === 0) await postponeProbe(deps.db, integrationId, 0)
  return probe
}

const claim = async (deps: WatchDeps, endpoints: readonly EndpointRoom[], probe: boolean): Promise<Claim> => {
  const claimId = deps.newClaimId()
  const leaseMs = deliveryLeaseMs(deps.limits)
  const leaseEndsAt = performance.now() + leaseMs
  const deliveries = await claimOrVoid(deps.relaxedDb, { of: 'lanes', claimId, leaseMs }, () =>
    claimDeliveries(deps.relaxedDb, { endpoints, claimId, leaseSeconds: leaseMs / 1000, probe }),
  )
  return { claimId, leaseEndsAt, deliveries }
}

export const openEndpoint = (
  deps: WatchDeps,
  failing: {
    readonly integrationId: string
    readonly webhookUrl: string
    readonly reason: string
    readonly retryAfterMs: number | undefined
  },
): Promise<void> => {
  const { retryAfterMs, ...circuit } = failing
  return openCircuit(deps.db, { ...circuit, probeInMs: untilProbeMs(retryAfterMs, deps.chance()) })
}

export const probeAgainLater = (
  deps: WatchDeps,
  integrationId: string,
  retryAfterMs: number | undefined,
): Promise<void> => postponeProbe(deps.db, integrationId, untilProbeMs(retryAfterMs, deps.chance()))

/** It answers again. */
export const probeSucceeded = async (deps: WatchDeps, integrationId: string): Promise<void> => {
  await recoverEndpoint(deps.db, integrationId, ['open'])
}

/** @returns false when it was another URL that is gone, and the webhook has a new one by now */
export const pauseGoneEndpoint = (
  deps: WatchDeps,
  gone: { readonly integrationId: string; readonly webhookUrl: string },
): Promise<boolean> =>
  pauseEndpoint(deps.db, {
    ...gone,
    reason: 'the webhook answered 410 Gone; resume it when it is back',
  })
