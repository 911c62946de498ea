import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { type EntityInput, findEntities } from '../../src/brain/entities/find-entities.ts'
import { prepareEntities } from '../../src/brain/entities/prepare-entities.ts'

const run = promisify(execFile)
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

test("today is the user's today", () => {
  const now = Date.UTC(2026, 10, 23, 23, 30)
  assert.deepEqual(values('today', { now, timeZone: 'Europe/Athens' }), ['2026-11-24'])
  assert.deepEqual(values('today', { now, timeZone: 'UTC' }), ['2026-11-23'])
  assert.deepEqual(values('today', { now, timeZone: 'America/New_York' }), ['2026-11-23'])
  assert.deepEqual(values('today', { now, timeZone: 'No/Such_Zone' }), ['2026-11-23'])
})

test('an appointment behind the change of the clocks keeps its hour', () => {
  const only = ['sys-datetime']
  assert.deepEqual(values('1 July 2027 at 9am', { only }), ['2027-07-01T09:00:00+03:00'])
  assert.deepEqual(values('1 July 2027 at 9am', { only, timeZone: 'America/New_York' }), [
    '2027-07-01T09:00:00-04:00',
  ])
})

test('a time with a zone of its own is told in the zone of the user', () => {
  assert.deepEqual(values('2026-12-24T10:00:00Z', { only: ['sys-datetime'] }), ['2026-12-24T12:00:00+02:00'])
})

test('the time zone of the machine makes no difference', async () => {
  const texts = ['today', 'tomorrow at 5pm', 'in 2 hours', 'next friday', '28 March 2027 at 2:30', '5pm EST']
  const script = `
    const { findEntities } = await import(${JSON.stringify(new URL('../../src/brain/entities/find-entities.ts', import.meta.url).href)})
    const { prepareEntities } = await import(${JSON.stringify(new URL('../../src/brain/entities/prepare-entities.ts', import.meta.url).href)})
    const base = { now: ${Date.UTC(2026, 10, 23, 23, 30)}, language: 'en', timeZone: 'Europe/Athens' }
    console.log(JSON.stringify(${JSON.stringify(texts)}.map((text) => findEntities(prepareEntities([]), { ...base, text }))))`
  const [there, here] = await Promise.all(
    ['America/New_York', 'Europe/Athens'].map((TZ) =>
      run(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, TZ } }),
    ),
  )
  assert.equal(there?.stdout, here?.stdout)
  assert.match(there?.stdout ?? '', /2026-11-25T17:00:00\+02:00/)
})

test('twelve at night is midnight, in the afternoon noon', () => {
  const only = ['sys-time']
  assert.deepEqual(values('a las 12 de la noche', { only, language: 'es' }), ['00:00'])
  assert.deepEqual(values('a las 12 de la tarde', { only, language: 'es' }), ['12:00'])
  assert.deepEqual(values('στις 12 το μεσημέρι', { only, language: 'el' }), ['12:00'])
  assert.deepEqual(values('a las 25', { only, language: 'es' }), [])
})

test('the order of day and month is that of the country', () => {
  assert.deepEqual(values('5/6/2027', { language: 'en-US' }), ['2027-05-06'])
  assert.deepEqual(values('5/6/2027', { language: 'en-GB' }), ['2027-06-05'])
  assert.deepEqual(values('5/6/2027', { language: 'en', country: 'AU' }), ['2027-06-05'])
  assert.deepEqual(values('5/6/2027', { language: 'fr' }), ['2027-06-05'])
})

test('what is no date is not read as one', () => {
  for (const [language, text] of [
    ['en', 'may I ask'],
    ['en', 'the second'],
    ['en', 'just a minute'],
    ['en', 'the sun is out'],
    ['en', 'open 24/7'],
    ['en', '31/02/2026'],
    ['de', 'guten Morgen'],
    ['de', 'ab 18 Personen'],
    ['de', 'viel früher'],
    ['de', 'bis zum 12. Lebensjahr'],
    ['de', 'von 1914 bis 1945'],
    ['en', 'what day of the month is it'],
    ['es', 'por la mañana'],
    ['es', 'buenas tardes'],
    ['fr', 'à 3 personnes'],
    ['fr', 'à Paris'],
    ['pt', 'as 3 meninas'],
    ['el', 'στη δουλειά'],
  ] as const)
    assert.deepEqual(values(text, { only: ['sys-date', 'sys-time', 'sys-datetime'], language }), [], text)
})

test('times of day are read as people say them', () => {
  const only = ['sys-time']
  for (const [text, time, language = 'en'] of [
    ['half past 3 pm', '15:30'],
    ['half past 3pm', '15:30'],
    ['ten past five', '05:10'],
    ['three pm', '15:00'],
    ['15 Uhr 30', '15:30', 'de'],
    ['gegen Mittag', '12:00', 'de'],
    ['mediodía', '12:00', 'es'],
    ['meio-dia', '12:00', 'pt'],
    ['το μεσημέρι', '12:00', 'el'],
  ] as const)
    assert.deepEqual(values(text, { only, language }), [time], text)
})

test('a day is read through a typing error, another word is not', () => {
  const only = ['sys-date']
  for (const [text, date, language = 'en'] of [
    ['tomorow', '2026-11-24'],
    ['tommorow at 5', '2026-11-24'],
    ['tuseday', '2026-11-24'],
    ['on wensday', '2026-11-25'],
    ['weds', '2026-11-25'],
    ['Donerstag', '2026-11-26', 'de'],
    ['miercoles', '2026-11-25', 'es'],
  ] as const)
    assert.deepEqual(values(text, { only, language }), [date], text)
  for (const [text, language] of [
    ['thuesday', 'en'],
    ['on fridays', 'en'],
    ['summary of the today show', 'de'],
    ['die Montage der Lampe', 'de'],
    ['o segundo', 'pt'],
    ['το δεύτερο', 'el'],
  ] as const)
    assert.deepEqual(values(text, { only, language }), [], text)
})

test('a weekday of next week is in the week that begins with the coming Monday', () => {
  const only = ['sys-date']
  assert.deepEqual(values('next week Tuesday', { only }), ['2026-12-01'])
  assert.deepEqual(values('nächste Woche am Mittwoch', { only, language: 'de' }), ['2026-12-02'])
})

test('a day with points is a date where numbers have a comma', () => {
  const only = ['sys-date']
  assert.deepEqual(values('am 3.5.', { only, language: 'de' }), ['2027-05-03'])
  assert.deepEqual(values('3.5.27', { only, language: 'de' }), ['2027-05-03'])
  for (const text of ['31.2.', '32.1.', '0.1.', '1.13.', '1.0.'])
    assert.deepEqual(values(text, { only, language: 'de' }), [], text)
  assert.deepEqual(values('it costs 3.5.', { only }), [])
})

test('"now" in a sentence is doubtful, alone it is sure', () => {
  const confidences = (text: string) =>
    found(text, { only: ['sys-time'] }).map(({ confidence }) => confidence)
  assert.deepEqual(confidences('block my card now'), [0.5])
  assert.deepEqual(confidences('now'), [1])
})

test('a language that the library of dates does not know has the names of the CLDR', () => {
  assert.deepEqual(values('25 grudnia 2026', { language: 'pl' }), ['2026-12-25'])
  assert.deepEqual(values('jutro', { language: 'pl' }), ['2026-11-24'])
  assert.deepEqual(values('w piątek', { language: 'pl' }), ['2026-11-27'])
  assert.deepEqual(values('niedziela', { language: 'pl' }), ['2026-11-29'])
})
