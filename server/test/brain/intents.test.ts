import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Example } from '../../src/brain/intents/model.ts'
import { parseModel, serializeModel } from '../../src/brain/intents/model-bytes.ts'
import { phraseOf } from '../../src/brain/intents/normalise.ts'
import { trainIntents } from '../../src/brain/intents/train.ts'
import { understood } from '../support/understood.ts'
import { smallExamples } from './small-examples.ts'

const model = trainIntents(smallExamples, { seed: 1 })
const best = (text: string) => understood(model, text).ranking[0]

const heldOut: readonly (readonly [text: string, intent: string])[] = [
  ['two cold beers', 'drink'],
  ['may I have some water to drink', 'drink'],
  ['coffee', 'drink'],
  ['I want to pay the bill', 'bill'],
  ['can I pay in cash', 'bill'],
  ['do you have a table for four', 'table'],
  ['can we sit by the window', 'table'],
  ['is it free of gluten and milk', 'allergy'],
  ['my son is allergic to eggs', 'allergy'],
  ['resrve a tabel for tonight', 'table'],
]
for (const [text, intent] of heldOut)
  test(`"${text}", never seen in training, is understood as ${intent}`, () => {
    const top = best(text)
    assert.equal(top?.name, intent)
    assert.equal(understood(model, text).verdict, 'accept')
  })

for (const text of ['quantum chromodynamics', 'xyzzy', 'Ωμέγα', '', '???', 'my tailor is rich'])
  test(`"${text}" is none of the intents`, () => {
    assert.notEqual(understood(model, text).verdict, 'accept')
  })

test('a training phrase has confidence 1, whatever its case, spaces, apostrophes and punctuation', () => {
  for (const { text, intent } of smallExamples) {
    const [top] = understood(model, `  ${text.toUpperCase()} !?`).ranking
    assert.deepEqual(top, { name: intent, confidence: 1 })
  }
  assert.equal(phraseOf('What’s up?'), phraseOf('whats UP'))
})

test('a phrase that stands under two intents is certain for neither', () => {
  const contested: readonly Example[] = [...smallExamples, { text: 'The bill, please!', intent: 'drink' }]
  assert.notEqual(
    understood(trainIntents(contested, { seed: 1 }), 'the bill please').ranking[0]?.confidence,
    1,
  )
})

test('accents are kept: they tell words apart', () => {
  assert.notEqual(phraseOf('peché'), phraseOf('pêche'))
  assert.equal(phraseOf('pêché', { foldAccents: true }), 'peche')
})

test('confidences lie between 0 and 1 and the ranking falls', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const confidences = understood(model, text).ranking.map(({ confidence }) => confidence)
      assert.equal(confidences.length, 4)
      assert.ok(confidences.every((confidence) => confidence >= 0 && confidence <= 1))
      assert.deepEqual(
        confidences,
        confidences.toSorted((one, other) => other - one),
      )
    }),
  )
})

test('the same phrases and seed give the same model, bit for bit', () => {
  const bytes = serializeModel(model)
  assert.deepEqual(serializeModel(trainIntents(smallExamples, { seed: 1 })), bytes)
})

test('another seed understands the same', () => {
  const other = trainIntents(smallExamples, { seed: 2 })
  for (const [text, intent] of heldOut) assert.equal(understood(other, text).ranking[0]?.name, intent)
})

test('a stored model is the trained one', () => {
  const stored = parseModel(serializeModel(model))
  assert.deepEqual(stored, model)
  for (const [text] of heldOut) assert.deepEqual(understood(stored, text), understood(model, text))
})

test('a model of any characters survives being stored', () => {
  const examples = fc.array(
    fc.record({ text: fc.string({ unit: 'binary' }), intent: fc.constantFrom('a', 'b', 'c') }),
  )
  fc.assert(
    fc.property(examples, fc.nat(), (phrases, seed) => {
      const trained = trainIntents(phrases, { seed })
      assert.deepEqual(parseModel(serializeModel(trained)), trained)
    }),
    {
      numRuns: 50,
      examples: [
        [
          [
            { text: '0', intent: 'a' },
            { text: 'Ⰰ', intent: 'c' },
          ],
          624_754_312,
        ],
      ],
    },
  )
})

test('bytes that are no model, or only part of one, are refused', () => {
  const bytes = serializeModel(model)
  assert.throws(() => parseModel(new Uint8Array()), /unknown form/)
  assert.throws(() => parseModel(bytes.subarray(0, bytes.length - 1)), /cut off/)
  assert.throws(() => parseModel(bytes.with(0, 0)), /unknown form/)
})

test('the reasons are words of the text, strongest first', () => {
  const { because } = understood(model, 'a table by the window please')
  assert.equal(because[0]?.feature, 'table')
  assert.ok(because.length <= 5)
  const weights = because.map(({ weight }) => weight)
  assert.deepEqual(
    weights,
    weights.toSorted((one, other) => other - one),
  )
})

test('no phrases, one phrase, one intent or two make a model that still rejects the unknown', () => {
  assert.deepEqual(understood(trainIntents([], { seed: 1 }), 'hello').ranking, [])
  const drinks = smallExamples.filter(({ intent }) => intent === 'drink')
  const two = smallExamples.filter(({ intent }) => intent === 'drink' || intent === 'bill')
  for (const examples of [drinks, drinks.slice(0, 1), two]) {
    const single = trainIntents(examples, { seed: 1 })
    assert.equal(understood(single, examples[0]?.text ?? '').ranking[0]?.confidence, 1)
    assert.ok(
      (understood(single, 'quantum chromodynamics').ranking[0]?.confidence ?? 1) <
        single.lexical.thresholds.accept,
    )
  }
})

test('progress ends at 1', () => {
  const reports: number[] = []
  trainIntents(smallExamples, { seed: 1, onProgress: (done) => reports.push(done) })
  assert.equal(reports.at(-1), 1)
})
