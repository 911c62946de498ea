import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EntityDefinition } from '../../src/brain/entities/entity.ts'
import { type EntityInput, findEntities } from '../../src/brain/entities/find-entities.ts'
import { linearPattern, patternFault } from '../../src/brain/entities/linear-pattern.ts'
import { prepareEntities } from '../../src/brain/entities/prepare-entities.ts'

const definitions: readonly EntityDefinition[] = [
  {
    entity: 'size',
    type: 'synonym',
    values: [
      { value: 'small', synonyms: ['little', 'tiny', 'S'] },
      { value: 'large', synonyms: ['big', 'extra large'] },
    ],
  },
  {
    entity: 'product',
    type: 'synonym',
    values: [
      { value: 'iPhone', synonyms: ['iphone 14'] },
      { value: 'headphones' },
      { value: 'card', synonyms: ['credit card'] },
      { value: 'C++' },
      { value: 'three' },
      { value: 'house' },
      { value: 'dozens' },
    ],
  },
  { entity: 'brand', type: 'synonym', values: [{ value: 'Apple' }, { value: 'Sony' }] },
  { entity: 'fruit', type: 'synonym', values: [{ value: 'apple' }, { value: 'banana' }] },
  {
    entity: 'country',
    type: 'synonym',
    fuzzy: false,
    values: [
      { value: 'GR', synonyms: ['Greece', 'Ελλάδα', 'Griechenland'] },
      { value: 'CZ', synonyms: ['Česko'] },
    ],
  },
  { entity: 'order', type: 'pattern', patterns: ['(?i)\\bord-(\\d{5})\\b', '\\b[A-Z]{2}\\d{4}\\b'] },
]
const prepared = prepareEntities(definitions)

const found = (text: string, input: Partial<EntityInput> = {}) =>
  findEntities(prepared, {
    text,
    now: Date.UTC(2026, 10, 23, 7),
    language: 'en',
    timeZone: 'Europe/Athens',
    ...input,
  })

const shown = (text: string, input: Partial<EntityInput> = {}): readonly string[] =>
  found(text, input).map(({ entity, value, text: words }) => `${entity}=${JSON.stringify(value)} in ${words}`)

const own = { only: definitions.map(({ entity }) => entity) }

test('a synonym is found in any case and with any accents, and gives its value and its place', () => {
  assert.deepEqual(found('A LITTLE headphones, please', own), [
    { entity: 'size', value: 'small', start: 2, end: 8, text: 'LITTLE', confidence: 1 },
    { entity: 'product', value: 'headphones', start: 9, end: 19, text: 'headphones', confidence: 1 },
  ])
  assert.deepEqual(shown('cesko, ελλαδα', own), ['country="CZ" in cesko', 'country="GR" in ελλαδα'])
})

test('typing errors and endings are forgiven, at the price of confidence', () => {
  const sure = (text: string) => found(text, own).map(({ value, confidence }) => [value, confidence])
  assert.deepEqual(sure('headphones'), [['headphones', 1]])
  assert.deepEqual(sure('bananas'), [['banana', 0.95]])
  assert.deepEqual(sure('extra-larges'), [['large', 0.95]])
  assert.deepEqual(sure('extralarge'), [['large', 0.95]])
  assert.deepEqual(sure('i phone 14'), [['iPhone', 0.95]])
  assert.deepEqual(sure('lagre'), [['large', 0.9]])
  assert.deepEqual(sure('bannana'), [['banana', 0.9]])
  assert.deepEqual(sure('haedphone'), [['headphones', 0.8]])
  assert.deepEqual(sure('hedfones'), [])
})

test('an entity that is not fuzzy is found only as it is listed', () => {
  assert.deepEqual(shown('greece', own), ['country="GR" in greece'])
  assert.deepEqual(shown('grece, Griechenlands', own), [])
})

test('short words, common words and other first letters are no typing errors', () => {
  assert.deepEqual(shown('there is a cart near the mouse, bug and song', own), [])
  assert.deepEqual(shown("it's John's, isn't it?", own), [])
  assert.deepEqual(shown('a cap of phone14, smalltalk, ses and largely', own), [])
})

test('the longest synonym wins', () => {
  assert.deepEqual(shown('my credit  card, extra large', own), [
    'product="card" in credit  card',
    'size="large" in extra large',
  ])
})

test('signs count: C++ is not C', () => {
  assert.deepEqual(shown('C++ or c', own), ['product="C++" in C++'])
})

test('a word that two entities list is found as both', () => {
  assert.deepEqual(shown('an apple', own), ['brand="Apple" in apple', 'fruit="apple" in apple'])
})

test('scripts without spaces are read inside a sentence', () => {
  const asian = prepareEntities([
    { entity: 'city', type: 'synonym', values: [{ value: '東京' }, { value: '京都' }] },
  ])
  const input = { text: '明日東京に行きます', now: 0, language: 'ja', timeZone: 'UTC', only: ['city'] }
  assert.deepEqual(
    findEntities(asian, input).map(({ value, start }) => [value, start]),
    [['東京', 2]],
  )
})

test('ten thousand synonyms are told apart', () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `product${letters(index)}`)
  const many = prepareEntities([
    { entity: 'many', type: 'synonym', values: names.map((value) => ({ value })) },
  ])
  for (const index of [0, 77, 9_999]) {
    const text = `I want ${names[index]} now`
    assert.deepEqual(
      findEntities(many, { text, now: 0, language: 'en', timeZone: 'UTC', only: ['many'] }).map(
        ({ value }) => value,
      ),
      [names[index]],
    )
  }
})

const letters = (index: number): string =>
  index.toString().replace(/\d/g, (digit) => 'bcdfghjklm'[Number(digit)] ?? '')

test("a pattern's value is its first group, or all of it without groups", () => {
  assert.deepEqual(shown('ORD-12345 and AB1234', own), [
    'order="12345" in ORD-12345',
    'order="AB1234" in AB1234',
  ])
  assert.deepEqual(shown('ab1234 ord-123456', own), [])
})

test('a pattern that backtracking engines choke on reads a long message', () => {
  for (const source of ['(a+)+$', '(a|a)*b', '^(([a-z])+.)+[A-Z]([a-z])+$', '(.*a){12}x'])
    assert.equal(linearPattern(source).test(`${'a'.repeat(100_000)}!`), false, source)
})

test('a pattern that cannot run in linear time is explained', () => {
  assert.equal(patternFault('(?i)ord-\\d+'), undefined)
  assert.match(patternFault('[a-') ?? '', /closing \]/)
  assert.match(patternFault('a(?=b)') ?? '', /looks ahead/)
  assert.match(patternFault('(a)\\1') ?? '', /refers back/)
  assert.match(patternFault('(?:a{1000}){1000}') ?? '', /repeat count/)
  assert.match(patternFault('a{1000}b{1000}c{1000}') ?? '', /too large/)
  assert.equal(patternFault('a\\\\1'), undefined)
})

test('a pattern that cannot be read finds nothing and breaks nothing', () => {
  const broken = prepareEntities([{ entity: 'code', type: 'pattern', patterns: ['[', 'b'] }])
  const input = { text: '[ab', now: 0, language: 'en', timeZone: 'UTC' }
  assert.deepEqual(
    findEntities(broken, input).map(({ value }) => value),
    ['b'],
  )
})

test('a linear pattern tells where it matched and what its groups are', () => {
  assert.deepEqual(linearPattern('(x)|b(c)').exec('abcabc', 2), {
    start: 4,
    end: 6,
    text: 'bc',
    groups: [undefined, 'c'],
  })
  assert.equal(linearPattern('b').exec('ab', 9), undefined)
})

test("of two entities that claim the same words the longer one wins, then the document's own", () => {
  assert.deepEqual(shown('three'), ['product="three" in three'])
  assert.deepEqual(shown('a few dozen'), ['product="dozens" in dozen'])
  assert.deepEqual(shown('three weeks'), ['sys-duration={"iso":"P3W","seconds":1814400} in three weeks'])
  assert.deepEqual(shown('in three weeks'), ['sys-date="2026-12-14" in in three weeks'])
  assert.deepEqual(shown('iphone 14 costs 20 euros'), [
    'product="iPhone" in iphone 14',
    'sys-money={"amount":20,"currency":"EUR"} in 20 euros',
  ])
})

test('what is not asked for claims no words', () => {
  assert.deepEqual(shown('three weeks', { only: ['sys-number'] }), ['sys-number=3 in three'])
  assert.deepEqual(shown('three weeks', { only: [] }), [])
  assert.deepEqual(shown('three weeks', { only: ['brand', 'no-such'] }), [])
})
