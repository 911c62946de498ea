import { fold } from '../text-words.ts'
import { knownTag } from './region.ts'
import type { SystemReading } from './system-reading.ts'
import type { TextScan } from './text-scan.ts'

/** `sys-percentage`: 12 for "12 %" and "zwölf Prozent". */
export const findPercentages = ({ text, context, numbers }: TextScan): readonly SystemReading[] => {
  if (!mayHave(text)) return []
  const names = namesOf(knownTag(context.language))
  return numbers().flatMap(({ value, start, end }) => {
    const behind = text.slice(end, end + behindLengthMax)
    const sign = /^\s?[%٪]/.exec(behind)?.[0] ?? names.find((name) => startsWithWord(behind, name))
    if (sign === undefined) return []
    const length = /[%٪]/.test(sign) ? sign.length : lengthOf(behind, sign)
    return [{ entity: 'sys-percentage', kind: 'percentage', value, start, end: end + length, confidence: 1 }]
  })
}

const mayHave = (text: string): boolean => /[%٪\p{L}]/u.test(text)
const behindLengthMax = 20

const startsWithWord = (behind: string, name: string): boolean => lengthOf(behind, name) > 0

/** How much of the text the name takes, whatever its accents and spaces; 0 when it is not there. */
const lengthOf = (behind: string, name: string): number => {
  const words = name.split(' ').length
  const written = new RegExp(`^\\s+\\p{L}[\\p{L}\\p{M}]*(?:\\s+[\\p{L}\\p{M}]+){${words - 1}}`, 'u').exec(
    behind,
  )?.[0]
  return written !== undefined && fold(written.trim().replace(/\s+/g, ' ')) === name ? written.length : 0
}

const known = new Map<string, readonly string[]>()

/** The CLDR's names of the unit, and what else people write. */
const namesOf = (tag: string): readonly string[] => {
  const names = known.get(tag)
  if (names !== undefined) return names
  const format = new Intl.NumberFormat(tag, { style: 'unit', unit: 'percent', unitDisplay: 'long' })
  const made = new Set(['percent', 'per cent', 'pct', 'procent', 'percento', 'prozent'])
  for (const count of [1, 2, 5]) {
    const name = format.formatToParts(count).find(({ type }) => type === 'unit')?.value ?? ''
    if (/^\p{L}/u.test(name)) made.add(fold(name))
  }
  known.set(tag, [...made])
  return [...made]
}
