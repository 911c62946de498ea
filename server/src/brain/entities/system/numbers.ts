import { textWords } from '../text-words.ts'
import { findDigitNumbers } from './digit-numbers.ts'
import { findWordNumbers } from './number-words.ts'
import type { SystemReading } from './system-reading.ts'
import type { TextScan } from './text-scan.ts'

/** Any number in a text, in digits or words; amounts (money, durations, percentages) are built from them. */
export interface TextNumber {
  readonly value: number
  readonly start: number
  readonly end: number
  readonly attached: string
  readonly isArticle: boolean
}

export const numbersIn = (text: string, language: string): readonly TextNumber[] => {
  const digits = findDigitNumbers(text, language).map((number) => ({ ...number, isArticle: false }))
  const words = findWordNumbers(text, textWords(text), language).map((number) => ({
    ...number,
    attached: '',
  }))
  return [...digits, ...words.filter((word) => !digits.some((digit) => overlap(word, digit)))].sort(
    (one, other) => one.start - other.start,
  )
}

const overlap = (one: { start: number; end: number }, other: { start: number; end: number }): boolean =>
  one.start < other.end && other.start < one.end

/** `sys-number`. An article counts only when nothing else is said. */
export const findNumbers = ({ text, numbers }: TextScan): readonly SystemReading[] => {
  const isAlone = textWords(text).length === 1
  return numbers()
    .filter(({ attached, isArticle }) =>
      isArticle ? isAlone : attached === '' || unitPattern.test(attached),
    )
    .map(({ value, start, end, isArticle }) => ({
      entity: 'sys-number',
      kind: 'number',
      value,
      start,
      end,
      confidence: isArticle || (!isAlone && isPronoun(text.slice(start, end))) ? 0.7 : 1,
    }))
}

/** "a frozen one" is no number, "a table for one" is. */
const isPronoun = (written: string): boolean => /^one$/i.test(written)

/** What may stand right behind a number and leave it one: 5kg, but not 3D. */
const unitPattern = /^(?:[kmcd]?m|[km]?g|m?l|h|min|s|x|[kmgt]b|[kmg]bit|k?w|k?wh|v|eur|usd|gbp|euros?)$/i
