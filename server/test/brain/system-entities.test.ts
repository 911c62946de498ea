import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { systemEntities } from '../../src/brain/document/understanding-part.ts'
import { type EntityInput, findEntities } from '../../src/brain/entities/find-entities.ts'
import { prepareEntities } from '../../src/brain/entities/prepare-entities.ts'

const none = prepareEntities([])

/** Monday, 23 November 2026, 09:00 in Athens. */
const found = (text: string, input: Partial<EntityInput> = {}) =>
  findEntities(none, {
    text,
    now: Date.UTC(2026, 10, 23, 7),
    language: 'en',
    timeZone: 'Europe/Athens',
    ...input,
  })

const values = (text: string, input: Partial<EntityInput> = {}): readonly unknown[] =>
  found(text, input).map(({ value }) => value)

const guide = readFileSync(new URL('../../../docs/guides/entities.md', import.meta.url), 'utf8')
const [head = [], , ...rows] = (guide.split('<!-- examples -->')[1] ?? '')
  .trim()
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
const languages = head.slice(2, -1)

const shownValue = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? 'iso' in value
      ? String(value.iso)
      : Object.values(value).join(' ')
    : String(value)

for (const [column, language] of languages.entries())
  test(`the guide's examples in ${language} are read as it says`, () => {
    let examples = 0
    for (const row of rows) {
      const [, text, value, until] = /`([^`]+)` (.+?)(?: to (.+))?$/.exec(row[column + 2] ?? '') ?? []
      if (text === undefined) continue
      examples += 1
      const entity = row[1]?.replaceAll('`', '')
      const hit = found(text, { language }).find((one) => one.entity === entity)
      assert.equal(hit && shownValue(hit.value), value, `${entity} in ${text}`)
      assert.equal(hit?.until, until, text)
    }
    assert.ok(examples > 20)
  })

test('every system entity that a document may name is read', () => {
  const text =
    '3 birds, 5%, 20 euros, 2 weeks, a@example.com, example.com/a, +49 30 901820 and tomorrow at 5pm'
  const names = new Set(found(text).map(({ entity }) => entity))
  assert.deepEqual([...names].sort(), [...systemEntities].sort())
  for (const name of systemEntities) {
    assert.ok(guide.includes(`| \`${name}\` |`), `the guide has ${name}`)
    assert.deepEqual([...new Set(found(text, { only: [name] }).map(({ entity }) => entity))], [name])
  }
})

test('a day and an hour are a date, a time and a moment', () => {
  assert.deepEqual(
    found('please tomorrow at 5pm!').map(({ entity, value, text }) => [entity, value, text]),
    [
      ['sys-date', '2026-11-24', 'tomorrow at 5pm'],
      ['sys-time', '17:00', 'tomorrow at 5pm'],
      ['sys-datetime', '2026-11-24T17:00:00+02:00', 'tomorrow at 5pm'],
    ],
  )
})

test('a phone number without a country code is of the country', () => {
  const only = ['sys-phone']
  assert.deepEqual(values('call 07911 123456', { only, country: 'GB' }), ['+447911123456'])
  assert.deepEqual(values('call +49 30 901820 or 6912345678', { only, language: 'el' }), [
    '+4930901820',
    '+306912345678',
  ])
  assert.deepEqual(values('order 12345678, 17:30, 2026-12-24', { only }), [])
  assert.deepEqual(values('1620-21 und 973-1048', { only, language: 'de' }), [])
})

test('the dollar is of the country', () => {
  const money = (amount: number, currency: string) => [{ amount, currency }]
  assert.deepEqual(values('$5', { country: 'CA' }), money(5, 'CAD'))
  assert.deepEqual(values('US$5', { country: 'CA' }), money(5, 'USD'))
  assert.deepEqual(values('20 euros and 50 cents'), money(20.5, 'EUR'))
  assert.deepEqual(values('5 million dollars'), money(5_000_000, 'USD'))
  assert.deepEqual(values('EUR 20'), money(20, 'EUR'))
})

test('email and web addresses are found, a full stop without its space is none', () => {
  assert.deepEqual(values('Ann.Lee@example.com, see www.example.com/a?b=1.'), [
    'Ann.Lee@example.com',
    'https://www.example.com/a?b=1',
  ])
  assert.deepEqual(values('that is ok.So what.Then'), [])
})

test('a single mark before three digits means what the language means by it', () => {
  assert.deepEqual(values('1.234', { language: 'en' }), [1.234])
  assert.deepEqual(values('1.234', { language: 'de' }), [1234])
  assert.deepEqual(values('1,234', { language: 'en' }), [1234])
  assert.deepEqual(values('1,234', { language: 'es' }), [1.234])
  assert.deepEqual(values('12,34,567.5', { language: 'en' }), [1_234_567.5])
  assert.deepEqual(values('-5 and .5 and ٣٤'), [-5, 0.5, 34])
})

test('what is no number is not read as one', () => {
  const only = ['sys-number']
  for (const text of [
    'AB-12',
    '3D',
    'B2B',
    '1.2.3',
    '17:30',
    '12/05/2026',
    'bob42@example.com',
    'which one is it',
  ])
    assert.deepEqual(values(text, { only }), [], text)
  for (const [language, text] of [
    ['de', 'eine Frage'],
    ['fr', 'une question'],
    ['es', 'una pregunta'],
    ['pt', 'uma pergunta'],
    ['el', 'μία ερώτηση'],
  ] as const)
    assert.deepEqual(values(text, { only, language }), [], text)
})

test('a duration is no day', () => {
  const only = ['sys-date', 'sys-duration']
  assert.deepEqual(
    found('for 2 weeks', { only }).map(({ entity }) => entity),
    ['sys-duration'],
  )
  assert.deepEqual(
    found('in 2 weeks', { only }).map(({ entity }) => entity),
    ['sys-date'],
  )
  assert.deepEqual(
    found('2 weeks ago', { only }).map(({ entity }) => entity),
    ['sys-date'],
  )
})

test('parts of a duration are one', () => {
  const iso = (text: string) => values(text, { only: ['sys-duration'] }).map(shownValue)
  assert.deepEqual(iso('2 days, 3 hours and 5 minutes'), ['P2DT3H5M'])
  assert.deepEqual(iso('1h 30min'), ['PT1H30M'])
  assert.deepEqual(iso('2 hours 3 hours'), ['PT2H', 'PT3H'])
  assert.deepEqual(iso('in 2 hours wait 5 minutes'), ['PT2H', 'PT5M'])
})
