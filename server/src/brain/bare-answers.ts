import { isoDate, offsetMinutes, wallTimeOf } from './entities/system/time-zone.ts'
import type { OpenTurn } from './open-turn.ts'
import { timeZoneOf } from './turn-entities.ts'

/**
 * What is an answer only where it was asked for, and only as the whole message: "9" is a time, "the 12th" a day, a
 * number without the code of its country a phone.
 */
export const bareAnswer = (turn: OpenTurn, entity: string): string | undefined => {
  switch (entity) {
    case 'sys-time':
      return bareTime(turn.text)
    case 'sys-date':
      return bareDay(turn)
    case 'sys-phone':
      return barePhone(turn.text)
    default:
      return undefined
  }
}

/** "9", "15.30" and "1530". */
const bareTime = (text: string): string | undefined => {
  const [, hour, minute = '00'] = /^([01]?\d|2[0-3])(?:[.,h ]?([0-5]\d)|h)?\.?$/i.exec(text) ?? []
  return hour === undefined ? undefined : `${hour.padStart(2, '0')}:${minute}`
}

/** "The 12th" and "12.3." are the next such days. */
const bareDay = (turn: OpenTurn): string | undefined => {
  const {
    first,
    day = first,
    month,
  } = (ordinalDay.exec(turn.text) ?? dottedDay.exec(turn.text))?.groups ?? {}
  if (day === undefined) return undefined
  const offset = offsetMinutes(timeZoneOf(turn), turn.now)
  for (let ahead = 0; ahead <= daysAheadMax; ahead++) {
    const wall = wallTimeOf(turn.now + ahead * dayMs, offset)
    if (wall.day === Number(day) && (month === undefined || wall.month === Number(month)))
      return isoDate(wall)
  }
  return undefined
}

/** A figure alone is no day: something has to make it one. */
const ordinalDay =
  /^(?:(?:on |for )?(?:the |am |den |der |el |el d[ií]a |le |il |dia |no dia |στις )(?<day>\d{1,2})(?:st|nd|rd|th|\.)?|(?:on )?(?<first>\d{1,2})(?:st|nd|rd|th|\.))$/iu
const dottedDay = /^(?:on |am )?(?<day>\d{1,2})\.\s?(?<month>\d{1,2})\.?$/iu

const daysAheadMax = 366
const dayMs = 86_400_000

/** Kept as it is dialled. */
const barePhone = (text: string): string | undefined => {
  const numbers = text.match(/\d[\d\s()/.-]{4,}\d/g) ?? []
  const [digits = ''] = numbers.map((number) => number.replace(/\D/g, ''))
  return numbers.length === 1 && /^\d{6,15}$/.test(digits) ? digits : undefined
}
