import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findEntities } from '../../src/brain/entities/find-entities.ts'
import { prepareEntities } from '../../src/brain/entities/prepare-entities.ts'

const prepared = prepareEntities([
  {
    entity: 'size',
    type: 'synonym',
    values: [{ value: 'small', synonyms: ['very very small', '小'] }, { value: 'large' }],
  },
  { entity: 'code', type: 'pattern', patterns: ['(a+)+$', '\\d*', '[A-Z]{2}(\\d+)?'] },
])

const languages = [
  'en',
  'en-GB',
  'de',
  'es',
  'fr',
  'el',
  'pt-BR',
  'it',
  'nl',
  'ja',
  'ar',
  'pl',
  'xx',
  'not a tag',
  '',
]

/** Words that mean something, and anything between them. */
const pieces = fc.oneof(
  fc.constantFrom(
    ...[
      'small',
      'very',
      'tomorrow',
      'at',
      '5',
      'pm',
      'morgen',
      'um',
      'halb',
      'mil',
      'και',
      'de',
      'la',
      '12/05',
      '€',
      '$',
    ],
    ...[
      'one',
      'and',
      'a',
      'half',
      'hour',
      'zweitausend',
      '1.234,56',
      '%',
      'k',
      '+49',
      '030',
      '@',
      '.com',
      '-',
      '٣',
      "'",
      '\n',
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
)
const texts = fc
  .array(pieces, { maxLength: 12 })
  .chain((parts) => fc.constantFrom(parts.join(' '), parts.join('')))

test('whatever the text, entities are found inside it, in order, and no two of different words overlap', () => {
  fc.assert(
    fc.property(
      texts,
      fc.constantFrom(...languages),
      fc.constantFrom('UTC', 'Asia/Kolkata', 'nowhere'),
      fc.integer({ min: 0, max: 4_000_000_000_000 }),
      (text, language, timeZone, now) => {
        const found = findEntities(prepared, { text, language, timeZone, now })
        let last = { start: 0, end: 0 }
        for (const { start, end, text: words, confidence } of found) {
          assert.ok(start >= 0 && start < end && end <= text.length)
          assert.equal(words, text.slice(start, end))
          assert.ok(confidence > 0 && confidence <= 1)
          assert.ok(start >= last.end || (start === last.start && end === last.end))
          last = { start, end }
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('the same message is read the same each time', () => {
  fc.assert(
    fc.property(texts, fc.constantFrom(...languages), (text, language) => {
      const input = { text, language, timeZone: 'Europe/Athens', now: 1_795_000_000_000 }
      assert.deepEqual(findEntities(prepared, input), findEntities(prepared, input))
    }),
    { numRuns: 100 },
  )
})

test('a whole number that is written out in words is read back', async () => {
  for (const tag of ['en-GB', 'en-US', 'es-ES', 'de-DE', 'fr-FR', 'el-GR', 'pt-PT', 'it-IT']) {
    const { toCardinal } = await import(`n2words/${tag}`)
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 999_999 }), (number) => {
        const text = String(toCardinal(number))
        const found = findEntities(prepared, {
          text,
          language: tag,
          timeZone: 'UTC',
          now: 0,
          only: ['sys-number'],
        })
        assert.deepEqual(
          found.map(({ value }) => value),
          [number],
          text,
        )
      }),
      { numRuns: 100 },
    )
  }
})

test('hostile texts are read to the end', () => {
  for (const piece of [
    'a',
    '1 ',
    ' ',
    '+1(',
    'a@',
    'very ',
    'eintausend',
    'mille ',
    '1 hour ',
    'monday ',
    '$1 ',
    '12/',
    '{{',
  ])
    for (const language of ['en', 'de', 'el']) {
      const text = piece.repeat(100_000 / piece.length)
      assert.ok(findEntities(prepared, { text, language, timeZone: 'UTC', now: 0 }).length <= 200)
    }
})
