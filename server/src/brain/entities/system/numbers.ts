import { textWords } from '../text-words.ts'
import type { SystemReading } from './system-reading.ts'
import type { TextScan } from './text-scan.ts'

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
