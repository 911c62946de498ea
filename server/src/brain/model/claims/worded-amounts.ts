import { textWords } from '../../entities/text-words.ts'
import { type Page, plainAmount } from './amount-page.ts'
import { durations } from './units.ts'

/**
 * Amounts that are told without a number: within a year, half a month, half price, on weekends, at noon, half past
 * nine. They are compared with what is told in numbers: a year is 12 months, half price is 50 %.
 */
export const takeWordedAmounts = (page: Page): void => {
  page.take(weekends, ([text]) => plainAmount(text, 'weekday:6', 'weekday:7'))
  page.take(halfPrices, ([text]) => plainAmount(text, 'percent:50'))
  page.take(/(?<!\p{L})(third|quarter) off(?!\p{L})/giu, ([text, part = '']) =>
    plainAmount(text, `percent:${/^t/i.test(part) ? 33 : 25}`),
  )
  page.take(noons, ([text]) => plainAmount(text, 'time:12:0'))
  page.take(midnights, ([text]) => plainAmount(text, 'time:0:0'))
  page.take(
    /(?<!\p{L})(half past|quarter past|quarter to) (\d{1,2}|\p{L}+)/giu,
    ([text, part = '', named = '']) =>
      clockTime(text, part.toLowerCase(), hours.indexOf(named.toLowerCase()) + 1 || Number(named)),
  )
  takePeriodsOfOne(page)
}

const weekends =
  /(?<!\p{L})(?:week-?ends?|wochenenden?|weekeinden?|fin(?:es)? de semana|fins? de semana|fine settimana|σαββατοκύριακ\p{L}+)(?!\p{L})/giu
const halfPrices =
  /(?<!\p{L})(?:half[- ](?:off|price)|half (?:the|your) (?:price|money)|halben preis|halve prijs|mitad de precio|moitié prix|demi-tarif|metà prezzo|metade do preço|μισή τιμή)(?!\p{L})/giu
const noons = /(?<!\p{L})(?:noon|midday|mediodía|mezzogiorno|meio-dia)(?!\p{L})/giu
const midnights =
  /(?<!\p{L})(?:midnight|mitternacht|medianoche|minuit|mezzanotte|meia-noite|μεσάνυχτα|middernacht)(?!\p{L})/giu

const hours = 'one two three four five six seven eight nine ten eleven twelve'.split(' ')

const clockTime = (text: string, part: string, hour: number) => {
  if (!Number.isInteger(hour) || hour < 1 || hour > 12) return undefined
  const [at, minute] = part === 'quarter to' ? [hour + 11, 45] : [hour, part === 'half past' ? 30 : 15]
  return plainAmount(text, `time:${at % 12}:${minute}`, `time:${(at % 12) + 12}:${minute}`)
}

/**
 * "Within a year" claims twelve months, "five euros a day" claims no day: an article is a number only behind a word
 * that begins a period. As evidence either carries it.
 */
const takePeriodsOfOne = (page: Page): void => {
  const rest = page.rest()
  const words = textWords(rest)
  for (const [index, { word: unit, end }] of words.entries()) {
    const duration = durations.get(unit)
    if (duration === undefined || duration.scale * minutesPer[duration.unit] < minutesMin) continue
    const back = words.slice(Math.max(0, index - 4), index).reverse()
    const first = back.findIndex(({ word }) => !between.has(word) && !halves.has(word) && !ones.has(word))
    const near = first < 0 ? back : back.slice(0, first)
    const counted = near.some(({ word }) => ones.has(word) || halves.has(word))
    const start = near.at(-1)?.start
    if (!counted || start === undefined) continue
    const isHalf = near.some(({ word }) => halves.has(word))
    const isClaim =
      isHalf || near.some(({ word }) => counts.has(word)) || opensPeriod.has(back[first]?.word ?? '')
    const key = `${duration.unit}:${Number((duration.scale * (isHalf ? 0.5 : 1)).toPrecision(12))}`
    page.amounts.push({ keys: isClaim ? [key] : [], carries: [key], text: rest.slice(start, end) })
  }
}

const minutesPer = { minutes: 1, months: 30 * 24 * 60 }
/** "Just a minute" claims nothing. */
const minutesMin = 60

const wordSet = (words: string): ReadonlySet<string> => new Set(textWords(words).map(({ word }) => word))

const ones = wordSet(
  'a an one single ein eine einem einen einer eines un une uno una um uma ένα έναν ένας ενός μία μια μιας een één',
)
/** Never articles. */
const counts = wordSet('one single één')
const halves = wordSet(
  'half halb halbe halben halbes demi demie medio media mezzo mezza meio meia μισό μισή halve',
)
const between = wordSet('full whole entire calendar ganzes ganzen ganze volles vollen whole entier')
const opensPeriod = wordSet(
  `within in for after until under over least most than to take takes lasts have has get about around another
  binnen innerhalb für nach bis mindestens höchstens haben hat dauert gilt
  en dentro de durante tiene tienes tras hasta dans sous pendant avez as après ici
  entro per dopo ha hai em por após tem σε εντός για μέσα μετά έχετε έως voor na heeft`,
)
