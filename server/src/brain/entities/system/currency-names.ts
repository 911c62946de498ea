import { fold } from '../text-words.ts'

/** What people call currencies: signs, codes, and names in their language (the CLDR's, and the short ones). */
export interface CurrencyNames {
  /** Folded name, one space between words. */
  readonly names: ReadonlyMap<string, string>
  readonly wordsMax: number
}

export const currencyNames = (tag: string, country: string): CurrencyNames => {
  const key = `${tag} ${country}`
  const known = remembered.get(key)
  if (known !== undefined) return known
  const made = makeNames(tag, country)
  if (remembered.size >= rememberedMax) remembered.clear()
  remembered.set(key, made)
  return made
}

const remembered = new Map<string, CurrencyNames>()
const rememberedMax = 200

const makeNames = (tag: string, country: string): CurrencyNames => {
  const names = new Map<string, string>()
  const display = new Intl.DisplayNames([tag], { type: 'currency', fallback: 'none' })
  for (const code of Intl.supportedValuesOf('currency')) {
    const name = display.of(code)
    if (name !== undefined) names.set(normal(name), code)
  }
  for (const code of commonCurrencies)
    for (const name of countedNames(tag, code)) names.set(normal(name), code)
  for (const [code, spoken] of spokenNames) for (const name of spoken.split(' ')) names.set(fold(name), code)
  for (const name of dollarNames.split(' ')) names.set(fold(name), dollarOf(country))
  for (const name of kroneNames.split(' ')) names.set(fold(name), kroneOf.get(country) ?? 'SEK')
  const wordsMax = Math.max(...[...names.keys()].map((name) => name.split(' ').length))
  return { names, wordsMax: Math.min(wordsMax, 5) }
}

const normal = (name: string): string => fold(name).replaceAll(/[\s-]+/g, ' ')

const countedNames = (tag: string, currency: string): readonly string[] => {
  const format = new Intl.NumberFormat(tag, { style: 'currency', currency, currencyDisplay: 'name' })
  return [1, 2, 5].map(
    (count) => format.formatToParts(count).find(({ type }) => type === 'currency')?.value ?? '',
  )
}

const commonCurrencies = (
  'USD EUR GBP JPY CNY CHF CAD AUD NZD SEK NOK DKK PLN CZK HUF RON BGN TRY RUB UAH INR BRL MXN ARS CLP COP ZAR ILS ' +
  'AED SAR EGP KRW SGD HKD THB VND IDR MYR PHP NGN KES'
).split(' ')

const spokenNames: readonly (readonly [code: string, names: string])[] = [
  ['EUR', 'euro euros euroa euron eur ευρώ ευρω εύρω'],
  ['USD', 'bucks usd'],
  ['GBP', 'pound pounds quid pfund libra libras livre livres λίρα λίρες sterlina sterline gbp'],
  ['CHF', 'franken franc francs franco francos franchi chf'],
  ['JPY', 'yen yenes jpy'],
  ['BRL', 'real reais reales'],
  ['PLN', 'zloty zlotys złotych złoty'],
  ['INR', 'rupee rupees rupien rupias roupies'],
  ['CZK', 'koruna koruny korun'],
]

const dollarNames = 'dollar dollars dólar dólares dolares δολάριο δολάρια dollari dollaro'
const kroneNames = 'krone kroner krona kronor kronen kr'

const kroneOf = new Map([
  ['SE', 'SEK'],
  ['NO', 'NOK'],
  ['DK', 'DKK'],
  ['IS', 'ISK'],
])

export const dollarOf = (country: string): string => dollars.get(country) ?? 'USD'

const dollars = new Map([
  ['CA', 'CAD'],
  ['AU', 'AUD'],
  ['NZ', 'NZD'],
  ['SG', 'SGD'],
  ['HK', 'HKD'],
  ['MX', 'MXN'],
  ['AR', 'ARS'],
  ['CL', 'CLP'],
  ['CO', 'COP'],
])

/** Longest first. `$` is the country's own. */
export const currencySigns: readonly (readonly [sign: string, code: string])[] = [
  ['US$', 'USD'],
  ['CA$', 'CAD'],
  ['AU$', 'AUD'],
  ['NZ$', 'NZD'],
  ['HK$', 'HKD'],
  ['R$', 'BRL'],
  ['C$', 'CAD'],
  ['A$', 'AUD'],
  ['S$', 'SGD'],
  ['Fr.', 'CHF'],
  ['zł', 'PLN'],
  ['Kč', 'CZK'],
  ['Ft', 'HUF'],
  ['€', 'EUR'],
  ['£', 'GBP'],
  ['¥', 'JPY'],
  ['￥', 'JPY'],
  ['₹', 'INR'],
  ['₽', 'RUB'],
  ['₩', 'KRW'],
  ['₺', 'TRY'],
  ['₴', 'UAH'],
  ['₪', 'ILS'],
  ['₫', 'VND'],
  ['฿', 'THB'],
  ['₦', 'NGN'],
  ['₱', 'PHP'],
  ['$', '$'],
]

const codes = new Set(Intl.supportedValuesOf('currency'))
const lowerCodes = new Set([
  'eur',
  'usd',
  'gbp',
  'chf',
  'cad',
  'aud',
  'jpy',
  'sek',
  'nok',
  'dkk',
  'pln',
  'brl',
  'inr',
])
/** Codes that are words when somebody shouts. */
const wordCodes = new Set([
  'ALL',
  'TRY',
  'TOP',
  'CUP',
  'MOP',
  'LAK',
  'MAD',
  'GEL',
  'BAM',
  'PEN',
  'SOS',
  'RON',
  'COP',
  'STD',
])

export const currencyOfCode = (written: string, isShouted: boolean): string | undefined => {
  if (lowerCodes.has(written.toLowerCase())) return written.toUpperCase()
  return codes.has(written) && !(isShouted && wordCodes.has(written)) ? written : undefined
}
