import * as chrono from 'chrono-node'
import { clockParsers } from './clock-parsers.ts'
import { dottedDayParser, namedDateParsers, nearDayParsers } from './day-parsers.ts'
import { mistypedDayParser } from './mistyped-days.ts'
import { knownTag, languageOf } from './region.ts'
import { relativeParsers } from './relative-parsers.ts'

/** Reads dates and times of one language. */
export interface DateLanguage {
  readonly reader: chrono.Chrono
  /** A word that is no date behind these: "guten Morgen". */
  readonly notBehind?: RegExp
  /** What the library takes for a date and people do not. */
  readonly notDate?: RegExp
}

/**
 * The library's reader of the language, and what it lacks. A language that it does not know gets the names of months,
 * weekdays and near days from the CLDR, and dates in digits with the day first.
 */
export const dateLanguage = (tag: string, country: string): DateLanguage => {
  const language = languageOf(tag)
  const isMonthFirst = language === 'en' && monthFirstCountries.has(country)
  const key = isMonthFirst ? 'en-US' : knownTag(tag)
  const known = remembered.get(key)
  if (known !== undefined) return known
  const made = {
    reader: readerOf(isMonthFirst ? 'en-US' : language, knownTag(tag)),
    ...exceptions.get(language),
  }
  remembered.set(key, made)
  return made
}

const remembered = new Map<string, DateLanguage>()

/** Where 5/6 is the sixth of May. */
const monthFirstCountries = new Set(['US', 'PH', 'PR', 'GU', 'AS', 'VI', 'MP', 'FM', 'MH', 'PW', 'BZ'])

const readerOf = (name: string, tag: string): chrono.Chrono => {
  const known = readers.get(name)
  const reader = (known ?? chrono.en.GB).clone()
  const language = languageOf(tag)
  reader.parsers = [
    ...reader.parsers,
    ...(known === undefined ? namedDateParsers(tag) : []),
    ...nearDayParsers(tag),
    mistypedDayParser(tag),
    ...(dottedDays.has(language) ? [dottedDayParser] : []),
    ...clockParsers(language),
    ...relativeParsers(tag),
  ]
  return reader
}

const dottedDays = new Set(['de', 'el', 'fi', 'ru', 'uk', 'pl', 'cs', 'sk', 'da', 'nb', 'no', 'hr', 'tr'])

const readers: ReadonlyMap<string, chrono.Chrono> = new Map([
  ['en-US', chrono.en.casual],
  ['en', chrono.en.GB],
  ['de', chrono.de.casual],
  ['fr', chrono.fr.casual],
  ['es', chrono.es.casual],
  ['pt', chrono.pt.casual],
  ['it', chrono.it.casual],
  ['nl', chrono.nl.casual],
  ['ru', chrono.ru.casual],
  ['uk', chrono.uk.casual],
  ['sv', chrono.sv.casual],
  ['fi', chrono.fi.casual],
  ['id', chrono.id.casual],
  ['vi', chrono.vi.casual],
  ['ar', chrono.ar.casual],
  ['ja', chrono.ja.casual],
  ['zh', chrono.zh.casual],
])

const exceptions: ReadonlyMap<string, Omit<DateLanguage, 'reader'>> = new Map([
  ['en', { notDate: /^(?:the (?:day|week|month|quarter|year)|sun|sat|mon|wed|mar|jan|dec|sec)\.?$/i }],
  ['de', { notBehind: /\bguten\s+$/i }],
  ['es', { notBehind: /\b(?:la|esta|cada|de)\s+$/i, notDate: /^del?\s|^a \d+$/i }],
  ['pt', { notDate: /^d[eo]\s|^a \d+$/i }],
  ['fr', { notDate: /^du\s\d+$/i }],
])
