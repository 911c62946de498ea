import type { Component, ParsedComponents, ParsedResult } from 'chrono-node'
import { isCommonWord } from '../common-words.ts'
import { fold } from '../text-words.ts'
import { dateLanguage } from './date-language.ts'
import { inAsciiDigits } from './digit-numbers.ts'
import { findDurations } from './durations.ts'
import type { SystemReading } from './system-reading.ts'
import type { TextScan } from './text-scan.ts'
import { isoDate, isoDateTime, isoTime, offsetMinutes, type WallTime, wallTimeOf } from './time-zone.ts'

/*
 * `sys-date` (2026-12-24), `sys-time` (17:30) and `sys-datetime` (2026-12-24T17:30:00+02:00), in the user's time zone.
 * What names a day is a date, what names an hour a time, what names both is all three, with the same words. Days and
 * weekdays without a year are the next ones to come. Of a range the value is its beginning, `until` its end.
 *
 * The library knows wall clocks only: it is told the offset of now, and the moment of what it read is found by the
 * zone's own rules, so an appointment behind the end of summer time keeps its hour.
 */
export const findDates = (scan: TextScan): readonly SystemReading[] => {
  const { text, context } = scan
  const language = dateLanguage(context.language, context.country)
  const offset = offsetMinutes(context.timeZone, context.now)
  const results = language.reader.parse(
    inAsciiDigits(text).replace(rangeStart, blank).replace(rangeMiddle, '$1a '),
    { instant: new Date(context.now), timezone: offset },
    { forwardDate: true },
  )
  return results.flatMap((result) => {
    const trimmed = result.text.trim()
    const before = text.slice(0, result.index)
    if (language.notBehind?.test(before)) return []
    const isWhole = trimmed.length >= text.trim().length
    if (neverDate.test(trimmed) || (language.notDate?.test(trimmed) && !isWhole)) return []
    if (isInsideWord(result, text) || isYear(result)) return []
    if (isCount(result, text, context.language) || isDuration(result, scan)) return []
    return readingsOf(result, context.timeZone, isWhole)
  })
}

/** "from 3 to 5 May": the library takes "from 3" for an hour. Blanks keep everything in its place. */
const rangeStart =
  /(?<!\p{L})(?:from|between|vom|von|del?|do|du)(?=\s+\d{1,2}\p{L}{0,2}\.?\s*(?:to|until|till|and|bis|al?|ao|au|-|–)\s*\d{1,2}\p{L}{0,2}\.?\s+(?:of\s+|de\s+)?\p{L}{3,})/giu

/** Open at all times, one of several, and a plea to wait. */
const neverDate = /^(?:24\/7|the second|just an? (?:second|minute|moment))$/i

/** The library's borders of words are those of English: "früher" has no Friday in it, "zum 12." no hour. */
const isInsideWord = ({ index, text }: ParsedResult, whole: string): boolean => {
  const end = index + text.length
  return (
    /^[\p{L}\p{N}]{2}$/u.test(whole.slice(index - 1, index + 1)) ||
    /^\p{L}{2}$/u.test(whole.slice(end - 1, end + 1))
  )
}

/** "von 1914 bis 1945" are years, not 19:14. */
const isYear = ({ start, text }: ParsedResult): boolean =>
  !namesDay(start) && /(?<!\d)\d{4}(?!\d)/.test(text) && !/uhr|\d\s?h|[ap]\.?m/i.test(text)

/** "ab 18 Personen", "à 3 personnes": a bare number before a word counts what the word names, not the hours. */
const isCount = ({ start, index, text }: ParsedResult, whole: string, language: string): boolean => {
  if (namesDay(start) || !/(?:^|\s)\d{1,2}$/.test(text)) return false
  const [, next] =
    /^\s+(\p{L}[\p{L}\p{M}]*)/u.exec(whole.slice(index + text.length, index + text.length + 30)) ?? []
  return next !== undefined && !isCommonWord(fold(next), language) && !politeWords.has(fold(next))
}

/** "2 weeks" and "for 2 weeks" are no day; "in 2 weeks" is one. */
const isDuration = ({ start, index, text }: ParsedResult, scan: TextScan): boolean => {
  if (!start.tags().has('result/relativeDate')) return false
  const first = index + (/^\s*(?:(?:for|für|durante|por|pendant|per|για)\s+)?/iu.exec(text)?.[0].length ?? 0)
  const past = index + text.trimEnd().length
  return findDurations(scan).some((duration) => duration.start === first && duration.end === past)
}

const politeWords = new Set([
  'please',
  'thanks',
  'bitte',
  'danke',
  'gracias',
  'merci',
  'obrigado',
  'obrigada',
  'παρακαλω',
])

/** "3 al 5 de mayo". */
const rangeMiddle = /(\d\s+)al(?=\s+\d)/giu

const blank = (written: string): string => ' '.repeat(written.length)

const readingsOf = (
  { index, text, start, end }: ParsedResult,
  timeZone: string,
  isWhole: boolean,
): readonly SystemReading[] => {
  const confidence = Math.min(dayConfidence(start, text, isWhole), hourConfidence(start))
  const wall = wallOf(start, timeZone)
  if (confidence === 0 || !isRealDay(wall)) return []
  const until = end === undefined || end === null ? undefined : wallOf(end, timeZone)
  const lead = text.length - text.trimStart().length
  const place = { kind: 'date', start: index + lead, end: index + text.trimEnd().length, confidence }
  const reading = (entity: string, write: (wall: WallTime) => string): SystemReading => {
    const value = write(wall)
    const last = until === undefined ? value : write(until)
    return { entity, value, ...place, ...(last === value ? {} : { until: last }) }
  }
  const readings: SystemReading[] = []
  if (namesDay(start)) readings.push(reading('sys-date', isoDate))
  if (namesHour(start)) readings.push(reading('sys-time', isoTime))
  if (readings.length === 2) readings.push(reading('sys-datetime', (moment) => isoDateTime(moment, timeZone)))
  return readings
}

const namesDay = (start: ParsedComponents): boolean =>
  start.isCertain('day') || start.isCertain('weekday') || start.isCertain('month')

/** Noon and midnight are hours, though the library only implies them. */
const namesHour = (start: ParsedComponents): boolean =>
  start.isCertain('hour') ||
  start.tags().has('casualReference/noon') ||
  start.tags().has('casualReference/midnight')

/** 0: no date and no time. */
const dayConfidence = (start: ParsedComponents, text: string, isWhole: boolean): number => {
  if (isNow(start, text)) return isWhole ? 1 : 0.5
  if (start.isCertain('weekday')) return 1
  if (start.isCertain('day')) return /^\d{1,2}[./-]\d{1,2}$/.test(text.trim()) ? 0.7 : 1
  if (!start.isCertain('month')) return namesHour(start) ? 1 : 0
  if (namesHour(start)) return 0
  if (start.isCertain('year')) return 0.7
  return isWhole ? 0.5 : 0
}

/** "now" is seldom meant as an answer: "block my card now". */
const isNow = (start: ParsedComponents, text: string): boolean =>
  start.isCertain('day') && start.isCertain('second') && !/\s|\d/.test(text.trim())

/** Five o'clock may be seventeen o'clock. */
const hourConfidence = (start: ParsedComponents): number => {
  if (!start.isCertain('hour') || start.isCertain('meridiem') || start.isCertain('timezoneOffset')) return 1
  const hour = start.get('hour') ?? 0
  return hour >= 1 && hour <= 7 && start.get('minute') === 0 ? 0.8 : 1
}

const wallOf = (components: ParsedComponents, timeZone: string): WallTime => {
  if (components.isCertain('hour') && components.isCertain('timezoneOffset')) {
    const moment = components.date().getTime()
    return wallTimeOf(moment, offsetMinutes(timeZone, moment))
  }
  const part = (name: Component): number => components.get(name) ?? 0
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  }
}

const isRealDay = ({ year, month, day, hour }: WallTime): boolean => {
  const date = new Date(Date.UTC(year, month - 1, day))
  return (
    year > 0 && year < 10_000 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 25
  )
}
