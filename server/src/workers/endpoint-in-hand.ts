import { type Circuit, type EndpointLoad, freshLoad, shareOf } from '../domain/endpoint.ts'
import type { ClaimedDelivery } from '../usecases/deliver.ts'
import type { Claim } from '../usecases/watch-endpoints.ts'

/** What the delivery loop of this process knows of one endpoint, and the lanes that it holds for it. */
export interface EndpointInHand {
  readonly integrationId: string
  load: EndpointLoad
  circuit: Circuit
  probing: boolean
  /** It may have lanes that are due. */
  due: boolean
  /** A claim that may bring lanes of it is under way. */
  claiming: boolean
  /** The last claim got all there was room for: older deliveries may wait in the database. */
  isBehind: boolean
  /** Room kept for what a commit under way will bring. */
  reserved: number
  sending: number
  /** ms of the monotonic clock: when it last answered anything, or began to be asked. */
  heardAt: number
  readonly queue: Held[]
}

export interface Held {
  readonly delivery: ClaimedDelivery
  readonly claim: Pick<Claim, 'claimId' | 'leaseEndsAt'>
  readonly isProbe: boolean
  readonly bodyBytes: number
}

export const endpointInHand = (integrationId: string, inFlightMax: number): EndpointInHand => ({
  integrationId,
  load: freshLoad(inFlightMax),
  circuit: 'closed',
  probing: false,
  due: false,
  claiming: false,
  isBehind: false,
  reserved: 0,
  sending: 0,
  heardAt: 0,
  queue: [],
})

/** Claimed lanes per slot in flight: enough to keep the slots busy while the next claim is under way. */
const claimAheadRatio = 3

/** How many lanes more may be claimed for it, when so many bytes of all bodies in hand are free. */
export const roomOf = (
  { load, sending, queue, reserved }: EndpointInHand,
  bodyBytes: { readonly free: number; readonly max: number },
): number => shareOf(load.cap * claimAheadRatio, bodyBytes) - sending - queue.length - reserved

/**
 * Nothing of it is under way and nothing was learned of it. One that fails or ramps up is remembered between two
 * tries, or its circuit would never open.
 */
export const isIdle = ({ load, sending, queue, reserved, claiming, probing }: EndpointInHand): boolean =>
  sending + queue.length + reserved === 0 &&
  !claiming &&
  !probing &&
  load.failuresInRow === 0 &&
  load.cap === load.capMax

const stuckAfterMs = 1_000

/** It takes nothing: its circuit is not closed, or it holds all the deliveries it may have and answers none. */
export const isStuck = (
  { circuit, sending, load, heardAt }: EndpointInHand,
  now: number = performance.now(),
): boolean => circuit !== 'closed' || (sending >= load.cap && now - heardAt > stuckAfterMs)
