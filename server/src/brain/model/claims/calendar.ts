import { knownTag } from '../../entities/system/region.ts'
import { fold } from '../../entities/text-words.ts'

/** Names of months and weekdays in the given languages, by their place in the year (1-12) and the week (1-7, Monday is 1). */
export interface Calendar {
  readonly months: ReadonlyMap<string, number>
  readonly weekdays: ReadonlyMap<string, number>
}

export const calendarOf = (languages: readonly string[]): Calendar => {
  const months = new Map<string, number>()
  const weekdays = new Map<string, number>()
  for (const language of languages) {
    for (const [name, month] of namesOf(language).months) if (!months.has(name)) months.set(name, month)
    for (const [name, day] of namesOf(language).weekdays) if (!weekdays.has(name)) weekdays.set(name, day)
  }
  return { months, weekdays }
}

const known = new Map<string, Calendar>()

const namesOf = (language: string): Calendar => {
  const tag = knownTag(language)
  const kept = known.get(tag)
  if (kept !== undefined) return kept
  const calendar = { months: new Map<string, number>(), weekdays: new Map<string, number>() }
  for (const style of ['long', 'short'] as const) {
    for (let month = 1; month <= 12; month++)
      for (const name of written(
        tag,
        { month: style, day: 'numeric' },
        Date.UTC(2024, month - 1, 15),
        'month',
      ))
        if (!calendar.months.has(name)) calendar.months.set(name, month)
    // 1 January 2024 was a Monday.
    for (let day = 1; day <= 7; day++)
      for (const name of written(tag, { weekday: style }, Date.UTC(2024, 0, day), 'weekday'))
        if (!calendar.weekdays.has(name)) calendar.weekdays.set(name, day)
  }
  known.set(tag, calendar)
  return calendar
}

const nameLengthMin = 3

/** As in a date, and alone: Greek and others have a form for each. */
const written = (
  tag: string,
  style: Intl.DateTimeFormatOptions,
  at: number,
  type: 'month' | 'weekday',
): readonly string[] => {
  const { day: _, ...alone } = style
  return [style, alone].flatMap((options) => {
    const parts = new Intl.DateTimeFormat(tag, { ...options, timeZone: 'UTC' }).formatToParts(at)
    const name = fold(parts.find((part) => part.type === type)?.value ?? '').replace(/\.$/, '')
    return name.length < nameLengthMin || /\d/.test(name) ? [] : [name]
  })
}
