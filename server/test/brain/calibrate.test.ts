import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { calibrate, findThreshold, type Trial } from '../../src/brain/intents/calibrate.ts'
import { confidenceOf } from '../../src/brain/intents/classify.ts'

/** How often a guess is right grows with its score, as in a logistic curve of slope 4 around 0. */
const trials: readonly Trial[] = Array.from({ length: 2_000 }, (_, index) => {
  const score = ((index % 100) - 50) / 50
  const chanceOfRight = 1 / (1 + Math.exp(-4 * score))
  return { score, lead: 0, isRight: (Math.floor(index / 100) + 0.5) / 20 < chanceOfRight, weight: 1 }
})

test('a confidence is how often such a guess was right', () => {
  const curve = calibrate(trials)
  for (const score of [-0.8, -0.4, 0, 0.4, 0.8])
    assert.ok(Math.abs(confidenceOf(curve, score, 0) - 1 / (1 + Math.exp(-4 * score))) < 0.05)
})

test('the threshold is where accepting begins to do more harm than good', () => {
  const threshold = findThreshold(trials, calibrate(trials))
  assert.ok(threshold > 0.4 && threshold <= 0.5, String(threshold))
  const alwaysRight = trials.map((trial) => ({ ...trial, isRight: true }))
  assert.ok(findThreshold(alwaysRight, calibrate(trials)) < 0.4)
  const alwaysWrong = trials.map((trial) => ({ ...trial, isRight: false }))
  assert.equal(findThreshold(alwaysWrong, calibrate(trials)), 0.5)
})

test('whatever the trials, the curve is of finite numbers and never falls with score or lead', () => {
  const trial = fc.record({
    score: fc.double({ min: -5, max: 5, noNaN: true }),
    lead: fc.double({ min: -5, max: 5, noNaN: true }),
    isRight: fc.boolean(),
    weight: fc.constantFrom(0.3, 1),
  })
  fc.assert(
    fc.property(fc.array(trial), (some) => {
      const { score, lead, offset } = calibrate(some)
      assert.ok([score, lead, offset].every(Number.isFinite) && score >= 0 && lead >= 0)
      const threshold = findThreshold(some, { score, lead, offset })
      assert.ok(threshold > 0 && threshold < 1)
    }),
  )
})
