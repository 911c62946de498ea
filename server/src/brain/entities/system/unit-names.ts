import { fold } from '../text-words.ts'

/** What people call units of time: the CLDR's names, long and short, in all their numbers, and a few it lacks. */
export const timeUnits = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second'] as const

export type TimeUnit = (typeof timeUnits)[number]

export const timeUnitNames = (tag: string): ReadonlyMap<string, TimeUnit> => {
  const known = remembered.get(tag)
  if (known !== undefined) return known
  const names = new Map<string, TimeUnit>(spoken)
  for (const unit of timeUnits)
    for (const name of [...writtenNames(tag, unit), ...namesInFuture(tag, unit)]) {
      const folded = fold(name.trim().replace(/\.$/, ''))
      if (folded.length > 1 && !/[\s\d]/.test(folded) && !names.has(folded)) names.set(folded, unit)
    }
  remembered.set(tag, names)
  return names
}

const remembered = new Map<string, ReadonlyMap<string, TimeUnit>>()
const counts = [1, 2, 3, 5, 11]

const writtenNames = (tag: string, unit: TimeUnit): readonly string[] =>
  (['long', 'short', 'narrow'] as const).flatMap((unitDisplay) => {
    const format = new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay })
    return counts.map((count) => format.formatToParts(count).find(({ type }) => type === 'unit')?.value ?? '')
  })

/** "in 2 Tagen": the case that follows a preposition. */
const namesInFuture = (tag: string, unit: TimeUnit): readonly string[] => {
  const format = new Intl.RelativeTimeFormat(tag, { numeric: 'always' })
  return counts.map((count) => {
    const parts = format.formatToParts(count, unit)
    return parts.at(-1)?.type === 'literal' ? (parts.at(-1)?.value ?? '') : ''
  })
}

/** Of any language: no two of them clash. */
const spoken: readonly (readonly [string, TimeUnit])[] = [
  ['h', 'hour'],
  ['hr', 'hour'],
  ['hrs', 'hour'],
  ['std', 'hour'],
  ['mins', 'minute'],
  ['min', 'minute'],
  ['secs', 'second'],
  ['sek', 'second'],
  ['wk', 'week'],
  ['wks', 'week'],
  ['yrs', 'year'],
  ['mos', 'month'],
  ['μερα', 'day'],
  ['μερεσ', 'day'],
  ['χρονο', 'year'],
  ['χρονια', 'year'],
  ['χρονοσ', 'year'],
  ['ωρων', 'hour'],
  ['ημερων', 'day'],
  ['εβδομαδων', 'week'],
  ['μηνων', 'month'],
  ['ετων', 'year'],
  ['λεπτων', 'minute'],
  ['années', 'year'],
  ['annee', 'year'],
  ['annees', 'year'],
  ['journee', 'day'],
  ['journees', 'day'],
]
