import { textWords } from '../text-words.ts'
import { findDigitNumbers } from './digit-numbers.ts'
import { findWordNumbers } from './number-words.ts'

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
