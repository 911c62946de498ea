import type { ReadingContext } from '../entity.ts'
import { numbersIn, type TextNumber } from './numbers-in.ts'

/** One text on its way through the readers: its numbers are looked for once, and only if somebody asks. */
export interface TextScan {
  readonly text: string
  readonly context: ReadingContext
  numbers(): readonly TextNumber[]
}

export const scanText = (text: string, context: ReadingContext): TextScan => {
  let numbers: readonly TextNumber[] | undefined
  return {
    text,
    context,
    numbers: () => {
      numbers ??= numbersIn(text, context.language)
      return numbers
    },
  }
}
