import { chance } from '../chance.ts'
import type { SparseVector } from './features.ts'
import type { Separators } from './model.ts'

/*
 * Linear support vector machines, one intent against the rest, L2-regularised with squared hinge loss, solved in the
 * dual one coordinate at a time (Hsieh et al. 2008, as in LIBLINEAR), with shrinking: examples that are certain stay
 * out of the later rounds, which is most of them when there are many intents.
 *
 * 1. `w` is always the sum of alpha * y * x over the examples; alpha >= 0.
 * 2. The order of visits comes from the seed alone, so the same examples and seed give the same weights.
 * 3. It ends: rounds are bounded, and the dual objective never grows.
 *
 * The bias is the weight of a constant feature 1, kept beside the others. An example may also have a dense part, its
 * embedding: most features are absent in a text, but every number of an embedding is there, so it is walked in a row.
 */
export interface SeparationInput {
  readonly vectors: readonly SparseVector[]
  /** One for each vector, all of one length; empty when there are none. */
  readonly meanings: readonly Float32Array[]
  /** Class of each vector. */
  readonly classes: Int32Array
  readonly classCount: number
  readonly featureCount: number
  readonly seed: number
  readonly onClass?: (done: number) => void
}

export const separateClasses = (input: SeparationInput): Separators => {
  const { classCount, featureCount } = input
  const weights = new Int8Array(featureCount * classCount)
  const scales = new Float32Array(classCount)
  const biases = new Float32Array(classCount)
  const workspace = makeWorkspace(input)
  const { width } = workspace
  const directions = new Float32Array(classCount * width)
  for (let own = 0; own < classCount; own++) {
    biases[own] = separateOne(workspace, own, chance(input.seed + own))
    scales[own] =
      workspace.weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0) / stepsMax
    const scale = (scales[own] ?? 0) || 1
    for (let row = 0; row < featureCount; row++)
      weights[row * classCount + own] = Math.round((workspace.weights[row] ?? 0) / scale)
    directions.set(workspace.direction, own * width)
    input.onClass?.(own + 1)
  }
  return { weights, scales, biases, directions }
}

const stepsMax = 127

/** C of the literature: how much a phrase on the wrong side costs. */
const penalty = 1
const diagonal = 0.5 / penalty
const roundsMax = 60
const precision = 0.01

/** Everything that is the same for all classes, or used by one after the other. Flat arrays: this is the hot loop. */
interface Workspace {
  readonly starts: Int32Array
  readonly rows: Int32Array
  readonly values: Float64Array
  readonly curvatures: Float64Array
  readonly classes: Int32Array
  readonly alphas: Float64Array
  readonly order: Int32Array
  readonly weights: Float64Array
  /** Length of an embedding, 0 without. */
  readonly width: number
  readonly meanings: Float32Array
  readonly direction: Float64Array
}

const makeWorkspace = ({ vectors, meanings, classes, featureCount }: SeparationInput): Workspace => {
  const starts = new Int32Array(vectors.length + 1)
  vectors.forEach((vector, index) => {
    starts[index + 1] = (starts[index] ?? 0) + vector.rows.length
  })
  const length = starts[vectors.length] ?? 0
  const rows = new Int32Array(length)
  const values = new Float64Array(length)
  const curvatures = new Float64Array(vectors.length)
  const width = meanings[0]?.length ?? 0
  const flatMeanings = new Float32Array(vectors.length * width)
  vectors.forEach((vector, index) => {
    rows.set(vector.rows, starts[index])
    values.set(vector.values, starts[index])
    const meaning = meanings[index] ?? noMeaning
    flatMeanings.set(meaning, index * width)
    curvatures[index] = squareOf(vector.values) + squareOf(meaning) + 1 + diagonal
  })
  return {
    starts,
    rows,
    values,
    curvatures,
    classes,
    alphas: new Float64Array(vectors.length),
    order: new Int32Array(vectors.length),
    weights: new Float64Array(featureCount),
    width,
    meanings: flatMeanings,
    direction: new Float64Array(width),
  }
}

const noMeaning = new Float32Array(0)

const squareOf = (values: Float64Array | Float32Array): number => {
  let sum = 0
  for (const value of values) sum += value * value
  return sum
}

/** Leaves the class's weights in the workspace and returns its bias. */
const separateOne = (workspace: Workspace, own: number, random: () => number): number => {
  const { starts, rows, values, curvatures, classes, alphas, order, weights } = workspace
  const { width, meanings, direction } = workspace
  weights.fill(0)
  direction.fill(0)
  alphas.fill(0)
  for (let index = 0; index < order.length; index++) order[index] = index
  let bias = 0
  let active = order.length
  let shrinkAbove = Number.POSITIVE_INFINITY
  for (let round = 0; round < roundsMax; round++) {
    let steepestUp = Number.NEGATIVE_INFINITY
    let steepestDown = Number.POSITIVE_INFINITY
    for (let last = active - 1; last > 0; last--) swap(order, last, Math.floor(random() * (last + 1)))
    for (let position = 0; position < active; position++) {
      const index = order[position] ?? 0
      const sign = classes[index] === own ? 1 : -1
      const from = starts[index] ?? 0
      const to = starts[index + 1] ?? 0
      let score = bias
      for (let at = from; at < to; at++) score += (weights[rows[at] ?? 0] ?? 0) * (values[at] ?? 0)
      const meaning = index * width
      for (let at = 0; at < width; at++) score += (direction[at] ?? 0) * (meanings[meaning + at] ?? 0)
      const alpha = alphas[index] ?? 0
      const gradient = sign * score - 1 + diagonal * alpha
      if (alpha === 0 && gradient > shrinkAbove) {
        active--
        swap(order, position, active)
        position--
        continue
      }
      const slope = alpha === 0 ? Math.min(gradient, 0) : gradient
      steepestUp = Math.max(steepestUp, slope)
      steepestDown = Math.min(steepestDown, slope)
      if (Math.abs(slope) < 1e-12) continue
      const next = Math.max(alpha - gradient / (curvatures[index] ?? 1), 0)
      const step = (next - alpha) * sign
      alphas[index] = next
      bias += step
      for (let at = from; at < to; at++) {
        const row = rows[at] ?? 0
        weights[row] = (weights[row] ?? 0) + step * (values[at] ?? 0)
      }
      for (let at = 0; at < width; at++)
        direction[at] = (direction[at] ?? 0) + step * (meanings[meaning + at] ?? 0)
    }
    if (steepestUp - steepestDown <= precision) {
      if (active === order.length) break
      active = order.length
      shrinkAbove = Number.POSITIVE_INFINITY
    } else shrinkAbove = steepestUp > 0 ? steepestUp : Number.POSITIVE_INFINITY
  }
  return bias
}

const swap = (order: Int32Array, one: number, other: number): void => {
  const kept = order[one] ?? 0
  order[one] = order[other] ?? 0
  order[other] = kept
}
