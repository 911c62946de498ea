import { findPhoneNumbersInText, isSupportedCountry } from 'libphonenumber-js'
import type { SystemReading } from './system-reading.ts'
import type { TextScan } from './text-scan.ts'

/** `sys-phone`, as E.164: "+306912345678". Numbers without a country code are read as the country's own. */
export const findPhones = ({ text, context }: TextScan): readonly SystemReading[] => {
  if ((text.match(/\p{Nd}/gu)?.length ?? 0) < digitsMin) return []
  const { country } = context
  const found = findPhoneNumbersInText(
    text,
    isSupportedCountry(country) ? { defaultCountry: country } : undefined,
  )
  return found
    .filter(({ startsAt, endsAt }) => !areYears(text.slice(startsAt, endsAt)))
    .map(({ number, startsAt, endsAt }) => ({
      entity: 'sys-phone',
      kind: 'phone',
      value: number.number,
      start: startsAt,
      end: endsAt,
      confidence: number.country === undefined ? 0.8 : 1,
    }))
}

/** Where numbers may be short, "1620-21" would be one. A code of the country or the area tells a number from years. */
const areYears = (written: string): boolean =>
  !/^[+(0]/.test(written) && written.replace(/\P{Nd}/gu, '').length < plainDigitsMin

const plainDigitsMin = 8
/** Shorter ones are any number. */
const digitsMin = 6
