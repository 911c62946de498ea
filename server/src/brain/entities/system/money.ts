import { fold } from '../text-words.ts'
import {
  type CurrencyNames,
  currencyNames,
  currencyOfCode,
  currencySigns,
  dollarOf,
} from './currency-names.ts'
import { knownTag } from './region.ts'
import type { SystemReading } from './system-reading.ts'
import type { TextScan } from './text-scan.ts'

/** `sys-money`: `{amount, currency}` for a number with a sign, code or name of a currency before or behind it. */
export const findMoney = (scan: TextScan): readonly SystemReading[] => {
  const numbers = scan.numbers()
  if (numbers.length === 0) return []
  const reader = readerOf(scan)
  const found: SystemReading[] = []
  for (const { value, start, end, attached } of numbers) {
    const span = reader.behind(end, attached) ?? reader.before(start)
    if (span === undefined || found.some((other) => start < other.end)) continue
    found.push({
      entity: 'sys-money',
      kind: 'money',
      value: { amount: value, currency: span.currency },
      start: Math.min(start, span.start),
      end: Math.max(end, span.end),
      confidence: 1,
    })
  }
  return found.map((money) => withCents(scan, money)).filter((money) => money !== undefined)
}

interface CurrencySpan {
  readonly currency: string
  readonly start: number
  readonly end: number
}

interface CurrencyReader {
  before(at: number): CurrencySpan | undefined
  behind(at: number, attached: string): CurrencySpan | undefined
}

const readerOf = ({ text, context }: TextScan): CurrencyReader => {
  const names = currencyNames(knownTag(context.language), context.country)
  const isShouted = !/\p{Ll}/u.test(text)
  const signOf = (code: string): string => (code === '$' ? dollarOf(context.country) : code)
  return {
    before: (at) => {
      const minusless = /[-−]$/.test(text.slice(0, at)) ? at - 1 : at
      const from = Math.max(0, minusless - aroundLengthMax)
      const before = text.slice(from, minusless)
      for (const [sign, code] of currencySigns) {
        const written = before.trimEnd()
        if (!written.endsWith(sign) || before.length - written.length > 1) continue
        if (/\p{L}/u.test(sign[0] ?? '') && /\p{L}/u.test(written.at(-sign.length - 1) ?? '')) continue
        return { currency: signOf(code), start: from + written.length - sign.length, end: at }
      }
      const [whole, code = ''] = /(?<![\p{L}\p{N}])([A-Za-z]{3})\s?$/u.exec(before) ?? []
      const currency = whole === undefined ? undefined : currencyOfCode(code, isShouted)
      return currency === undefined
        ? undefined
        : { currency, start: minusless - (whole?.length ?? 0), end: at }
    },
    behind: (at, attached) => {
      const behind = text.slice(at, at + aroundLengthMax * 2)
      const gap = /^\s?/.exec(behind)?.[0] ?? ''
      for (const [sign, code] of currencySigns) {
        if (!behind.startsWith(sign, gap.length)) continue
        if (/\p{L}$/u.test(sign) && /^\p{L}/u.test(behind.slice(gap.length + sign.length))) continue
        if (gap !== '' && /^\d/.test(behind.slice(gap.length + sign.length))) continue
        return { currency: signOf(code), start: at, end: at + gap.length + sign.length }
      }
      const [whole, code = ''] = /^\s?([A-Za-z]{3})(?![\p{L}\p{N}])/u.exec(behind) ?? []
      const currency = whole === undefined ? undefined : currencyOfCode(code, isShouted)
      if (currency !== undefined) return { currency, start: at, end: at + (whole?.length ?? 0) }
      return nameBehind(names, behind, at, attached)
    },
  }
}

const aroundLengthMax = 40

const nameBehind = (
  { names, wordsMax }: CurrencyNames,
  behind: string,
  at: number,
  attached: string,
): CurrencySpan | undefined => {
  const ends: { readonly name: string; readonly end: number }[] = []
  let name = ''
  for (const match of behind.matchAll(/([\s-]*)([\p{L}\p{M}.]+)/guy)) {
    if (ends.length >= wordsMax || (match.index === 0 && match[1] === '' && attached === '')) break
    name = `${name} ${fold(match[2] ?? '')}`.trim()
    ends.push({ name, end: match.index + match[0].length })
  }
  for (const { name: written, end } of ends.reverse()) {
    const plain = written.replace(/\.$/, '')
    const currency = names.get(written) ?? names.get(plain)
    const isDotted = !names.has(written) && written !== plain
    if (currency !== undefined) return { currency, start: at, end: at + end - (isDotted ? 1 : 0) }
  }
  return undefined
}

/** "20 euros and 50 cents". */
const withCents = ({ text, numbers }: TextScan, money: SystemReading): SystemReading | undefined => {
  const behind = text.slice(money.end, money.end + 60)
  const gap = /^,?\s+(?:(?:and|und|y|et|e|και|con)\s+)?/iu.exec(behind)?.[0]
  const cents =
    gap === undefined ? undefined : numbers().find(({ start }) => start === money.end + gap.length)
  if (cents === undefined || cents.value <= 0 || cents.value > 99 || typeof money.value !== 'object')
    return money
  const name =
    /^\s?(?:cents?|¢|centimes?|céntimos?|centavos?|cêntimos?|λεπτά|pence|p|centesimi)(?!\p{L})/iu.exec(
      text.slice(cents.end, cents.end + 20),
    )?.[0]
  const { amount, currency } = money.value
  if (name === undefined || typeof amount !== 'number' || currency === undefined) return money
  return {
    ...money,
    value: { amount: Math.round(amount * 100 + cents.value) / 100, currency },
    end: cents.end + name.length,
  }
}
