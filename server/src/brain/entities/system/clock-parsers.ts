import type { Parser } from 'chrono-node'
import { textWords } from '../text-words.ts'
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

interface ClockWords {
  /** Before the hour. */
  readonly at: string
  /** Behind the hour: o'clock. */
  readonly hour: string
  /** Behind the hour, and the minutes they add. */
  readonly minutes: readonly (readonly [pattern: string, minutes: number])[]
  /** Part of the day, and the hour from which 1 to 11 are meant as 13 to 23. */
  readonly morning: string
  readonly evening: string
  readonly fixed: readonly (readonly [pattern: string, hour: number])[]
  /** Before the hour: "halb" is -30, "quarter past" 15. */
  readonly before?: readonly (readonly [pattern: string, minutes: number])[]
}

const clockWords: ReadonlyMap<string, ClockWords> = new Map<string, ClockWords>([
  [
    'en',
    {
      at: 'at',
      hour: "o'?clock",
      minutes: [],
      morning: 'in the morning',
      evening: 'in the (?:afternoon|evening)|at night',
      fixed: [],
      before: [
        ['half past', 30],
        ['quarter past', 15],
        ['a quarter past', 15],
        ['quarter to', -15],
        ['a quarter to', -15],
      ],
    },
  ],
  [
    'de',
    {
      at: 'um|gegen|ab',
      hour: 'uhr',
      minutes: [],
      morning: 'morgens|früh|vormittags|am morgen|am vormittag',
      evening: 'nachmittags|abends|am nachmittag|am abend',
      fixed: [],
      before: [
        ['halb', -30],
        ['viertel nach', 15],
        ['viertel vor', -15],
        ['dreiviertel', -15],
      ],
    },
  ],
  [
    'es',
    {
      at: 'a las|a la|sobre las|desde las|hasta las',
      hour: 'h|hs|horas|en punto',
      minutes: [
        ['y media', 30],
        ['y cuarto', 15],
        ['menos cuarto', -15],
      ],
      morning: 'de la mañana|de la madrugada',
      evening: 'de la tarde|de la noche',
      fixed: [
        ['(?:al )?mediod[ií]a', 12],
        ['(?:a )?medianoche', 0],
      ],
    },
  ],
  [
    'pt',
    {
      at: 'às|as|à|pelas|até às',
      hour: 'h|hs|horas|hora',
      minutes: [
        ['e meia', 30],
        ['e quinze', 15],
      ],
      morning: 'da manhã|da madrugada',
      evening: 'da tarde|da noite',
      fixed: [
        ['(?:ao )?meio[- ]dia', 12],
        ['(?:à )?meia[- ]noite', 0],
      ],
    },
  ],
  [
    'fr',
    {
      at: 'à|vers|dès',
      hour: 'h|heures?',
      minutes: [
        ['et demie?', 30],
        ['et quart', 15],
        ['moins le quart', -15],
      ],
      morning: 'du matin',
      evening: "de l['’]apr[eè]s-midi|du soir",
      fixed: [
        ['(?:à )?midi', 12],
        ['(?:à )?minuit', 0],
      ],
    },
  ],
  [
    'it',
    {
      at: "alle|all['’]|verso le",
      hour: 'h|in punto',
      minutes: [
        ['e mezz[ao]', 30],
        ['e un quarto', 15],
        ['meno un quarto', -15],
      ],
      morning: 'di mattina|del mattino',
      evening: 'del pomeriggio|di sera|di notte',
      fixed: [
        ['(?:a )?mezzogiorno', 12],
        ['(?:a )?mezzanotte', 0],
      ],
    },
  ],
  [
    'el',
    {
      at: 'στις|στη|στην|κατά τις',
      hour: 'η ώρα|ακριβώς',
      minutes: [
        ['και μισή', 30],
        ['και τέταρτο', 15],
        ['παρά τέταρτο', -15],
      ],
      morning: 'το πρωί|π\\.?μ\\.?',
      evening: 'το απόγευμα|το βράδυ|το μεσημέρι|μ\\.?μ\\.?',
      fixed: [['(?:τα )?μεσάνυχτα', 0]],
    },
  ],
])

const startOfWord = '(?<![\\p{L}\\p{N}])'
const endOfWord = '(?![\\p{L}\\p{M}\\p{N}])'
const number = '(\\d{1,2}|\\p{L}{2,12})'

const hourParser = (language: string, words: ClockWords): Parser => {
  const minutes = words.minutes.map(([pattern]) => pattern).join('|') || '(?!)'
  const pattern = new RegExp(
    `${startOfWord}(?:(${words.at})\\s*)?${number}(?:\\s?[h:.]\\s?(\\d{2})(?!\\d))?(?:\\s?(${words.hour})${endOfWord})?` +
      `(?:\\s+(${minutes})${endOfWord})?(?:,?\\s+(${words.morning}|${words.evening}))?${endOfWord}`,
    'iu',
  )
  const evening = new RegExp(`^(?:${words.evening})$`, 'iu')
  const added = words.minutes.map(
    ([written, count]) => [new RegExp(`^(?:${written})$`, 'iu'), count] as const,
  )
  return {
    pattern: () => pattern,
    extract: (context, match) => {
      const [, at, hour = '', minute, clock, more, part] = match
      if (
        part === undefined &&
        at === undefined &&
        (clock === undefined || !/\d/.test(hour) || (/^\d$/.test(hour) && clock === 'h'))
      )
        return null
      if (
        at !== undefined &&
        part === undefined &&
        clock === undefined &&
        minute === undefined &&
        more === undefined &&
        isUnit(context.text, match)
      )
        return null
      const extra = added.find(([written]) => more !== undefined && written.test(more))?.[1] ?? 0
      return clockComponents(
        hourOf(hour, language),
        Number(minute ?? 0) + extra,
        part,
        part !== undefined && evening.test(part),
      )
    },
  }
}

/** "à 3 personnes": what follows is counted, not the hours. */
const isUnit = (text: string, match: RegExpMatchArray): boolean =>
  /^\s+\p{L}/u.test(text.slice((match.index ?? 0) + match[0].length)) && !/\d/.test(match[2] ?? '')

const fixedParsers = (words: ClockWords): readonly Parser[] =>
  words.fixed.map(([written, hour]) => {
    const pattern = new RegExp(`${startOfWord}(?:${written})${endOfWord}`, 'iu')
    return { pattern: () => pattern, extract: () => ({ hour, minute: 0 }) }
  })

const beforeParsers = (
  language: string,
  { at, before = [], morning, evening }: ClockWords,
): readonly Parser[] =>
  before.map(([written, minutes]) => {
    const pattern = new RegExp(
      `${startOfWord}(?:(?:${at})\\s+)?${written}\\s+${number}(?:\\s+(${morning}|${evening}))?${endOfWord}`,
      'iu',
    )
    const isEvening = new RegExp(`^(?:${evening})$`, 'iu')
    return {
      pattern: () => pattern,
      extract: (_context, [, hour = '', part]) =>
        clockComponents(hourOf(hour, language), minutes, part, part !== undefined && isEvening.test(part)),
    }
  })

const hourOf = (written: string, language: string): number | undefined => {
  if (/^\d/.test(written)) return Number(written)
  const words = textWords(written)
  const [number] = findWordNumbers(written, words, language)
  return number?.end === written.length ? number.value : undefined
}

const clockComponents = (
  hour: number | undefined,
  minutes: number,
  part: string | undefined,
  isEvening: boolean,
): { hour: number; minute: number } | null => {
  if (hour === undefined || !Number.isInteger(hour) || hour > 24 || (part !== undefined && hour > 23))
    return null
  const ofDay =
    isEvening && hour < 12 ? hour + 12 : part !== undefined && !isEvening && hour === 12 ? 0 : hour
  const total = (ofDay * 60 + minutes + 24 * 60) % (24 * 60)
  return { hour: Math.floor(total / 60), minute: total % 60 }
}
