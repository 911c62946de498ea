import { fold } from '../../entities/text-words.ts'

/** What stands beside a number and makes another claim of it: 20 €, 20 %, 20 days. */

/** Three letters for each spelling of a currency. */
export const currencies: ReadonlyMap<string, string> = new Map(
  Object.entries({
    EUR: '€ eur euro euros ευρω',
    USD: '$ usd us$ dollar dollars dolar dolares dollari dollaro δολαρια δολαριο',
    GBP: '£ gbp pound pounds libra libras pfund livres sterline',
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
}

const monthsOf: Readonly<Record<string, number>> = {
  'month months monat monate monaten mes meses mois mese mesi μηνα μηνασ μηνεσ μηνων': 1,
  'year years yr yrs jahr jahre jahren ano anos annee annees ans anno anni χρονοσ χρονια ετοσ ετη ετων': 12,
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

export const percent =
  /^\s?(?:%|percent\b|per cent\b|prozent\b|por ciento\b|por cento\b|pour ?cent\b|per cento\b|τοις εκατό)/iu
