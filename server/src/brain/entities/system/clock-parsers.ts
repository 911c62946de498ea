import type { Parser } from 'chrono-node'
import { textWords } from '../text-words.ts'
import { type ClockWords, clockWords } from './clock-words.ts'
import { findWordNumbers } from './number-words.ts'

/*
 * Times of day as people say them, where the library reads only half or nothing: "a las cinco de la tarde", "às 17h",
 * "halb sechs", "στις 5 το απόγευμα". An hour counts only with a word that makes it one.
 */
export const clockParsers = (language: string): readonly Parser[] => {
  const words = clockWords.get(language)
  return words === undefined
    ? []
    : [hourParser(language, words), ...fixedParsers(words), ...beforeParsers(language, words)]
}

const startOfWord = '(?<![\\p{L}\\p{N}])'
const endOfWord = '(?![\\p{L}\\p{M}\\p{N}])'
const number = '(?<hour>\\d{1,2}|\\p{L}{2,12})'

/** "[at] 5[:30] [o'clock] [and a half] [in the afternoon]" */
const hourParser = (language: string, words: ClockWords): Parser => {
  const added = words.minutes.map(([written]) => written).join('|') || '(?!)'
  const pattern = new RegExp(
    `${startOfWord}(?:(?<at>${words.at})(?:\\s+|(?<=['’])))?${number}(?:\\s?[h:.]\\s?(?<minute>[0-5]\\d)(?!\\d))?` +
      `(?:\\s?(?<clock>${words.hour})${endOfWord}(?:\\s(?<behind>[0-5]\\d)(?![\\d.,]|\\s*[\\p{L}%€]))?)?(?:\\s+(?<added>${added})${endOfWord})?` +
      `(?:,?\\s+(?<part>${words.morning}|${words.evening}))?${endOfWord}`,
    'iu',
  )
  return {
    pattern: () => pattern,
    extract: ({ text }, match) => {
      const spoken: SpokenTime = match.groups ?? {}
      const behind = text.slice((match.index ?? 0) + match[0].length)
      if (!isTime(spoken, behind)) return null
      const minutes = Number(spoken.minute ?? spoken.behind ?? 0) + minutesOf(words.minutes, spoken.added)
      return clockComponents(words, hourOf(spoken.hour ?? '', language), minutes, spoken.part)
    },
  }
}

interface SpokenTime {
  readonly at?: string
  readonly hour?: string
  readonly minute?: string
  readonly clock?: string
  /** Minutes behind the clock's word: "15 Uhr 30". */
  readonly behind?: string
  readonly added?: string
  readonly part?: string
}

/** "5 in the afternoon" and "17 h" are times, "2h" may be a duration, "at home" and "à trois personnes" are none. */
const isTime = ({ at, hour = '', minute, clock, added, part }: SpokenTime, behind: string): boolean => {
  if (part !== undefined) return true
  if (at === undefined)
    return clock !== undefined && /^\d/.test(hour) && !(clock === 'h' && hour.length === 1)
  const isBare = minute === undefined && clock === undefined && added === undefined
  return !isBare || /^\d/.test(hour) || !/^\s+\p{L}/u.test(behind)
}

const minutesOf = (
  table: readonly (readonly [pattern: string, minutes: number])[],
  written: string | undefined,
): number => (written === undefined ? 0 : (table.find(([pattern]) => isWritten(pattern, written))?.[1] ?? 0))

const isWritten = (pattern: string, written: string): boolean =>
  new RegExp(`^(?:${pattern})$`, 'iu').test(written)

const fixedParsers = (words: ClockWords): readonly Parser[] =>
  words.fixed.map(([written, hour]) => {
    const pattern = new RegExp(`${startOfWord}(?:${written})${endOfWord}`, 'iu')
    return { pattern: () => pattern, extract: () => ({ hour, minute: 0 }) }
  })

const beforeParsers = (language: string, words: ClockWords): readonly Parser[] =>
  (words.before ?? []).map(([written, minutes]) => {
    const pattern = new RegExp(
      `${startOfWord}(?:(?:${words.at})\\s+)?${written}\\s+${number}(?:\\s*(?<part>${words.morning}|${words.evening}))?${endOfWord}`,
      'iu',
    )
    return {
      pattern: () => pattern,
      extract: (_context, { groups }) =>
        clockComponents(words, hourOf(groups?.hour ?? '', language), minutes, groups?.part),
    }
  })

const hourOf = (written: string, language: string): number | undefined => {
  if (/^\d/.test(written)) return Number(written)
  const [number] = findWordNumbers(written, textWords(written), language)
  return number?.end === written.length ? number.value : undefined
}

const dayMinutes = 24 * 60

const clockComponents = (
  words: ClockWords,
  hour: number | undefined,
  minutes: number,
  part: string | undefined,
): { hour: number; minute: number } | null => {
  if (hour === undefined || !Number.isInteger(hour) || hour > 23) return null
  const total = (hourOfDay(words, hour, part) * 60 + minutes + dayMinutes) % dayMinutes
  return { hour: Math.floor(total / 60), minute: total % 60 }
}

/** Twelve in the morning or at night is midnight, in the afternoon noon. */
const hourOfDay = (words: ClockWords, hour: number, part: string | undefined): number => {
  if (part === undefined || hour > 12) return hour
  const isEvening = isWritten(words.evening, part)
  if (hour === 12) return isEvening && !nightPattern.test(part) ? 12 : 0
  return isEvening ? hour + 12 : hour
}

const nightPattern = /night|noche|noite|notte|soir|sera|nacht|abend|βράδυ/i
