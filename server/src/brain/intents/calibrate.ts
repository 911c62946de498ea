import type { Calibration, Judgement, Thresholds } from './model.ts'
import { confidenceOf } from './scores.ts'
import type { Trial } from './trials.ts'

/** How far the guesses may be trusted, and what to do with them. */
export const judge = (trials: readonly Trial[], prior?: Calibration): Judgement => {
  const calibration = calibrate(trials, prior)
  return { calibration, thresholds: findThresholds(trials, calibration) }
}

/**
 * The logistic curve that says how often a guess with this score and lead was right (Platt scaling with two inputs),
 * by Newton's method; a step that makes it worse is halved, for a few phrases make the curve jump. A weak pull
 * towards `prior` keeps it sane when a dozen phrases are all there is.
 */
export const calibrate = (trials: readonly Trial[], prior = priorOfBorders): Calibration => {
  let curve = prior
  let loss = lossOf(trials, curve, prior)
  for (let round = 0; round < roundsMax; round++) {
    const step = newtonStep(trials, curve, prior)
    let share = 1
    let next = moved(curve, step, share)
    while (!(lossOf(trials, next, prior) <= loss) && share > shareMin) {
      share /= 2
      next = moved(curve, step, share)
    }
    const nextLoss = lossOf(trials, next, prior)
    if (!(nextLoss < loss - lossPrecision)) break
    curve = next
    loss = nextLoss
  }
  return curve
}

const shareMin = 1e-3
const lossPrecision = 1e-9

/** More score and more lead never mean less confidence. */
const moved = (curve: Calibration, step: Three, share: number): Calibration => ({
  score: Math.max(0, curve.score - share * step[0]),
  lead: Math.max(0, curve.lead - share * step[1]),
  offset: curve.offset - share * step[2],
})

const lossOf = (trials: readonly Trial[], curve: Calibration, prior: Calibration): number => {
  const far =
    (curve.score - prior.score) ** 2 + (curve.lead - prior.lead) ** 2 + (curve.offset - prior.offset) ** 2
  return trials.reduce(
    (sum, { score, lead, isRight, weight }) => {
      const confidence = confidenceOf(curve, score, lead)
      return sum - weight * Math.log(Math.max(isRight ? confidence : 1 - confidence, Number.MIN_VALUE))
    },
    (pull / 2) * far,
  )
}

/** What cross-validation found on sets of 5 to 100 phrases an intent, roughly: of borders, and of votes. */
export const priorOfBorders: Calibration = { score: 3, lead: 3, offset: 0 }
export const priorOfVotes: Calibration = { score: 7, lead: 3, offset: -3 }
const pull = 0.5
const roundsMax = 50

type Three = readonly [number, number, number]

const newtonStep = (trials: readonly Trial[], curve: Calibration, prior: Calibration): Three => {
  const slope = [
    pull * (curve.score - prior.score),
    pull * (curve.lead - prior.lead),
    pull * (curve.offset - prior.offset),
  ]
  const bend = [pull, 0, 0, 0, pull, 0, 0, 0, pull]
  for (const { score, lead, isRight, weight } of trials) {
    const confidence = confidenceOf(curve, score, lead)
    const miss = weight * (confidence - (isRight ? 1 : 0))
    const spread = weight * Math.max(confidence * (1 - confidence), 1e-9)
    const inputs = [score, lead, 1]
    inputs.forEach((input, row) => {
      slope[row] = (slope[row] ?? 0) + miss * input
      inputs.forEach((other, column) => {
        bend[row * 3 + column] = (bend[row * 3 + column] ?? 0) + spread * input * other
      })
    })
  }
  return solveThree(bend, slope)
}

/** Cramer's rule; the pull on the diagonal keeps the determinant away from zero. */
const solveThree = (m: readonly number[], right: readonly number[]): Three => {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = m
  const [x = 0, y = 0, z = 0] = right
  const whole = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
  if (whole === 0) return [0, 0, 0]
  return [
    (x * (e * i - f * h) - b * (y * i - f * z) + c * (y * h - e * z)) / whole,
    (a * (y * i - f * z) - x * (d * i - f * g) + c * (d * z - y * g)) / whole,
    (a * (e * z - y * h) - b * (d * z - y * g) + x * (d * h - e * g)) / whole,
  ]
}

/**
 * Accept from where that does more good than harm: a right answer counts 1, a wrong one -1, silence 0. Below that, ask
 * from where asking does: 1 if what was meant is one of the two best, -1 if not. Both kept between sane bounds, for a few phrases prove little.
 */
export const findThresholds = (trials: readonly Trial[], calibration: Calibration): Thresholds => {
  const judged = trials
    .map((trial) => ({ ...trial, confidence: confidenceOf(calibration, trial.score, trial.lead) }))
    .sort((one, other) => other.confidence - one.confidence)
  const accept = within(
    acceptBounds,
    bestCut(judged.map(({ confidence, isRight, weight }) => [confidence, isRight ? weight : -weight])),
  )
  const unsure = judged.filter(({ confidence }) => confidence < accept)
  const clarify = within(
    [clarifyMin, accept],
    bestCut(unsure.map(({ confidence, isNear, weight }) => [confidence, isNear ? weight : -weight])),
  )
  return { accept, clarify }
}

const acceptBounds = [0.35, 0.5] as const
const clarifyMin = 0.1

/** The lowest confidence down to which the sum of gains is highest; of falling confidences. Infinite if none gains. */
const bestCut = (gains: readonly (readonly [confidence: number, gain: number])[]): number => {
  let gained = 0
  let mostGained = 0
  let cut = Number.POSITIVE_INFINITY
  for (const [confidence, gain] of gains) {
    gained += gain
    if (gained < mostGained) continue
    mostGained = gained
    cut = confidence
  }
  return cut
}

const within = ([least, most]: readonly [number, number], value: number): number =>
  Math.min(most, Math.max(least, value))
