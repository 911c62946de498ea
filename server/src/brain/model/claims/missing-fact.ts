import { addressesIn } from './addresses.ts'
import { amountsIn } from './amounts.ts'
import { calendarOf } from './calendar.ts'

/** The first address, amount or placeholder of the original that the new text does not have. */
export const missingFact = (
  text: string,
  original: string,
  languages: readonly string[],
): string | undefined => {
  const reading = { languages, calendar: calendarOf([...languages, 'en']) }
  const addresses = new Set(addressesIn(text).map(({ key }) => key))
  const lost = addressesIn(original).find(({ key }) => !addresses.has(key))
  if (lost) return lost.text
  const amounts = new Set(amountsIn(text, reading).flatMap(({ carries }) => carries))
  const amount = amountsIn(original, reading).find(
    ({ keys }) => keys.length > 0 && !keys.some((key) => amounts.has(key)),
  )
  if (amount) return amount.text
  return original.match(/\{\{[^{}]*\}\}|\{\w+\}|%\w+%/g)?.find((placeholder) => !text.includes(placeholder))
}
