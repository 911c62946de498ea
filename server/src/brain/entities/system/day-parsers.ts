import { type Parser, ParsingComponents, type ParsingContext } from 'chrono-node'
import { fold } from '../text-words.ts'
import { languageOf } from './region.ts'

/** "the day after tomorrow" in any language, by the CLDR's names of near days, as a parser of chrono. */
export const nearDayParsers = (tag: string): readonly Parser[] => {
  const days = new Map<string, number>(spokenDays.get(languageOf(tag)) ?? [])
  const format = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' })
  for (const count of [-2, -1, 0, 1, 2]) {
    const name = format.format(count, 'day')
    if (!/\d/.test(name)) days.set(name, count)
  }
  return [
    namedParser(days, ({ reference }, count) =>
      ParsingComponents.createRelativeFromReference(reference, { day: count }),
    ),
    ...[spokenWeekdays.get(languageOf(tag))].flatMap((names) =>
      names === undefined ? [] : namedParser(names, weekdayComponents),
    ),
    ...[weekdaysOfNextWeek.get(languageOf(tag))].flatMap((words) =>
      words === undefined ? [] : nextWeekParser(words),
    ),
  ]
}

/** "am 3.5.", "3.5.26": a day and a month with a point behind each, where numbers are written with a comma. */
export const dottedDayParser: Parser = {
  pattern: () => /(?<![\p{L}\p{N}.,])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})?(?![\d.:])/u,
  extract: (context, [, day = '', month = '', year]) => {
    const components = { day: Number(day), month: Number(month) }
    if (components.day < 1 || components.day > 31 || components.month < 1 || components.month > 12)
      return null
    return year === undefined
      ? context.createParsingComponents(components)
      : context.createParsingComponents({ ...components, year: Number(year.padStart(4, '20')) })
  },
}

/** Short forms that the library lacks. */
const spokenWeekdays: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map([
  [
    'en',
    new Map([
      ['tues', 2],
      ['weds', 3],
    ]),
  ],
])

interface NextWeekWords {
  readonly nextWeek: string
  /** From Sunday on. */
  readonly weekdays: readonly string[]
}

const weekdaysOfNextWeek: ReadonlyMap<string, NextWeekWords> = new Map([
  [
    'en',
    {
      nextWeek: 'next week,?(?: on)?',
      weekdays: ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'],
    },
  ],
  [
    'de',
    {
      nextWeek: 'nächste[rn]? woche,?(?: am)?',
      weekdays: ['sonntag', 'montag', 'dienstag', 'mittwoch', 'donnerstag', 'freitag', 'samstag'],
    },
  ],
])

/** "next week Tuesday": of the week that begins with the coming Monday. The library reads a week and a Tuesday. */
const nextWeekParser = ({ nextWeek, weekdays }: NextWeekWords): Parser => {
  const pattern = new RegExp(`${startOfWord}${nextWeek}\\s+(${weekdays.join('|')})${endOfWord}`, 'iu')
  return {
    pattern: () => pattern,
    extract: ({ reference }, [, name = '']) => {
      const today = (reference.getDateWithAdjustedTimezone().getDay() + 6) % 7
      const weekday = (weekdays.indexOf(name.toLowerCase()) + 6) % 7
      return ParsingComponents.createRelativeFromReference(reference, { day: 7 - today + weekday })
    },
  }
}

const spokenDays: ReadonlyMap<string, readonly (readonly [string, number])[]> = new Map([
  [
    'en',
    [
      ['the day after tomorrow', 2],
      ['day after tomorrow', 2],
      ['the day before yesterday', -2],
    ],
  ],
  [
    'fr',
    [
      ['après demain', 2],
      ['avant hier', -2],
      ["aujourd'hui", 0],
      ['aujourd’hui', 0],
    ],
  ],
  [
    'el',
    [
      ['χτες', -1],
      ['προχτές', -2],
    ],
  ],
  ['it', [['dopo domani', 2]]],
  [
    'nl',
    [
      ['overmorgen', 2],
      ['eergisteren', -2],
    ],
  ],
])

/** Dates with the names of months, and weekdays, for a language that the library does not know. */
export const namedDateParsers = (tag: string): readonly Parser[] => {
  const months = new Map<string, number>()
  const weekdays = new Map<string, number>()
  for (const style of ['long', 'short'] as const) {
    const inDate = new Intl.DateTimeFormat(tag, { day: 'numeric', month: style, timeZone: 'UTC' })
    const alone = new Intl.DateTimeFormat(tag, { month: style, timeZone: 'UTC' })
    for (let month = 1; month <= 12; month++)
      for (const format of [inDate, alone])
        addName(months, partOf(format, Date.UTC(2026, month - 1, 1), 'month'), month)
    const weekdayFormat = new Intl.DateTimeFormat(tag, { weekday: style, timeZone: 'UTC' })
    for (let day = 0; day < 7; day++)
      addName(weekdays, partOf(weekdayFormat, Date.UTC(2026, 2, 1 + day), 'weekday'), day)
  }
  return [monthParser(months), namedParser(weekdays, weekdayComponents)]
}

const addName = (names: Map<string, number>, name: string, value: number): void => {
  const plain = name.replace(/\.$/, '')
  if (/^\p{L}{3,}/u.test(plain)) names.set(plain, value)
}

const partOf = (format: Intl.DateTimeFormat, moment: number, type: 'month' | 'weekday'): string =>
  format.formatToParts(moment).find((part) => part.type === type)?.value ?? ''

const namedParser = (
  names: ReadonlyMap<string, number>,
  make: (context: ParsingContext, value: number) => ParsingComponents,
): Parser => {
  const values = new Map(Array.from(names, ([name, value]) => [fold(name), value]))
  const pattern = new RegExp(`${startOfWord}(?:${anyOf(names.keys())})${endOfWord}`, 'iu')
  return {
    pattern: () => pattern,
    extract: (context, match) => {
      const value = values.get(fold(match[0]))
      return value === undefined ? null : make(context, value)
    },
  }
}

const startOfWord = '(?<![\\p{L}\\p{N}])'
const endOfWord = '(?![\\p{L}\\p{M}\\p{N}])'

/** With and without accents, longest first. */
const anyOf = (names: Iterable<string>): string =>
  [...new Set([...names].flatMap((name) => [name, plainAccents(name)]))]
    .sort((one, other) => other.length - one.length)
    .map((name) => name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join('|')

const plainAccents = (name: string): string => name.normalize('NFD').replace(/\p{M}/gu, '')

export const weekdayComponents = (context: ParsingContext, weekday: number): ParsingComponents => {
  const today = context.reference.getDateWithAdjustedTimezone().getDay()
  return context
    .createParsingComponents({ weekday })
    .addDurationAsImplied({ day: (weekday - today + 7) % 7 })
    .assign('weekday', weekday)
}

const monthParser = (months: ReadonlyMap<string, number>): Parser => {
  const values = new Map(Array.from(months, ([name, value]) => [fold(name), value]))
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}.,/])(\\d{1,2})(?:\\.|η|ης|\\u00aa|\\u00ba)?\\s+(${anyOf(months.keys())})${endOfWord}\\.?(?:\\s+(\\d{4})(?!\\d))?`,
    'iu',
  )
  return {
    pattern: () => pattern,
    extract: (context, match) => {
      const [, day = '', name = '', year] = match
      const month = values.get(fold(name))
      if (month === undefined || Number(day) < 1 || Number(day) > 31) return null
      const components = { day: Number(day), month }
      return context.createParsingComponents(
        year === undefined ? components : { ...components, year: Number(year) },
      )
    },
  }
}
