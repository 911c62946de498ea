import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chance } from '../../src/brain/chance.ts'
import { needsEmbedding, readMessage } from '../../src/brain/intents/classify.ts'
import { fitRidge } from '../../src/brain/intents/kernel-ridge.ts'
import { likenessInMeaning, unitVector } from '../../src/brain/intents/kernels.ts'
import type { Example, IntentModel } from '../../src/brain/intents/model.ts'
import { parseModel, serializeModel } from '../../src/brain/intents/model-bytes.ts'
import { symmetricInverse } from '../../src/brain/intents/symmetric-inverse.ts'
import { trainIntents } from '../../src/brain/intents/train.ts'
import { understood } from '../support/understood.ts'
import { smallExamples } from './small-examples.ts'

const random = chance(5)
const length = 16
const randomVector = (): Int8Array => Int8Array.from({ length }, () => Math.floor(random() * 255) - 127)

/** Phrases of two letters that say nothing, with a meaning that says all: near the direction of their intent. */
const directions = [randomVector(), randomVector(), randomVector(), randomVector()]
const intents = ['north', 'east', 'south', 'west']
const near = (direction: Int8Array): Int8Array =>
  direction.map((value) => Math.round(0.7 * value + 0.3 * (random() * 254 - 127)))
const word = (): string => Array.from({ length: 3 }, () => 'abcdefgh'[Math.floor(random() * 8)]).join('')

const meaningful = (count: number): { examples: readonly Example[]; vectors: readonly Int8Array[] } => {
  const made = Array.from({ length: count }, (_, index) => ({
    example: { text: `${word()} ${word()} ${index}`, intent: intents[index % 4] ?? '' },
    vector: near(directions[index % 4] ?? randomVector()),
  }))
  return { examples: made.map(({ example }) => example), vectors: made.map(({ vector }) => vector) }
}

const known = meaningful(48)
const model = trainIntents(known.examples, { seed: 1, vectors: known.vectors })

test('messages whose words say nothing are understood by their meaning', () => {
  const asked = meaningful(40)
  asked.examples.forEach(({ text, intent }, index) => {
    assert.equal(understood(model, text, asked.vectors[index]).ranking[0]?.name, intent)
  })
  assert.equal(model.fused?.type, 'kernel')
})

test('embeddings that say nothing are not used: the engine by words is as good and cheaper', () => {
  const vectors = smallExamples.map(randomVector)
  const plain = trainIntents(smallExamples, { seed: 1, vectors })
  assert.equal(plain.fused, null)
  assert.deepEqual(plain, trainIntents(smallExamples, { seed: 1 }))
})

test('an engine that is asked for by name is taken, better or not', () => {
  const vectors = smallExamples.map(randomVector)
  assert.ok(trainIntents(smallExamples, { seed: 1, vectors, engine: 'fused' }).fused)
  assert.equal(
    trainIntents(known.examples, { seed: 1, vectors: known.vectors, engine: 'lexical' }).fused,
    null,
  )
})

const asks = (own: IntentModel, text: string, threshold?: number): boolean =>
  needsEmbedding(own, readMessage(own, text), threshold)

test('an embedding is wanted for a message, but not for a training phrase, silence or an agent of words', () => {
  assert.equal(asks(model, 'something new'), true)
  assert.equal(asks(model, ` ${known.examples[0]?.text.toUpperCase()}!`), false)
  assert.equal(asks(model, '?!'), false)
  assert.equal(asks(trainIntents(smallExamples, { seed: 1 }), 'something new'), false)
})

test('words that are sure by themselves need no embedding, unless the threshold is set higher by hand', () => {
  const vectors = smallExamples.map(randomVector)
  const both = trainIntents(smallExamples, { seed: 1, vectors, engine: 'fused' })
  const [sure] = smallExamples
    .map(({ text }) => `${text} now`)
    .filter((text) => (understood(both, text).ranking[0]?.confidence ?? 0) > 0.9)
  assert.ok(sure)
  assert.equal(asks(both, sure), false)
  assert.equal(asks(both, sure, 0.2), false)
  assert.equal(asks(both, sure, 0.999), true)
})

test('a training phrase has confidence 1, with its embedding and without', () => {
  known.examples.forEach(({ text, intent }, index) => {
    for (const vector of [undefined, known.vectors[index]])
      assert.deepEqual(understood(model, text, vector).ranking[0], { name: intent, confidence: 1 })
  })
})

test('without the embedding the same model answers as the engine by words does', () => {
  const words = trainIntents(known.examples, { seed: 1 })
  for (const text of ['abc def', 'gha 3', 'zzz', ''])
    assert.deepEqual(understood(model, text), understood(words, text))
})

test('the reasons name the phrases that are nearest in meaning', () => {
  const { because, ranking } = understood(model, 'aab bba', near(directions[2] ?? randomVector()))
  assert.equal(ranking[0]?.name, 'south')
  const named = because
    .filter(({ feature }) => feature.startsWith('"'))
    .map(({ feature }) => feature.slice(1, -1))
  assert.ok(named.length > 0)
  for (const text of named)
    assert.equal(known.examples.find((example) => example.text === text)?.intent, 'south')
})

test('confidences lie between 0 and 1, and the verdict follows from the thresholds that are told', () => {
  for (let round = 0; round < 200; round++) {
    const { ranking, verdict, thresholds } = understood(model, `${word()} ${word()}`, randomVector())
    const confidence = ranking[0]?.confidence ?? -1
    assert.ok(confidence >= 0 && confidence <= 1)
    assert.ok(thresholds.clarify <= thresholds.accept)
    const expected =
      confidence >= thresholds.accept ? 'accept' : confidence >= thresholds.clarify ? 'clarify' : 'reject'
    assert.equal(verdict, expected)
  }
})

test('what is like a phrase of offtopics is rejected, however certain', () => {
  const examples = known.examples.map(({ text, intent }) => ({
    text,
    intent: intent === 'west' ? 'offtopics' : intent,
  }))
  const guarded = trainIntents(examples, { seed: 1, vectors: known.vectors })
  const strange = examples.findIndex(({ intent }) => intent === 'offtopics')
  const exact = understood(guarded, examples[strange]?.text ?? '')
  assert.deepEqual([exact.ranking[0]?.confidence, exact.verdict], [1, 'reject'])
  const alike = understood(guarded, 'aab bba', near(directions[3] ?? randomVector()))
  assert.deepEqual([alike.ranking[0]?.name, alike.verdict], ['offtopics', 'reject'])
})

test('the same phrases, vectors and seed give the same model, bit for bit, and it survives being stored', () => {
  const bytes = serializeModel(model)
  const again = trainIntents(known.examples, { seed: 1, vectors: known.vectors })
  assert.deepEqual(serializeModel(again), bytes)
  assert.deepEqual(parseModel(bytes), model)
})

test('of thousands of phrases borders are learnt instead of votes, and they too survive being stored', () => {
  const many = meaningful(2_001)
  const large = trainIntents(many.examples, { seed: 1, vectors: many.vectors })
  assert.equal(large.fused?.type, 'linear')
  assert.deepEqual(parseModel(serializeModel(large)), large)
  const asked = meaningful(40)
  const right = asked.examples.filter(
    ({ text, intent }, index) => understood(large, text, asked.vectors[index]).ranking[0]?.name === intent,
  )
  assert.ok(right.length >= 38, `${right.length} of 40`)
})

test('stored bytes that are cut off are refused', () => {
  const bytes = serializeModel(model)
  assert.throws(() => parseModel(bytes.subarray(0, bytes.length - 1)), /cut off/)
})

test('a list of vectors that is too short is refused', () => {
  const vectors = known.vectors.slice(1)
  assert.throws(() => trainIntents(known.examples, { seed: 1, vectors }), /no vector/)
})

test('one intent, one phrase or none with vectors make a model that answers', () => {
  const [first] = known.examples
  assert.ok(first)
  for (const examples of [[], [first], [first, { ...first, text: 'another one' }]]) {
    const vectors = examples.map(randomVector)
    const small = trainIntents(examples, { seed: 1, vectors, engine: 'fused' })
    assert.equal(understood(small, 'hello', randomVector()).ranking.length, small.intents.length)
    assert.deepEqual(parseModel(serializeModel(small)), small)
  }
})

test('an inverse times its matrix is one', () => {
  const size = 30
  const rows = Array.from({ length: size }, () => unitVector(randomVector()))
  const at = (row: number, column: number): number =>
    likenessInMeaning(rows[row] ?? new Float32Array(), rows[column] ?? new Float32Array()) +
    (row === column ? 0.2 : 0)
  const matrix = Float64Array.from({ length: size * size }, (_, cell) =>
    at(Math.floor(cell / size), cell % size),
  )
  const inverse = symmetricInverse(matrix, size)
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      let sum = 0
      for (let step = 0; step < size; step++)
        sum += (matrix[row * size + step] ?? 0) * (inverse[step * size + column] ?? 0)
      assert.ok(Math.abs(sum - (row === column ? 1 : 0)) < 1e-9)
    }
})

test('what would be said without some phrases is what is said when training never saw them', () => {
  const wordless = { rows: new Int32Array(0), values: new Float64Array(0) }
  const fit = (chosen: readonly number[]) =>
    fitRidge({
      meanings: chosen.map((index) => unitVector(known.vectors[index] ?? randomVector())),
      words: chosen.map(() => wordless),
      featureCount: 0,
      owners: Int32Array.from(chosen, (index) => index % 4),
      intentCount: 4,
      seed: 1,
      onProgress: () => {},
    })
  const every = known.vectors.map((_, index) => index)
  const group = [3, 4, 17]
  const predicted = fit(every).scoresWithout(group)
  const rest = every.filter((index) => !group.includes(index))
  const { coefficients } = fit(rest)
  group.forEach((phrase, place) => {
    const own = unitVector(known.vectors[phrase] ?? randomVector())
    for (let intent = 0; intent < 4; intent++) {
      const score = rest.reduce(
        (sum, other, at) =>
          sum +
          likenessInMeaning(own, unitVector(known.vectors[other] ?? randomVector())) *
            (coefficients[at * 4 + intent] ?? 0),
        0,
      )
      assert.ok(Math.abs(score - (predicted[place]?.[intent] ?? Number.NaN)) < 1e-4)
    }
  })
})
