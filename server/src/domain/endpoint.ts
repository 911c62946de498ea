/**
 * An endpoint's circuit and its cap on deliveries in flight (wire spec 1.7, "endpoint down").
 *
 *   closed --a lane used up its fast retries with no success in between, or 20 timeouts in a row--> open
 *   open   --a probe succeeds--> closed, and the cap starts again at 1 and doubles with each full round (ramp)
 *   any    --410--> paused --a person resumes it, or changes its URL--> closed
 *
 * While it is open one lane at a time is tried (the probe); all others wait and burn no attempts. Timeouts halve
 * the cap, so a hanging receiver holds few connections; successes raise it by one.
 */
export type Circuit = 'closed' | 'open' | 'paused'

export interface EndpointLoad {
  /** How many deliveries may be in flight at once now, at least 1. */
  readonly cap: number
  readonly capMax: number
  readonly failuresInRow: number
  readonly timeoutsInRow: number
}

export type LoadSignal =
  | { readonly kind: 'success' }
  | {
      readonly kind: 'failure'
      readonly timedOut: boolean
      readonly fastRetriesLeft: boolean
      readonly attempts: number
      /** How long the receiver asked us to wait. */
      readonly retryAfterMs?: number | undefined
    }

const timeoutsToOpen = 20
const probeDelayMs = 30_000
const probeJitterRatio = 0.2

/**
 * Until the next probe; a receiver that says when to come back is not disturbed before.
 *
 * @param chance a number from 0 (included) to 1 (excluded)
 */
export const untilProbeMs = (retryAfterMs: number | undefined, chance: number): number =>
  Math.max(Math.round(probeDelayMs * (1 + probeJitterRatio * (2 * chance - 1))), retryAfterMs ?? 0)

export const freshLoad = (capMax: number): EndpointLoad => ({
  cap: capMax,
  capMax,
  failuresInRow: 0,
  timeoutsInRow: 0,
})

/** After a recovery: slow start. */
export const rampedLoad = (capMax: number): EndpointLoad => ({
  cap: 1,
  capMax,
  failuresInRow: 0,
  timeoutsInRow: 0,
})

export const afterSignal = (load: EndpointLoad, signal: LoadSignal): EndpointLoad => {
  if (signal.kind === 'success')
    return { ...load, cap: Math.min(load.capMax, load.cap + 1), failuresInRow: 0, timeoutsInRow: 0 }
  return {
    ...load,
    cap: signal.timedOut ? Math.max(1, Math.floor(load.cap / 2)) : load.cap,
    failuresInRow: load.failuresInRow + 1,
    timeoutsInRow: signal.timedOut ? load.timeoutsInRow + 1 : 0,
  }
}

/**
 * How much of its cap an endpoint may use when so much is free of what all share: all of it while half is free, then in
 * proportion, at least one. Each that hangs thus takes less than the one before, and a hundred of them leave something
 * for those that answer (with 1,024 slots and a cap of 20, fifty would otherwise hold them all).
 */
export const shareOf = (cap: number, shared: { readonly free: number; readonly max: number }): number =>
  Math.max(1, Math.min(cap, Math.ceil((2 * cap * shared.free) / shared.max)))

/** Should the circuit open after this failure? Only if nothing succeeded since that lane began to fail. */
export const opensCircuit = (load: EndpointLoad, signal: LoadSignal): boolean =>
  signal.kind === 'failure' &&
  (load.timeoutsInRow >= timeoutsToOpen || (!signal.fastRetriesLeft && load.failuresInRow > signal.attempts))
