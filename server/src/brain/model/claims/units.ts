import type { TextNumber } from '../../entities/system/numbers-in.ts'
import { fold } from '../../entities/text-words.ts'

/** What stands beside a number and makes another claim of it: 20 €, 20 %, 20 days. */

/** Three letters for each spelling of a currency. */
export const currencies: ReadonlyMap<string, string> = new Map(
  Object.entries({
    EUR: '€ eur euro euros ευρω',
    USD: '$ usd us$ dollar dollars buck bucks dolar dolares dollari dollaro δολαρια δολαριο',
    GBP: '£ gbp pound pounds quid libra libras pfund livres sterline',
    JPY: '¥ jpy yen',
    INR: '₹ inr rupee rupees',
    CHF: 'chf franken',
    BRL: 'r$ brl real reais',
    cent: 'cent cents centimes centavos ct λεπτα',
  }).flatMap(([code, spellings]) =>
    spellings.split(' ').map((spelling): [string, string] => [spelling, code]),
  ),
)

const minutesOf: Readonly<Record<string, number>> = {
  'second seconds sec secs sekunde sekunden segundo segundos seconde secondes secondo secondi δευτερολεπτο δευτερολεπτα':
    1 / 60,
  'minute minutes min mins minuten minuto minutos minuti λεπτο': 1,
  'hour hours hr hrs h stunde stunden std hora horas heure heures ora ore ωρα ωρεσ ωρων': 60,
  'day days tag tage tagen werktag werktage werktagen arbeitstag arbeitstage arbeitstagen dia dias jour jours giorno giorni μερα μερεσ ημερα ημερεσ ημερων':
    24 * 60,
  'week weeks woche wochen semana semanas semaine semaines settimana settimane εβδομαδα εβδομαδεσ εβδομαδων':
    7 * 24 * 60,
  'fortnight fortnights': 14 * 24 * 60,
}

const monthsOf: Readonly<Record<string, number>> = {
  'month months monat monate monaten mes meses mois mese mesi μηνα μηνασ μηνεσ μηνων': 1,
  'year years yr yrs jahr jahre jahren ano anos annee annees an ans anno anni χρονοσ χρονια ετοσ ετη ετων': 12,
}

/** By folded word: the length in minutes, or in months where a month's days would have to be known. */
export const durations: ReadonlyMap<string, Duration> = new Map([
  ...durationsOf(minutesOf, 'minutes'),
  ...durationsOf(monthsOf, 'months'),
])

export interface Duration {
  readonly scale: number
  readonly unit: 'minutes' | 'months'
}

function durationsOf(
  table: Readonly<Record<string, number>>,
  unit: Duration['unit'],
): readonly (readonly [string, Duration])[] {
  return Object.entries(table).flatMap(([words, scale]) =>
    words.split(' ').map((word) => [fold(word), { scale, unit }] as const),
  )
}

const percent =
  /^\s?(?:%|percent\b|per cent\b|prozent\b|por ciento\b|por cento\b|pour ?cent\b|per cento\b|τοις εκατό)/iu

/** The amount's key, in its unit. */
export type Measure = (value: number) => string

/** The unit of each number; in "3 to 5 days" the 3 has it from the 5, in "$10-20" the 20 from the 10. */
export const unitsOf = (text: string, numbers: readonly TextNumber[]): (Measure | undefined)[] => {
  const units = numbers.map(({ start, end }) => unitAt(text, start, end))
  const isRange = (index: number): boolean => {
    const [left, right] = [numbers[index], numbers[index + 1]]
    return left !== undefined && right !== undefined && betweenNumbers.test(text.slice(left.end, right.start))
  }
  for (let index = units.length - 2; index >= 0; index--)
    if (isRange(index)) units[index] ??= units[index + 1]
  for (let index = 0; index < units.length - 1; index++) if (isRange(index)) units[index + 1] ??= units[index]
  return units
}

const betweenNumbers = /^\s*(?:-|–|—|to|bis|a|à|até|έως|and|or|und|oder|y|o|ou|et|ή|και)?\s*[$€£]?$/iu

const unitAt = (text: string, start: number, end: number): Measure | undefined => {
  const before = /([$€£¥₹]|r\$|\b(?:usd|eur|gbp|chf))\s?$/iu.exec(
    text.slice(Math.max(0, start - 5), start),
  )?.[1]
  const behind = text.slice(end, end + 40)
  const currency = currencies.get(fold(before ?? '')) ?? currencies.get(before ?? '')
  if (currency !== undefined) return (value) => `money:${value}:${currency}`
  if (percent.test(behind)) return (value) => `percent:${value}`
  const [, first = '', second = ''] = /^[)\]]?[\s-]?([$€£¥₹]|\p{L}+)(?:\.?[\s-](\p{L}+))?/u.exec(behind) ?? []
  const code = currencies.get(first) ?? currencies.get(fold(first))
  if (code !== undefined) return (value) => `money:${value}:${code}`
  const duration = durations.get(fold(first)) ?? durations.get(fold(second))
  if (duration === undefined) return undefined
  const { scale, unit } = duration
  return (value) => `${unit}:${Number((value * scale).toPrecision(12))}`
}
