import { fold } from '../text-words.ts'
import { knownTag, languageOf } from './region.ts'
import type { SystemReading } from './system-reading.ts'
import type { TextScan } from './text-scan.ts'
import { type TimeUnit, timeUnitNames, timeUnits } from './unit-names.ts'

/*
 * `sys-duration`: a number and a unit of time, and more of them behind each other ("1 hour and 30 minutes"). The value
 * is `{iso: 'PT1H30M', seconds: 5400}`; in seconds a month has 30 days and a year 365.
 */
export const findDurations = (scan: TextScan): readonly SystemReading[] =>
  joined(scan.text, partsIn(scan)).map((parts) => ({
    entity: 'sys-duration',
    kind: 'duration',
    value: durationOf(parts),
    start: parts[0]?.start ?? 0,
    end: parts.at(-1)?.end ?? 0,
    confidence: 1,
  }))

export interface DurationPart {
  readonly count: number
  readonly unit: TimeUnit
  readonly start: number
  readonly end: number
}

/** Each number with its unit. */
export const partsIn = (scan: TextScan): readonly DurationPart[] => {
  const { text, context } = scan
  const names = timeUnitNames(knownTag(context.language))
  const words = wordsOf(languageOf(context.language))
  const counted = scan.numbers().flatMap(({ value, start, end }): DurationPart[] => {
    const unit = value >= 0 ? unitAt(text, end, names) : undefined
    return unit === undefined ? [] : [withHalf(text, words, { count: value, start, ...unit })]
  })
  const worded = wordedCounts(text, words).flatMap(({ count, start, end }): DurationPart[] => {
    const unit = unitAt(text, end, names)
    const isCounted = counted.some((part) => part.start < end && start < part.end)
    return unit === undefined || isCounted ? [] : [withHalf(text, words, { count, start, ...unit })]
  })
  return [...counted, ...worded].sort((one, other) => one.start - other.start)
}

const unitAt = (
  text: string,
  at: number,
  names: ReadonlyMap<string, TimeUnit>,
): { readonly unit: TimeUnit; readonly end: number } | undefined => {
  const [written, name = ''] =
    /^[\s-]{0,3}(\p{L}[\p{L}\p{M}]{0,19})(?![\p{L}\p{M}])/u.exec(text.slice(at, at + 26)) ?? []
  const unit = names.get(fold(name))
  return written === undefined || unit === undefined ? undefined : { unit, end: at + written.length }
}

interface DurationWords {
  /** "an", "eine": one of what follows. */
  readonly one?: RegExp
  /** "half an", "media": half of what follows. */
  readonly half?: RegExp
  /** "and a half", behind the unit. */
  readonly andHalf?: RegExp
  readonly and: RegExp
}

const wordsOf = (language: string): DurationWords => durationWords.get(language) ?? { and: /^[\s,]{0,3}$/ }

const andPattern = (and: string): RegExp => new RegExp(`^(?:[\\s,]{0,3}|,?\\s+${and}\\s+)$`, 'iu')
const behindHalf = '(?![\\p{L}\\p{M}])'

const durationWords: ReadonlyMap<string, DurationWords> = new Map<string, DurationWords>([
  [
    'en',
    {
      one: /(?<!\p{L})an?(?=\s)/giu,
      half: /(?<!\p{L})half\s+an?(?=\s)/giu,
      andHalf: new RegExp(`^\\s+and\\s+a\\s+half${behindHalf}`, 'iu'),
      and: andPattern('and'),
    },
  ],
  [
    'de',
    {
      one: /(?<!\p{L})eine?[nmr]?(?=\s)/giu,
      half: /(?<!\p{L})(?:eine?[nmr]?\s+)?halbe[nsrm]?(?=\s)/giu,
      and: andPattern('und'),
    },
  ],
  [
    'es',
    {
      one: /(?<!\p{L})una?(?=\s)/giu,
      half: /(?<!\p{L})medi[oa](?=\s)/giu,
      andHalf: new RegExp(`^\\s+y\\s+medi[oa]${behindHalf}`, 'iu'),
      and: andPattern('y'),
    },
  ],
  [
    'fr',
    {
      one: /(?<!\p{L})une?(?=\s)/giu,
      half: /(?<!\p{L})(?:une?\s+)?demie?(?=[\s-])/giu,
      andHalf: new RegExp(`^\\s+et\\s+demie?${behindHalf}`, 'iu'),
      and: andPattern('et'),
    },
  ],
  [
    'pt',
    {
      one: /(?<!\p{L})uma?(?=\s)/giu,
      half: /(?<!\p{L})mei[oa](?=\s)/giu,
      andHalf: new RegExp(`^\\s+e\\s+mei[oa]${behindHalf}`, 'iu'),
      and: andPattern('e'),
    },
  ],
  [
    'el',
    {
      one: /(?<!\p{L})(?:έναν?|μ[ίι]α)(?=\s)/giu,
      half: /(?<!\p{L})μισ(?:ή|ό|ού)(?=\s)/giu,
      andHalf: new RegExp(`^\\s+και\\s+μισ[ήό]${behindHalf}`, 'iu'),
      and: andPattern('και'),
    },
  ],
  ['it', { one: /(?<!\p{L})un[ao]?(?=\s)/giu, half: /(?<!\p{L})mezz[oa](?=\s)/giu, and: andPattern('e') }],
  [
    'nl',
    { one: /(?<!\p{L})een(?=\s)/giu, half: /(?<!\p{L})(?:een\s+)?half(?=\s)/giu, and: andPattern('en') },
  ],
])

const wordedCounts = (
  text: string,
  { one, half }: DurationWords,
): readonly { readonly count: number; readonly start: number; readonly end: number }[] =>
  [
    ...(half ? Array.from(text.matchAll(half), (match) => ({ match, count: 0.5 })) : []),
    ...(one ? Array.from(text.matchAll(one), (match) => ({ match, count: 1 })) : []),
  ].map(({ match, count }) => ({ count, start: match.index, end: match.index + match[0].length }))

const withHalf = (text: string, { andHalf }: DurationWords, part: DurationPart): DurationPart => {
  const half = andHalf?.exec(text.slice(part.end, part.end + 20))?.[0]
  return half === undefined ? part : { ...part, count: part.count + 0.5, end: part.end + half.length }
}

const partsMax = 7

/** Parts that follow each other, each in a smaller unit than the one before, are one duration. */
const joined = (text: string, parts: readonly DurationPart[]): readonly (readonly DurationPart[])[] => {
  const durations: DurationPart[][] = []
  for (const part of parts) {
    const last = durations.at(-1)
    const before = last?.at(-1)
    const isNext =
      before !== undefined &&
      part.start >= before.end &&
      timeUnits.indexOf(part.unit) > timeUnits.indexOf(before.unit) &&
      anyAnd.test(text.slice(before.end, part.start))
    if (last !== undefined && isNext && last.length < partsMax) last.push(part)
    else if (before === undefined || part.start >= before.end) durations.push([part])
  }
  return durations
}

const anyAnd = andPattern('(?:and|und|y|et|e|και|en)')

const secondsOf: Readonly<Record<TimeUnit, number>> = {
  year: 365 * 86_400,
  month: 30 * 86_400,
  week: 7 * 86_400,
  day: 86_400,
  hour: 3_600,
  minute: 60,
  second: 1,
}

const durationOf = (parts: readonly DurationPart[]): { readonly iso: string; readonly seconds: number } => ({
  iso: isoOf(parts),
  seconds: Math.round(parts.reduce((sum, { count, unit }) => sum + count * secondsOf[unit], 0)),
})

/** ISO 8601. What is broken goes on in smaller units: half an hour is PT30M. */
const isoOf = (parts: readonly DurationPart[]): string => {
  const counts = new Map<TimeUnit, number>()
  for (const { count, unit } of parts) addCount(counts, count, unit)
  const written = (unit: TimeUnit, letter: string): string => {
    const count = counts.get(unit) ?? 0
    return count === 0 ? '' : `${count}${letter}`
  }
  const days = written('year', 'Y') + written('month', 'M') + written('week', 'W') + written('day', 'D')
  const time = written('hour', 'H') + written('minute', 'M') + written('second', 'S')
  return days + time === '' ? 'PT0S' : `P${days}${time === '' ? '' : `T${time}`}`
}

const smaller: Readonly<Record<TimeUnit, readonly [unit: TimeUnit, count: number] | undefined>> = {
  year: ['month', 12],
  month: ['day', 30],
  week: ['day', 7],
  day: ['hour', 24],
  hour: ['minute', 60],
  minute: ['second', 60],
  second: undefined,
}

const addCount = (counts: Map<TimeUnit, number>, count: number, unit: TimeUnit): void => {
  const next = smaller[unit]
  const whole = next === undefined ? Math.round(count) : Math.floor(count + 1e-9)
  if (whole > 0) counts.set(unit, (counts.get(unit) ?? 0) + whole)
  if (next !== undefined && count - whole > 1e-6) addCount(counts, (count - whole) * next[1], next[0])
}
