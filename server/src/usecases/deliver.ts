import type { Deps } from '../deps.ts'
import { type AttemptOutcome, earlyProbeVerdictOf, type Verdict, verdictOf } from '../domain/delivery.ts'
import type { LoadSignal } from '../domain/endpoint.ts'
import type { Attempt } from '../outside/attempt.ts'
import type { ClaimedDelivery, Completed, Completion } from '../store/delivery-lanes.ts'

export type { ClaimedDelivery, Completed }

/**
 * One attempt at the head of a lane: sign, POST, judge, record. The record is batched with those of other lanes;
 * `recorded` resolves when it is committed. Nothing here throws for what a receiver does.
 */
export interface Delivered {
  readonly verdict: Verdict
  /** Where it was sent: by now the webhook may be elsewhere. */
  readonly webhookUrl: string
  /** What the endpoint's circuit and cap learn from it. */
  readonly signal: LoadSignal
  readonly recorded: Promise<Completed | null>
}

type DeliverDeps = Pick<
  Deps,
  'settings' | 'postEvent' | 'completeDelivery' | 'clock' | 'chance' | 'limits' | 'log' | 'metrics'
>

export const deliver = async (
  deps: DeliverDeps,
  delivery: ClaimedDelivery,
  claim: { readonly claimId: string; readonly isProbe: boolean },
): Promise<Delivered> => {
  const settings = await deps.settings.of(delivery.integrationId)
  if (!settings) throw new Error(`integration ${delivery.integrationId} of a delivery does not exist`)
  const atMs = deps.clock.now()
  const attempt = await deps.postEvent(settings, {
    eventId: delivery.eventId,
    body: delivery.body,
    timeoutMs: deps.limits.webhookTimeoutMs,
  })
  const isEarly = claim.isProbe && delivery.dueInMs > 0
  const judged = isEarly
    ? earlyProbeVerdictOf(outcomeOf(attempt), delivery.dueInMs - attempt.durationMs)
    : verdictOf(outcomeOf(attempt), delivery.attempts, deps.limits.retrySchedule, deps.chance())
  const verdict = await atOnceIfMoved(deps, settings, judged)
  const completion = completionOf({ delivery, claimId: claim.claimId, attempt, verdict, atMs, isEarly })
  deps.metrics.attemptMade(verdict.kind, attempt.durationMs)
  deps.log.info(attemptLine(delivery, attempt, verdict, claim.isProbe), 'delivery')
  return {
    verdict,
    webhookUrl: settings.webhookUrl,
    signal: signalOf(deps, { attempt, verdict, delivery }),
    recorded: deps.completeDelivery(completion),
  }
}

/** The webhook may have moved while it was asked: what failed, or asked for patience, was the old one. */
const atOnceIfMoved = async (
  deps: Pick<Deps, 'settings'>,
  asked: { readonly integrationId: string; readonly webhookUrl: string },
  verdict: Verdict,
): Promise<Verdict> => {
  if (verdict.kind !== 'later') return verdict
  const now = await deps.settings.of(asked.integrationId).catch(() => undefined)
  return now === undefined || now.webhookUrl === asked.webhookUrl ? verdict : { ...verdict, delayMs: 0 }
}

const outcomeOf = (attempt: Attempt): AttemptOutcome =>
  attempt.kind === 'answered'
    ? { kind: 'answered', status: attempt.status, retryAfterMs: attempt.retryAfterMs }
    : { kind: 'failed', cause: attempt.cause }

interface Attempted {
  readonly delivery: ClaimedDelivery
  readonly claimId: string
  readonly attempt: Attempt
  readonly verdict: Verdict
  readonly atMs: number
  readonly isEarly: boolean
}

const completionOf = ({ delivery, claimId, attempt, verdict, atMs, isEarly }: Attempted): Completion => {
  const logged = {
    atMs,
    statusCode: attempt.kind === 'answered' ? attempt.status : null,
    error: attempt.kind === 'failed' ? attempt.error : null,
    durationMs: Math.round(attempt.durationMs),
    answer: attempt.kind === 'answered' && attempt.answer !== '' ? attempt.answer : null,
  }
  const { sessionId, integrationId, sequence, isReplay } = delivery
  const common = { sessionId, integrationId, sequence, isReplay, claimId, attempt: logged }
  if (verdict.kind !== 'later')
    return {
      ...common,
      next: 'advance',
      attempts: 0,
      delayMs: 0,
      dead: verdict.kind === 'dead' ? { reason: verdict.reason } : undefined,
    }
  return {
    ...common,
    next: 'later',
    attempts: isEarly ? delivery.attempts : delivery.attempts + 1,
    delayMs: verdict.delayMs,
  }
}

/** A permanent refusal is an answer too: the endpoint lives. */
const signalOf = (
  { limits }: Pick<Deps, 'limits'>,
  { attempt, verdict, delivery }: Pick<Attempted, 'attempt' | 'verdict' | 'delivery'>,
): LoadSignal => {
  if (verdict.kind === 'delivered') return { kind: 'success' }
  if (attempt.kind === 'answered' && attempt.status < 500 && verdict.kind === 'dead')
    return { kind: 'success' }
  return {
    kind: 'failure',
    timedOut: attempt.kind === 'failed' && attempt.cause === 'timeout',
    fastRetriesLeft: verdict.kind === 'later' && verdict.fastRetriesLeft,
    attempts: delivery.attempts,
    retryAfterMs:
      attempt.kind === 'answered' && attempt.retryAfterMs !== undefined
        ? Math.min(attempt.retryAfterMs, limits.retrySchedule.retryAfterMsMax)
        : undefined,
  }
}

const attemptLine = (
  delivery: ClaimedDelivery,
  attempt: Attempt,
  verdict: Verdict,
  isProbe: boolean,
): object => ({
  sessionId: delivery.sessionId,
  integrationId: delivery.integrationId,
  sequence: delivery.sequence,
  eventId: delivery.eventId,
  eventType: delivery.eventType,
  attempt: delivery.attempts + 1,
  isReplay: delivery.isReplay,
  isProbe,
  status: attempt.kind === 'answered' ? attempt.status : undefined,
  error: attempt.kind === 'failed' ? attempt.error : undefined,
  durationMs: Math.round(attempt.durationMs),
  verdict: verdict.kind,
  retryInMs: verdict.kind === 'later' ? verdict.delayMs : undefined,
})
