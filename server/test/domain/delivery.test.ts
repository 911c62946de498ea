import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type AttemptFailure,
  type AttemptOutcome,
  defaultRetrySchedule,
  earlyProbeVerdictOf,
  type RetrySchedule,
  type Verdict,
  verdictOf,
} from '../../src/domain/delivery.ts'

const exact: RetrySchedule = { ...defaultRetrySchedule, jitterRatio: 0 }
const middle = 0.5
const answered = (status: number, retryAfterMs?: number): AttemptOutcome => ({
  kind: 'answered',
  status,
  retryAfterMs,
})
const timeout: AttemptOutcome = { kind: 'failed', cause: 'timeout' }
const first = (outcome: AttemptOutcome): Verdict => verdictOf(outcome, 0, exact, middle)

test('every 2xx is delivered, whatever was tried before', () => {
  for (let status = 200; status < 300; status += 1)
    for (const attempts of [0, 5, 14, 100])
      assert.deepEqual(verdictOf(answered(status), attempts, exact, middle), { kind: 'delivered' })
})

test('3xx and 4xx are permanent at the first answer; 410 also pauses the endpoint; 408, 425 and 429 are temporary', () => {
  for (let status = 300; status < 500; status += 1) {
    const verdict = first(answered(status))
    if ([408, 425, 429].includes(status)) assert.equal(verdict.kind, 'later', `HTTP ${status}`)
    else
      assert.deepEqual(verdict, {
        kind: 'dead',
        reason: `HTTP ${status} is permanent`,
        pausesEndpoint: status === 410,
      })
  }
})

test('5xx, timeouts and every way a connection fails are temporary', () => {
  for (let status = 500; status < 600; status += 1) assert.equal(first(answered(status)).kind, 'later')
  const causes: AttemptFailure[] = ['timeout', 'connection', 'tls', 'dns', 'refused-target']
  for (const cause of causes) assert.equal(first({ kind: 'failed', cause }).kind, 'later', cause)
})

test('a failing event is tried after the five fast delays, then after the slow ones, then it is dead', () => {
  const delaysMs: number[] = []
  let attempts = 0
  for (;;) {
    const verdict = verdictOf(timeout, attempts, exact, middle)
    if (verdict.kind !== 'later') {
      assert.deepEqual(verdict, {
        kind: 'dead',
        reason: 'gave up after 16 attempts: timeout',
        pausesEndpoint: false,
      })
      break
    }
    assert.equal(verdict.fastRetriesLeft, attempts < 5, `after attempt ${attempts + 1}`)
    delaysMs.push(verdict.delayMs)
    attempts += 1
  }
  const slowSeconds = [30, 120, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 86_400]
  assert.deepEqual(delaysMs, [250, 500, 1000, 2000, 2000, ...slowSeconds.map((seconds) => seconds * 1000)])
  const hours = delaysMs.reduce((sum, delayMs) => sum + delayMs, 0) / 3_600_000
  assert.equal(Math.round(hours), 71)
})

test('jitter moves a delay by at most a fifth, either way', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 14 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempts, chance) => {
        const plain = verdictOf(timeout, attempts, exact, chance)
        const jittered = verdictOf(timeout, attempts, defaultRetrySchedule, chance)
        assert.ok(plain.kind === 'later' && jittered.kind === 'later')
        assert.ok(Math.abs(jittered.delayMs - plain.delayMs) <= plain.delayMs * 0.2 + 1)
      },
    ),
  )
  const spread = [0, 0.999].map((chance) => verdictOf(timeout, 2, defaultRetrySchedule, chance))
  assert.deepEqual(
    spread.map((verdict) => verdict.kind === 'later' && verdict.delayMs),
    [800, 1200],
  )
})

test('Retry-After is waited for when it is longer than the schedule, at most a day, and never brings a retry forward', () => {
  const delayOf = (retryAfterMs: number | undefined, attempts = 0): number | undefined => {
    const verdict = verdictOf(answered(429, retryAfterMs), attempts, exact, middle)
    return verdict.kind === 'later' ? verdict.delayMs : undefined
  }
  assert.equal(delayOf(undefined), 250)
  assert.equal(delayOf(0), 250)
  assert.equal(delayOf(100), 250)
  assert.equal(delayOf(7_000), 7_000)
  assert.equal(delayOf(7_000, 6), 120_000)
  assert.equal(delayOf(10 * 86_400_000), 86_400_000)
  assert.equal(delayOf(1_000, 15), undefined)
})

test('Retry-After does not revive what is permanent', () => {
  assert.equal(first(answered(404, 1_000)).kind, 'dead')
  assert.equal(first(answered(301, 1_000)).kind, 'dead')
})

test('an empty schedule gives up at the first failure and still delivers', () => {
  const none: RetrySchedule = { ...exact, fastMs: [], slowMs: [] }
  assert.deepEqual(verdictOf(answered(500), 0, none, middle), {
    kind: 'dead',
    reason: 'gave up after 1 attempts: HTTP 500',
    pausesEndpoint: false,
  })
  assert.deepEqual(verdictOf(answered(204), 0, none, middle), { kind: 'delivered' })
})

test("a probe ahead of its lane's time never uses up an attempt, not even the last, and keeps the time", () => {
  for (const outcome of [answered(503), answered(429, 7_000), timeout])
    assert.deepEqual(earlyProbeVerdictOf(outcome, 86_000_000), {
      kind: 'later',
      delayMs: 86_000_000,
      fastRetriesLeft: false,
    })
  assert.deepEqual(earlyProbeVerdictOf(timeout, -1), { kind: 'later', delayMs: 0, fastRetriesLeft: false })
  assert.deepEqual(earlyProbeVerdictOf(answered(200), 1_000), { kind: 'delivered' })
  assert.equal(earlyProbeVerdictOf(answered(404), 1_000).kind, 'dead')
})
