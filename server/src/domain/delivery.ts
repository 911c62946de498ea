/**
 * What becomes of an event after one attempt to deliver it (wire spec 1.7, Delivery).
 *
 * `attempts` counts the scheduled attempts that failed before this one. The schedule is the fast list, then the
 * slow list; when both are used up the event is dead. Permanent answers are dead at once. A probe that was made
 * ahead of the lane's schedule (the endpoint's circuit is open) burns nothing, not even the last attempt.
 */
export type AttemptOutcome =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs?: number | undefined }
  | { readonly kind: 'failed'; readonly cause: AttemptFailure }

export type AttemptFailure = 'timeout' | 'connection' | 'tls' | 'dns' | 'refused-target'

export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'later'; readonly delayMs: number; readonly fastRetriesLeft: boolean }
  | { readonly kind: 'dead'; readonly reason: string; readonly pausesEndpoint: boolean }

export interface RetrySchedule {
  readonly fastMs: readonly number[]
  readonly slowMs: readonly number[]
  /** Share by which a delay may be shorter or longer, 0 to 1. */
  readonly jitterRatio: number
  readonly retryAfterMsMax: number
}

export const defaultRetrySchedule: RetrySchedule = {
  fastMs: [250, 500, 1000, 2000, 2000],
  slowMs: [30, 120, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 86_400].map((seconds) => seconds * 1000),
  jitterRatio: 0.2,
  retryAfterMsMax: 24 * 3600 * 1000,
}

/** How long a claimed lane is nobody else's, unless its process dies. */
export const deliveryLeaseMs = (limits: {
  readonly webhookTimeoutMs: number
  readonly deliveryLeaseMarginSeconds: number
}): number => limits.webhookTimeoutMs + limits.deliveryLeaseMarginSeconds * 1000

/** @param chance a number from 0 (included) to 1 (excluded) */
export const verdictOf = (
  outcome: AttemptOutcome,
  attempts: number,
  schedule: RetrySchedule,
  chance: number,
): Verdict => {
  const settled = settledBy(outcome)
  if (settled) return settled
  if (outcome.kind === 'failed') return retry(attempts, undefined, schedule, chance, outcome.cause)
  return retry(attempts, outcome.retryAfterMs, schedule, chance, `HTTP ${outcome.status}`)
}

/** Of a probe ahead of its lane's time: unless it settles the event, the lane waits for the time that is left. */
export const earlyProbeVerdictOf = (outcome: AttemptOutcome, leftMs: number): Verdict =>
  settledBy(outcome) ?? { kind: 'later', delayMs: Math.max(0, leftMs), fastRetriesLeft: false }

/** What needs no further attempt. */
const settledBy = (outcome: AttemptOutcome): Verdict | undefined => {
  if (outcome.kind === 'failed') return undefined
  const { status } = outcome
  if (status >= 200 && status < 300) return { kind: 'delivered' }
  if (status >= 500 || temporaryStatuses.has(status)) return undefined
  return { kind: 'dead', reason: `HTTP ${status} is permanent`, pausesEndpoint: status === 410 }
}

const temporaryStatuses: ReadonlySet<number> = new Set([408, 425, 429])

const retry = (
  attempts: number,
  retryAfterMs: number | undefined,
  schedule: RetrySchedule,
  chance: number,
  reason: string,
): Verdict => {
  const { fastMs, slowMs, jitterRatio } = schedule
  const delayMs = fastMs[attempts] ?? slowMs[attempts - fastMs.length]
  if (delayMs === undefined)
    return {
      kind: 'dead',
      reason: `gave up after ${attempts + 1} attempts: ${reason}`,
      pausesEndpoint: false,
    }
  const jittered = Math.round(delayMs * (1 + jitterRatio * (2 * chance - 1)))
  return {
    kind: 'later',
    delayMs: Math.max(jittered, Math.min(retryAfterMs ?? 0, schedule.retryAfterMsMax)),
    fastRetriesLeft: attempts + 1 <= fastMs.length,
  }
}
