import type { Deps } from '../deps.ts'
import { rampedLoad, shareOf } from '../domain/endpoint.ts'
import { type Completed, type Delivered, deliver } from '../usecases/deliver.ts'
import { releaseDelivery } from '../usecases/release-delivery.ts'
import { claimLanes, claimProbe, dueEndpoints } from '../usecases/watch-endpoints.ts'
import { type EndpointInHand, endpointInHand, type Held, isIdle, roomOf } from './endpoint-in-hand.ts'
import { moveCircuit } from './move-circuit.ts'
import { takeFromCommits } from './take-from-commits.ts'

/**
 * The delivery loop of one process.
 *
 *   commit with room for it here -> claimed by the commit -> the endpoint's queue
 *   wake (commit, notification, retry timer, poll) -> endpoint is due
 *   due endpoints with room -> one claim for all of them -> their queues -> POST, at most `cap` at once each
 *   answer -> the slot is free at once; the record is batched; a recorded lane with more to do makes it due again
 *
 * 1. An endpoint holds at most its cap in flight and `claimAheadRatio` times that in claims, so a hanging one takes
 *    nothing from the others: they meet only in the claim statement, in the total of all sends and in the memory for
 *    bodies. Of both each gets its share (domain/endpoint.ts); who finds no slot is asked again, in turn, when one is
 *    free. The bodies in hand exceed their bound by those of one claim and one of each endpoint at most.
 * 2. No send starts with less lease left than the timeout: such a lane is given back.
 * 3. An open circuit is known by the poll within a second and to the opener at once; while it is open only the
 *    process that took the probe sends, and one lane.
 * 4. A commit gets no room for its events while older ones of the same endpoint may wait.
 */
export const startDeliveries = (deps: DeliveriesDeps) => {
  const endpoints = new Map<string, EndpointInHand>()
  let sending = 0
  let bodyBytes = 0
  /** Endpoints whose queue found no slot, in the order in which they are asked again. */
  const crowdedOut = new Set<EndpointInHand>()
  /** Sends, completions and probes: a stop waits for them, or their events would be sent again. */
  const underWay = new Set<Promise<void>>()
  let pumping = false
  /** The last round of claims: a stop waits for it, or what it claimed would lie until its lease ends. */
  let claims = Promise.resolve()
  let stopped = false

  const endpointOf = (integrationId: string): EndpointInHand => {
    const known = endpoints.get(integrationId)
    if (known) return known
    const fresh = endpointInHand(integrationId, deps.limits.endpointInFlightMax)
    endpoints.set(integrationId, fresh)
    return fresh
  }

  const wake = (integrationIds: Iterable<string>): void => {
    for (const id of integrationIds) endpointOf(id).due = true
    pump()
  }

  const pump = (): void => {
    if (!pumping && !stopped) claims = claimAll()
  }

  /** One claim at a time for all endpoints that are due and have room. */
  const claimAll = async (): Promise<void> => {
    pumping = true
    try {
      for (let wanted = withRoom(); wanted.length > 0 && !stopped; wanted = withRoom()) await claimFor(wanted)
    } catch (error) {
      deps.log.warn({ error: String(error) }, 'deliveries could not be claimed')
    } finally {
      pumping = false
    }
  }

  const withRoom = () => {
    const bytes = bytesInHand()
    const wanted: { endpoint: EndpointInHand; integrationId: string; room: number }[] = []
    let left = lanesPerClaimMax
    for (const endpoint of endpoints.values()) {
      if (left === 0) break
      if (!endpoint.due || endpoint.circuit !== 'closed') continue
      const room = Math.min(left, roomOf(endpoint, bytes))
      if (room <= 0) continue
      left -= room
      wanted.push({ endpoint, integrationId: endpoint.integrationId, room })
    }
    return wanted
  }

  const bytesInHand = () => {
    const max = deps.limits.deliveryBytesInHandMax
    return { free: Math.max(0, max - bodyBytes), max }
  }

  const claimFor = async (wanted: ReturnType<typeof withRoom>): Promise<void> => {
    for (const { endpoint, integrationId } of wanted) {
      endpoint.due = false
      endpoint.claiming = true
      // Behind those that found no place in this claim.
      endpoints.delete(integrationId)
      endpoints.set(integrationId, endpoint)
    }
    const counts = new Map<string, number>()
    try {
      const claim = await claimLanes(deps, wanted)
      for (const delivery of claim.deliveries) {
        counts.set(delivery.integrationId, (counts.get(delivery.integrationId) ?? 0) + 1)
        endpointOf(delivery.integrationId).queue.push(hold(delivery, claim, false))
      }
    } finally {
      for (const { endpoint } of wanted) endpoint.claiming = false
    }
    for (const { endpoint, room } of wanted) {
      endpoint.isBehind = (counts.get(endpoint.integrationId) ?? 0) >= room
      if (endpoint.isBehind) endpoint.due = true
      sendQueued(endpoint)
    }
  }

  const hold = (delivery: Held['delivery'], claim: Held['claim'], isProbe: boolean): Held => {
    const held = { delivery, claim, isProbe, bodyBytes: Buffer.byteLength(delivery.body) }
    bodyBytes += held.bodyBytes
    return held
  }

  const sendQueued = (endpoint: EndpointInHand): void => {
    while (endpoint.sending < endpoint.load.cap && endpoint.queue.length > 0) {
      if (!hasSlotFor(endpoint)) return void crowdedOut.add(endpoint)
      const next = endpoint.queue.shift()
      if (!next) return
      if (endpoint.circuit === 'closed' && mayStart(next.claim)) keepUntilDone(send(endpoint, next))
      else release(next)
    }
  }

  const hasSlotFor = (endpoint: EndpointInHand): boolean => {
    const max = deps.limits.deliveriesInFlightMax
    const free = max - sending
    return free > 0 && endpoint.sending < shareOf(endpoint.load.cap, { free, max })
  }

  const mayStart = (claim: Held['claim']): boolean =>
    !stopped && claim.leaseEndsAt - performance.now() >= deps.limits.webhookTimeoutMs

  const send = async (endpoint: EndpointInHand, held: Held): Promise<void> => {
    if (endpoint.sending === 0) endpoint.heardAt = performance.now()
    endpoint.sending += 1
    sending += 1
    const delivered = await attempt(held)
    if (delivered && !isTimeout(delivered.signal)) endpoint.heardAt = performance.now()
    endpoint.sending -= 1
    sending -= 1
    bodyBytes -= held.bodyBytes
    if (delivered) await learn(endpoint, { ...delivered, isProbe: held.isProbe })
    giveSlotOn(endpoint)
    if (endpoint.due) pump()
  }

  const learn = async (
    endpoint: EndpointInHand,
    delivered: Delivered & { readonly isProbe: boolean },
  ): Promise<void> => {
    await moveCircuit(deps, endpoint, delivered).catch(warn('the circuit could not be moved'))
    if (endpoint.circuit !== 'closed') releaseQueue(endpoint)
  }

  /** To those that wait for one; the endpoint that had it comes last. */
  const giveSlotOn = (from: EndpointInHand): void => {
    crowdedOut.add(from)
    for (const endpoint of [...crowdedOut]) {
      // Who gets none keeps its place.
      if (!hasSlotFor(endpoint)) continue
      crowdedOut.delete(endpoint)
      sendQueued(endpoint)
    }
  }

  const attempt = async ({ delivery, claim, isProbe }: Held): Promise<Delivered | null> => {
    try {
      const delivered = await deliver(deps, delivery, { claimId: claim.claimId, isProbe })
      keepUntilDone(
        delivered.recorded.then(
          (done) => recorded(done, delivered),
          warn('an attempt could not be recorded'),
        ),
      )
      // Read after the lease, an answer or its absence tells of our own standstill, not of the webhook.
      return performance.now() < claim.leaseEndsAt ? delivered : null
    } catch (error) {
      warn('a delivery failed before it was sent')(error)
      // Whatever else is wrong would be wrong again at once: then its lease is the pause.
      if (deps.isUnavailable(error)) giveBack(delivery, claim)
      return null
    }
  }

  /** The lane is free again: is there more to do, now or later? */
  const recorded = (done: Completed | null, { verdict }: Delivered): void => {
    if (!done?.more || stopped) return
    if (verdict.kind !== 'later') wake([done.integrationId])
    else if (verdict.delayMs <= ownTimerMsMax)
      setTimeout(() => wake([done.integrationId]), verdict.delayMs + timerSlackMs).unref()
  }

  const release = ({ delivery, claim, ...held }: Held): void => {
    bodyBytes -= held.bodyBytes
    giveBack(delivery, claim)
  }

  const giveBack = (delivery: Held['delivery'], claim: Held['claim']): void =>
    keepUntilDone(
      releaseDelivery(deps, delivery, claim.claimId).catch(warn('a lane could not be given back')),
    )

  const releaseQueue = (endpoint: EndpointInHand): void => {
    for (const waiting of endpoint.queue.splice(0)) release(waiting)
  }

  const releaseAll = (): void => {
    for (const endpoint of endpoints.values()) releaseQueue(endpoint)
  }

  const keepUntilDone = (work: Promise<void>): void => {
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
  }

  /** The floor under all wake-ups, and where the circuits of other processes become known. */
  const poll = async (): Promise<void> => {
    if (stopped) return
    const shut = [...endpoints.values()].filter(({ circuit }) => circuit !== 'closed')
    const due = await dueEndpoints(deps)
    const dueIds = new Set(due.map((row) => row.integrationId))
    // Nothing of it waits: somebody else found it well again, or the next failure tells.
    for (const endpoint of shut) if (!dueIds.has(endpoint.integrationId)) reopenIdle(endpoint)
    for (const row of due) {
      const endpoint = endpointOf(row.integrationId)
      if (endpoint.circuit !== 'closed' && row.circuit === 'closed')
        endpoint.load = rampedLoad(deps.limits.endpointInFlightMax)
      endpoint.circuit = row.circuit
      endpoint.due = true
      if (row.circuit === 'open' && (row.probeInMs ?? 0) <= 0) keepUntilDone(probe(endpoint))
    }
    forgetIdle(dueIds)
    pump()
  }

  const reopenIdle = (endpoint: EndpointInHand): void => {
    if (endpoint.probing || endpoint.sending > 0) return
    endpoint.circuit = 'closed'
    endpoint.load = rampedLoad(deps.limits.endpointInFlightMax)
  }

  const probe = async (endpoint: EndpointInHand): Promise<void> => {
    if (endpoint.probing || stopped) return
    endpoint.probing = true
    try {
      const claim = await claimProbe(deps, endpoint.integrationId)
      const delivery = claim?.deliveries[0]
      if (!claim || !delivery) return
      const held = hold(delivery, claim, true)
      if (mayStart(claim)) await send(endpoint, held)
      else release(held)
    } catch (error) {
      warn('a probe failed')(error)
    } finally {
      endpoint.probing = false
    }
  }

  /** Nothing waits, nothing is under way, nothing was learned: no need to remember it. */
  const forgetIdle = (dueIds: ReadonlySet<string>): void => {
    if (endpoints.size <= endpointsKept) return
    for (const [id, endpoint] of endpoints) if (isIdle(endpoint) && !dueIds.has(id)) endpoints.delete(id)
  }

  const warn = (what: string) => (error: unknown) => deps.log.warn({ error: describe(error) }, what)

  const fromCommits = takeFromCommits({
    endpointOf,
    hasRoom: (endpoint) => !stopped && roomOf(endpoint, bytesInHand()) > 0,
    freed: (endpoint) => {
      if (endpoint.due) pump()
    },
    queue: (endpoint, delivery, claim) => {
      endpoint.queue.push(hold(delivery, claim, false))
      sendQueued(endpoint)
    },
  })
  deps.takers.deliveries = fromCommits.taker

  const unsubscribe = deps.signals.onWakeUp(({ lanesDueOf }) => wake(lanesDueOf))

  return {
    poll,
    sending: () => sending,
    /** No new sends; claimed lanes go back; resolves when those under way have their answer. */
    stop: async (): Promise<void> => {
      stopped = true
      if (deps.takers.deliveries === fromCommits.taker) deps.takers.deliveries = null
      unsubscribe()
      releaseAll()
      await claims
      await fromCommits.settled()
      releaseAll()
      while (underWay.size > 0) await Promise.allSettled([...underWay])
    },
  }
}

type DeliveriesDeps = Pick<
  Deps,
  | 'db'
  | 'relaxedDb'
  | 'settings'
  | 'postEvent'
  | 'completeDelivery'
  | 'clock'
  | 'chance'
  | 'limits'
  | 'log'
  | 'metrics'
  | 'newClaimId'
  | 'isUnavailable'
  | 'signals'
  | 'takers'
>

/** Later retries are left to the poll. */
const ownTimerMsMax = 5_000
const timerSlackMs = 2
const endpointsKept = 1_000
/** Bounds what one claim can bring, whatever the size of the bodies. */
const lanesPerClaimMax = 128

const isTimeout = (signal: Delivered['signal']): boolean => signal.kind === 'failure' && signal.timedOut

const describe = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined
    ? `${error.message}: ${String(error.cause)}`
    : String(error)
