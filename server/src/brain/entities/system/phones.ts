import { findPhoneNumbersInText, isSupportedCountry } from 'libphonenumber-js'
import type { SystemReading } from './system-entities.ts'
import type { TextScan } from './text-scan.ts'

/** `sys-phone`, as E.164: "+306912345678". Numbers without a country code are read as the country's own. */
export const findPhones = ({ text, context }: TextScan): readonly SystemReading[] => {
  if ((text.match(/\p{Nd}/gu)?.length ?? 0) < digitsMin) return []
  const { country } = context
  return findPhoneNumbersInText(
    text,
    isSupportedCountry(country) ? { defaultCountry: country } : undefined,
  ).map(({ number, startsAt, endsAt }) => ({
    entity: 'sys-phone',
    kind: 'phone',
    value: number.number,
    start: startsAt,
    end: endsAt,
    confidence: number.country === undefined ? 0.8 : 1,
  }))
}

/** Shorter ones are any number. */
const digitsMin = 6
