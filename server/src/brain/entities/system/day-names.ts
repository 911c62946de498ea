import { fold } from '../text-words.ts'

/** What a name of the CLDR stands for. */
export type NamedDay =
  | { readonly type: 'weekday'; readonly weekday: number }
  | { readonly type: 'near'; readonly ahead: number }

/** The weekdays and the next two days by their folded names, as far as they are named by one word. */
export const dayNames = (tag: string): ReadonlyMap<string, NamedDay> => {
  const days = new Map<string, NamedDay>()
  const add = (name: string, day: NamedDay): void => {
    if (/^\p{L}+$/u.test(fold(name))) days.set(fold(name), day)
  }
  for (const [weekday, name] of weekdayNames(tag).entries()) add(name, { type: 'weekday', weekday })
  const near = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' })
  for (const ahead of [0, 1, 2]) add(near.format(ahead, 'day'), { type: 'near', ahead })
  return days
}

/** From Sunday on. */
const weekdayNames = (tag: string): readonly string[] => {
  const format = new Intl.DateTimeFormat(tag, { weekday: 'long', timeZone: 'UTC' })
  return Array.from({ length: 7 }, (_, weekday) => format.format(Date.UTC(2026, 2, 1 + weekday)))
}

/** Does one of the folded words name a day or a month in the language? Cheap beside reading the text for dates. */
export const nameDay = (words: readonly string[], language: string): boolean => {
  const names = remembered.get(language) ?? dayAndMonthNames(language)
  remembered.set(language, names)
  return words.some((word) => names.has(word))
}

const remembered = new Map<string, ReadonlySet<string>>()

const dayAndMonthNames = (language: string): ReadonlySet<string> => {
  const months = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', timeZone: 'UTC' })
  const monthNames = Array.from({ length: 12 }, (_, month) =>
    months.formatToParts(Date.UTC(2026, month, 1)).find(({ type }) => type === 'month'),
  )
  const names = [...weekdayNames(language), ...monthNames.map((part) => part?.value ?? '')]
  // "segunda-feira" is "segunda" in speech.
  return new Set([...dayNames(language).keys(), ...names.map((name) => fold(name.split('-')[0] ?? ''))])
}
