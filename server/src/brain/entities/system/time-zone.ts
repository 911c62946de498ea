/** Wall clocks and moments in a time zone, by the zone data of Node. No clock is read. */
export interface WallTime {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** Minutes east of UTC at that moment; 0 in a zone that nobody knows. */
export const offsetMinutes = (timeZone: string, moment: number): number => {
  const format = formatOf(timeZone)
  const name = format?.formatToParts(moment).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours, minutes] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? []
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

/** The moment at which a wall clock there shows that time; in the hour that is skipped, an hour later. */
export const momentOf = (wall: WallTime, timeZone: string): number => {
  const asUtc = utcOf(wall)
  const guess = asUtc - offsetMinutes(timeZone, asUtc) * minuteMs
  return asUtc - offsetMinutes(timeZone, guess) * minuteMs
}

export const wallTimeOf = (moment: number, offset: number): WallTime => {
  const shown = new Date(moment + offset * minuteMs)
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
    second: shown.getUTCSeconds(),
  }
}

/** 2026-12-24 */
export const isoDate = ({ year, month, day }: WallTime): string =>
  `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`

/** 17:30 */
export const isoTime = ({ hour, minute }: WallTime): string => `${twoDigits(hour)}:${twoDigits(minute)}`

/** 2026-12-24T17:30:00+02:00 */
export const isoDateTime = (wall: WallTime, timeZone: string): string => {
  const offset = offsetMinutes(timeZone, momentOf(wall, timeZone))
  const size = Math.abs(offset)
  const zone = `${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(size / 60))}:${twoDigits(size % 60)}`
  return `${isoDate(wall)}T${isoTime(wall)}:${twoDigits(wall.second)}${zone}`
}

const minuteMs = 60_000

const twoDigits = (number: number): string => String(number).padStart(2, '0')

const utcOf = ({ year, month, day, hour, minute, second }: WallTime): number =>
  Date.UTC(year, month - 1, day, hour, minute, second)

const formats = new Map<string, Intl.DateTimeFormat | undefined>()
const formatsMax = 700

const formatOf = (timeZone: string): Intl.DateTimeFormat | undefined => {
  if (formats.has(timeZone)) return formats.get(timeZone)
  if (formats.size >= formatsMax) formats.clear()
  const format = makeFormat(timeZone)
  formats.set(timeZone, format)
  return format
}

const makeFormat = (timeZone: string): Intl.DateTimeFormat | undefined => {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch {
    return undefined
  }
}
