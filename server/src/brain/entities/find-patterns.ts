import type { Reading } from './entity.ts'
import type { LinearPattern } from './linear-pattern.ts'
import { readLengthMax } from './text-words.ts'

/** What an operator's patterns find: the value is the first group's, if there is one. */
export const findPatterns = (patterns: readonly LinearPattern[], text: string): readonly Reading[] =>
  patterns.flatMap((pattern) => matchesOf(pattern, text.slice(0, readLengthMax)))

/** Each search is linear; that there are few of them keeps the sum linear. */
const matchesMax = 20

const matchesOf = (pattern: LinearPattern, text: string): readonly Reading[] => {
  const readings: Reading[] = []
  let from = 0
  for (let search = 0; search < matchesMax; search++) {
    const match = pattern.exec(text, from)
    if (match === undefined) break
    const { start, end } = match
    const value = match.groups.find((group) => group !== undefined) ?? match.text
    if (value !== '') readings.push({ value, start, end, confidence: 1 })
    from = end > start ? end : end + 1
  }
  return readings
}
