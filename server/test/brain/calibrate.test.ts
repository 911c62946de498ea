import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { calibrate, findThresholds } from '../../src/brain/intents/calibrate.ts'
import { confidenceOf } from '../../src/brain/intents/scores.ts'
import type { Trial } from '../../src/brain/intents/trials.ts'

/** How often a guess is right grows with its score, as in a logistic curve of slope 4 around 0. */
const trials: readonly Trial[] = Array.from({ length: 2_000 }, (_, index) => {
  const score = ((index % 100) - 50) / 50
  const chanceOfRight = 1 / (1 + Math.exp(-4 * score))
  const isRight = (Math.floor(index / 100) + 0.5) / 20 < chanceOfRight
  return { score, lead: 0, isRight, isNear: isRight, weight: 1 }
})

test('a confidence is how often such a guess was right', () => {
  const curve = calibrate(trials)
  for (const score of [-0.8, -0.4, 0, 0.4, 0.8])
    assert.ok(Math.abs(confidenceOf(curve, score, 0) - 1 / (1 + Math.exp(-4 * score))) < 0.05)
})

test('the threshold is where accepting begins to do more harm than good', () => {
  const acceptOf = (some: readonly Trial[]) => findThresholds(some, calibrate(trials)).accept
  assert.ok(acceptOf(trials) > 0.4 && acceptOf(trials) <= 0.5, String(acceptOf(trials)))
  assert.ok(acceptOf(trials.map((trial) => ({ ...trial, isRight: true }))) < 0.4)
  assert.equal(acceptOf(trials.map((trial) => ({ ...trial, isRight: false }))), 0.5)
})

test('a question is asked where the right intent is often one of two, and never where it helps nobody', () => {
  const wrong = trials.map((trial) => ({ ...trial, isRight: false }))
  const near = findThresholds(
    wrong.map((trial) => ({ ...trial, isNear: true })),
    calibrate(trials),
  )
  assert.equal(near.accept, 0.5)
  assert.equal(near.clarify, 0.1)
  const far = findThresholds(
    wrong.map((trial) => ({ ...trial, isNear: false })),
    calibrate(trials),
  )
  assert.equal(far.clarify, far.accept)
})

test('whatever the trials, the curve is of finite numbers and never falls with score or lead', () => {
  const trial = fc.record({
    score: fc.double({ min: -5, max: 5, noNaN: true }),
    lead: fc.double({ min: -5, max: 5, noNaN: true }),
    isRight: fc.boolean(),
    isNear: fc.boolean(),
    weight: fc.constantFrom(0.3, 1),
  })
  fc.assert(
    fc.property(fc.array(trial), (some) => {
      const { score, lead, offset } = calibrate(some)
      assert.ok([score, lead, offset].every(Number.isFinite) && score >= 0 && lead >= 0)
      const { accept, clarify } = findThresholds(some, { score, lead, offset })
      assert.ok(clarify > 0 && clarify <= accept && accept < 1)
    }),
  )
})
