import { inAsciiDigits } from '../../entities/system/digit-numbers.ts'
import { numbersIn, type TextNumber } from '../../entities/system/numbers-in.ts'
import { fold, textWords } from '../../entities/text-words.ts'
import { withoutAddresses } from './addresses.ts'
import { type Amount, type Page, pageOf, plainAmount } from './amount-page.ts'
import type { Calendar } from './calendar.ts'
import { plainText } from './plain-text.ts'
import { currencies, durations, type Measure, unitsOf } from './units.ts'
import { takeWordedAmounts } from './worded-amounts.ts'

/*
 * Everything in a text that is told by digits or number words, by its value: "1,000", "1000" and "a thousand" are
 * one amount, "2 weeks" and "14 days" another. Each kind takes its letters away from those that follow, and a digit
 * that nobody took is an amount to the letter: none gets by.
 */
export const amountsIn = (
  text: string,
  { languages, calendar }: { readonly languages: readonly string[]; readonly calendar: Calendar },
): readonly Amount[] => {
  const page = pageOf(withoutListNumbers(inAsciiDigits(withoutAddresses(plainText(text)))))
  takeWordedAmounts(page)
  takeDates(page, calendar)
  takeTimes(page)
  takeDigitRows(page, languages)
  takeCodes(page)
  takeNumbers(page, languages)
  page.take(/\d+/gu, ([digits = '']) => plainAmount(digits, `token:${digits}`))
  return page.amounts
}

/** How it is told that a number is there, whatever it counts. */
const numberKey = (value: number): string => `number:${value}`

const withoutListNumbers = (text: string): string => text.replace(/^(\s*)\d{1,2}[.)](?=\s)/gmu, '$1  ')

const takeDates = (page: Page, { months, weekdays }: Calendar): void => {
  const dated = (text: string, year: number | undefined, ...days: (readonly [number, number])[]) => {
    const real = days.filter(([month, day]) => month >= 1 && month <= 12 && day >= 1 && day <= 31)
    if (real.length === 0) return undefined
    const keys = real.map(([month, day]) => `date:${month}-${day}`)
    if (year !== undefined) page.amounts.push(plainAmount(text, numberKey(year)))
    return { keys, carries: [...keys, ...real.map(([month]) => `month:${month}`)], text: text.trim() }
  }
  page.take(/(?<![\d-])(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)/gu, ([text, year, month, day]) =>
    dated(text, Number(year), [Number(month), Number(day)]),
  )
  page.take(/(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)/gu, ([text, one, , other, year]) =>
    dated(text, fullYear(year), [Number(one), Number(other)], [Number(other), Number(one)]),
  )
  page.take(/(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.(?!\d)/gu, ([text, day, month]) =>
    dated(text, undefined, [Number(month), Number(day)]),
  )
  page.take(/(?<![\d./-])(\d{1,2})\/(\d{1,2})(?![\d/])/gu, ([text, one, other]) =>
    dated(text, undefined, [Number(one), Number(other)], [Number(other), Number(one)]),
  )
  page.take(
    /(?<!\d)(\d{1,2})(?:\s?(?:st|nd|rd|th|er|º|ª|η)|\.)?\s+(?:of\s+|de\s+|του\s+)?(\p{L}{3,})\.?(?:,?\s+(?:de\s+|of\s+)?(\d{4})(?!\d))?/giu,
    ([text, day, name = '', year]) => {
      const month = months.get(fold(name))
      return month === undefined ? undefined : dated(text, fullYear(year), [month, Number(day)])
    },
  )
  page.take(
    /(?<!\p{L})(\p{L}{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?![\d:.,]\d|\d)(?:,?\s+(\d{4})(?!\d))?/giu,
    ([text, name = '', day, year]) => {
      const month = months.get(fold(name))
      return month === undefined ? undefined : dated(text, fullYear(year), [month, Number(day)])
    },
  )
  takeNamedDays(page, months, weekdays)
}

const fullYear = (year: string | undefined): number | undefined =>
  year === undefined ? undefined : Number(year.length === 2 ? `20${year}` : year)

/** "from Monday to Friday" tells of Wednesday, too. A month in lower case may be another word: may, mars. */
const takeNamedDays = (page: Page, months: Calendar['months'], weekdays: Calendar['weekdays']): void => {
  let before: { readonly day: number; readonly end: number } | undefined
  const rest = page.rest()
  for (const { word, start, end } of textWords(rest)) {
    const text = rest.slice(start, end)
    const day = weekdays.get(word) ?? weekdays.get(word.replace(/s$/, ''))
    const isName = text.length > 3 || /^\p{Lu}/u.test(text)
    if (day !== undefined && isName) {
      const gap = before === undefined ? undefined : rest.slice(before.end, start)
      const isRange = gap !== undefined && rangeGap.test(gap)
      const days = isRange && before ? daysFrom(before.day, day) : [day]
      page.amounts.push({ keys: [`weekday:${day}`], carries: days.map((one) => `weekday:${one}`), text })
      before = { day, end }
    } else if (/^\p{Lu}/u.test(text) && months.has(word)) {
      page.amounts.push(plainAmount(text, `month:${months.get(word)}`))
    }
  }
}

const rangeGap = /^\s*(?:-|–|—|to|till|until|through|thru|bis|a|al|à|au|até|έως|μέχρι|ως)\s*$/iu

const daysFrom = (first: number, last: number): readonly number[] => {
  const days = [first]
  while (days.at(-1) !== last) days.push(((days.at(-1) ?? 0) % 7) + 1)
  return days
}

const takeTimes = (page: Page): void => {
  const timed = (text: string, hour: number, minute: number, half: string | undefined): Amount => {
    const at = (hours: number): string => `time:${hours % 24}:${minute}`
    if (half !== undefined) return plainAmount(text, at((hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0)))
    return { keys: hour < 12 ? [at(hour), at(hour + 12)] : [at(hour)], carries: [at(hour)], text }
  }
  // "9 bis 18 Uhr", "9 to 5 pm": the first is a time as well.
  page.take(
    /(?<![\d.:])([01]?\d|2[0-4])(?=\s*(?:-|–|to|until|till|bis)\s*[0-2]?\d(?:[.:][0-5]\d)?\s*(?:Uhr\b|([ap])\.?\s?m\b))/giu,
    ([text, hour = '', half]) => {
      const times = half === undefined ? [Number(hour)] : [Number(hour), (Number(hour) % 12) + 12]
      return plainAmount(text, numberKey(Number(hour)), ...times.map((at) => `time:${at % 24}:0`))
    },
  )
  page.take(
    /(?<![\d.:])([01]?\d|2[0-4])(?::|h)([0-5]\d)(?![\d:])(?:\s*([ap])\.?\s?m\b\.?)?/giu,
    ([text, hour, minute, half]) => timed(text, Number(hour), Number(minute), half),
  )
  page.take(
    /(?<![\d.:])(1[0-2]|0?[1-9])(?:\.([0-5]\d))?\s*([ap])\.?\s?m\b\.?/giu,
    ([text, hour, minute, half]) => timed(text, Number(hour), Number(minute ?? 0), half),
  )
  page.take(/(?<![\d.:])([01]?\d|2[0-4])(?:\.([0-5]\d))?\s*Uhr\b/gu, ([text, hour, minute]) =>
    timed(text, Number(hour), Number(minute ?? 0), undefined),
  )
}

const rowDigitsMin = 7

/** Telephone numbers and the like. A number in groups is a number as well. */
const takeDigitRows = (page: Page, languages: readonly string[]): void =>
  page.take(/\+?\(?\d[\d\s().,'’/-]*\d/gu, ([text]) => {
    const digits = text.replace(/\D/g, '')
    const isSpelled = /^\d(?:\s\d){2,}$/.test(text)
    if (digits.length < rowDigitsMin && !isSpelled) return undefined
    if (/\d,\s|\.\s/.test(text)) return undefined
    const values = languages.flatMap((language) => numbersIn(text, language))
    const whole = values.filter(({ start, end }) => start === 0 && end === text.length)
    return plainAmount(text, `digits:${digits}`, ...whole.map(({ value }) => numberKey(value)))
  })

/** Letters and digits in one: AB-1234, 5kg, A4. Ordinals and 2k are numbers. */
const takeCodes = (page: Page): void =>
  page.take(/[\p{L}\p{N}]+(?:[-_/.][\p{L}\p{N}]+)*/gu, ([text]) => {
    if (!/\d/.test(text) || !/\p{L}/u.test(text)) return undefined
    if (/^\d[\d.,]*(?:st|nd|rd|th|er|ème|[kKM])$/u.test(text)) return undefined
    const [, size, unit] = /^(\d+(?:[.,]\d+)?)(\p{L}{1,4})$/u.exec(text) ?? []
    // A word before a hyphen and a number: "24-hour", "top-10".
    if (/^(?:\d+-\p{L}+|\p{L}{3,}-\d+)$/u.test(text)) return undefined
    const measured = size === undefined ? [] : [`unit:${Number(size.replace(',', '.'))}:${fold(unit ?? '')}`]
    return plainAmount(text, `token:${fold(text)}`, ...measured)
  })

const takeNumbers = (page: Page, languages: readonly string[]): void => {
  const text = page.rest()
  const readings = new Map<
    string,
    { readonly number: TextNumber; readonly keys: Set<string>; readonly carries: Set<string> }
  >()
  for (const language of languages) {
    const numbers = numbersIn(text, language)
    const units = unitsOf(text, numbers)
    for (const [index, number] of numbers.entries()) {
      if (number.isArticle || (number.value === 1 && !/\d/.test(text.slice(number.start, number.end))))
        continue
      const span = `${number.start}-${number.end}`
      const reading = readings.get(span) ?? { number, keys: new Set(), carries: new Set() }
      readings.set(span, reading)
      const unit = units[index]
      const measured = unit === undefined ? undefined : unit(number.value)
      reading.keys.add(measured ?? numberKey(number.value))
      if (measured !== undefined) reading.carries.add(measured)
      reading.carries.add(numberKey(number.value))
      const next = /^\s?(\p{L}{1,4})(?!\p{L})/u.exec(text.slice(number.end, number.end + 8))?.[1]
      if (next !== undefined) reading.carries.add(`unit:${number.value}:${fold(next)}`)
    }
  }
  for (const { number, keys, carries } of readings.values()) {
    page.amounts.push({
      keys: [...keys],
      carries: [...carries],
      text: text.slice(number.start, number.end + 12).trim(),
    })
    page.blank(number.start, number.end)
  }
}

/** Of a record ("total: 49.9, currency: EUR") any number may be in any unit that it names. */
export const amountsOfRecord = (
  text: string,
  reading: { readonly languages: readonly string[]; readonly calendar: Calendar },
): readonly string[] => {
  const carried = amountsIn(text, reading).flatMap(({ carries }) => carries)
  const values = carried.flatMap((key) =>
    key.startsWith('number:') ? [Number(key.slice('number:'.length))] : [],
  )
  const words = [
    ...new Set(
      textWords(text.replaceAll('_', ' ').replace(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ')).map(({ word }) => word),
    ),
  ]
  const measures: Measure[] = words.flatMap((word): Measure[] => {
    const [currency, duration] = [currencies.get(word), durations.get(word)]
    return [
      ...(currency === undefined ? [] : [(value: number) => `money:${value}:${currency}`]),
      ...(duration === undefined
        ? []
        : [(value: number) => `${duration.unit}:${Number((value * duration.scale).toPrecision(12))}`]),
      ...(/^(?:percent|percentage|prozent|rate)$/.test(word) ? [(value: number) => `percent:${value}`] : []),
    ]
  })
  return [...carried, ...measures.flatMap((measure) => values.map(measure))]
}
