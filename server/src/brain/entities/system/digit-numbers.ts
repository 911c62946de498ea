import { fold } from '../text-words.ts'
import { scaleNames } from './number-words.ts'
import { knownTag, languageOf } from './region.ts'

/** A number in digits: 1.234,56 and 1,234.56, 2k, 3 million, -5. */
export interface DigitNumber {
  readonly value: number
  readonly start: number
  readonly end: number
  /** The letters that follow without a space: the `kg` of 5kg. */
  readonly attached: string
}

export const findDigitNumbers = (whole: string, language: string): readonly DigitNumber[] => {
  if (!/\p{Nd}/u.test(whole)) return []
  const text = inAsciiDigits(whole)
  const marks = marksOf(knownTag(language))
  const pattern = marks.groupsBySpace ? spacedPattern : plainPattern
  const found: DigitNumber[] = []
  for (const match of text.matchAll(pattern)) {
    const number = numberAt(text, match[0], match.index, marks, language)
    if (number !== undefined) found.push(number)
  }
  return found
}

const plainPattern = /(?<![\d\p{L}])\.\d+(?![.,\d])|\d+(?:[.,'’\u00a0\u202f]\d+)*/gu
/** Where thousands are parted by a space, people type a plain one. */
const spacedPattern =
  /(?<![\d\p{L}])\.\d+(?![.,\d])|(?<!\d )\d{1,3}(?: \d{3})+(?:[.,]\d+)?(?![\d])(?! \d)|\d+(?:[.,'’\u00a0\u202f]\d+)*/gu
const digitsMax = 20

const numberAt = (
  text: string,
  written: string,
  at: number,
  marks: Marks,
  language: string,
): DigitNumber | undefined => {
  const before = text[at - 1] ?? ''
  const behind = text.slice(at + written.length, at + written.length + behindLengthMax)
  if (written.length > digitsMax || /[\p{L}\p{N}_@]/u.test(before)) return undefined
  if (/[/:]/.test(before) && /\d/.test(text[at - 2] ?? '')) return undefined
  if (/^[/:]\d/.test(behind) || /^@/.test(behind)) return undefined
  const size = sizeOf(written, marks)
  const sign = signBefore(text, at)
  if (size === undefined || sign === undefined) return undefined
  const scale = size === 401 ? noScale : scaleBehind(behind, language)
  const end = at + written.length + scale.length
  return {
    value: sign.factor * rounded(size * scale.factor),
    start: at - sign.length,
    end,
    attached:
      /^[\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}]+/u.exec(text.slice(end, end + behindLengthMax))?.[0] ?? '',
  }
}

const behindLengthMax = 24

/** Of 401(k), which Americans write in one and which is no 401,000. */
const noScale = { factor: 1, length: 0 }

/** 2.3 * 1e6 has no tail of nines. */
const rounded = (value: number): number => Number(value.toPrecision(15))

/** A hyphen is a minus only where it cannot be a hyphen. */
const signBefore = (
  text: string,
  at: number,
): { readonly factor: number; readonly length: number } | undefined => {
  if (!/[-−]/.test(text[at - 1] ?? '')) return { factor: 1, length: 0 }
  const further = text[at - 2] ?? ''
  if (further === '' || /[\s(]/.test(further)) return { factor: -1, length: 1 }
  return /\p{L}/u.test(further) ? undefined : { factor: 1, length: 0 }
}

interface Marks {
  readonly decimal: string
  readonly groupsBySpace: boolean
}

const knownMarks = new Map<string, Marks>()

const marksOf = (tag: string): Marks => {
  const known = knownMarks.get(tag)
  if (known !== undefined) return known
  const parts = new Intl.NumberFormat(tag, { useGrouping: true }).formatToParts(1_234_567.5)
  const marks = {
    decimal: parts.find(({ type }) => type === 'decimal')?.value ?? '.',
    groupsBySpace: /\s/.test(parts.find(({ type }) => type === 'group')?.value ?? ','),
  }
  knownMarks.set(tag, marks)
  return marks
}

/** The last of two kinds of marks is the decimal one. Of a single mark before three digits the language decides. */
const sizeOf = (written: string, marks: Marks): number | undefined => {
  const signs = [...written.replace(/\d/g, '')]
  const last = signs.at(-1)
  if (last === undefined || written.startsWith('.')) return Number(written)
  const [whole, fraction] = [
    written.slice(0, written.lastIndexOf(last)),
    written.slice(written.lastIndexOf(last) + 1),
  ]
  const kinds = new Set(signs)
  if (kinds.size === 2 && signs.indexOf(last) === signs.length - 1 && /[.,]/.test(last))
    return isGrouped(whole) ? Number(`${digitsOf(whole)}.${fraction}`) : undefined
  if (kinds.size > 1) return undefined
  if (signs.length > 1) return isGrouped(written) ? Number(digitsOf(written)) : undefined
  const mayGroup = isGrouped(written) && !whole.startsWith('0')
  if (!/[.,]/.test(last)) return mayGroup ? Number(digitsOf(written)) : undefined
  return mayGroup && last !== marks.decimal ? Number(digitsOf(written)) : Number(`${whole}.${fraction}`)
}

/** Groups of three, or of two before the last one as in India. */
const isGrouped = (written: string): boolean =>
  /^\d{1,3}([^\d])\d{3}(?:\1\d{3})*$/.test(written) || /^\d{1,2}(?:,\d{2})*,\d{3}$/.test(written)

const digitsOf = (written: string): string => written.replace(/[^\d]/g, '')

const letterScales: ReadonlyMap<string, number> = new Map([
  ['k', 1e3],
  ['K', 1e3],
  ['M', 1e6],
])

const knownScales = new Map<string, ReadonlyMap<string, number>>()

const scalesOf = (language: string): ReadonlyMap<string, number> => {
  const known = knownScales.get(language)
  if (known !== undefined) return known
  const scales = new Map([...scaleNames('en'), ...scaleNames(knownTag(language)), ...abbreviations])
  knownScales.set(language, scales)
  return scales
}

const abbreviations: readonly (readonly [string, number])[] = [
  ['mio', 1e6],
  ['mln', 1e6],
  ['mn', 1e6],
  ['bn', 1e9],
  ['mrd', 1e9],
]

/** "2 mil millones" has two of them. */
const scaleBehind = (
  behind: string,
  language: string,
): { readonly factor: number; readonly length: number } => {
  const letter = /^[kKM](?![\p{L}\p{N}])/u.exec(behind)?.[0]
  if (letter !== undefined) return { factor: letterScales.get(letter) ?? 1, length: 1 }
  const scales = scalesOf(languageOf(language))
  let factor = 1
  let length = 0
  for (let names = 0; names < 2; names++) {
    const [written, name] = /^\s?(\p{L}{2,16})\.?(?![\p{L}])/u.exec(behind.slice(length)) ?? []
    const scale = name === undefined ? undefined : scales.get(fold(name))
    if (written === undefined || scale === undefined) break
    factor *= scale
    length += written.endsWith('.') && !isAbbreviation(name ?? '') ? written.length - 1 : written.length
  }
  return { factor, length }
}

const isAbbreviation = (name: string): boolean => name.length <= 4

/** Digits of other scripts as 0 to 9, each in its place: ٣ is 3. */
export const inAsciiDigits = (text: string): string =>
  text.replace(/[^\P{Nd}0-9]/gu, (digit) => {
    if (digit.length > 1) return digit
    let zero = digit.charCodeAt(0)
    while (/\p{Nd}/u.test(String.fromCharCode(zero - 1)) && digit.charCodeAt(0) - zero < 9) zero -= 1
    return String((digit.charCodeAt(0) - zero) % 10)
  })
