import type { ReadingContext } from '../entity.ts'
import { findDates } from './dates.ts'
import { findDurations } from './durations.ts'
import { findLinks } from './links.ts'
import { findMoney } from './money.ts'
import { findNumbers } from './numbers.ts'
import { findPercentages } from './percentages.ts'
import { findPhones } from './phones.ts'
import type { SystemReading } from './system-reading.ts'
import { scanText, type TextScan } from './text-scan.ts'

/** The entities that need no definition, each by its reader. */
export const findSystemEntities = (
  text: string,
  context: ReadingContext,
  isWanted: (entity: string) => boolean,
): readonly SystemReading[] => {
  const scan = scanText(text.slice(0, systemLengthMax), context)
  return readers.flatMap(({ entities, find }) =>
    entities.some(isWanted) ? find(scan).filter(({ entity }) => isWanted(entity)) : [],
  )
}

/** Some of the libraries take time quadratic in the text; at this length that is a few ms. */
const systemLengthMax = 2_000

interface Reader {
  readonly entities: readonly string[]
  find(scan: TextScan): readonly SystemReading[]
}

const readers: readonly Reader[] = [
  { entities: ['sys-date', 'sys-time', 'sys-datetime'], find: findDates },
  { entities: ['sys-number'], find: findNumbers },
  { entities: ['sys-percentage'], find: findPercentages },
  { entities: ['sys-money'], find: findMoney },
  { entities: ['sys-duration'], find: findDurations },
  { entities: ['sys-email', 'sys-url'], find: findLinks },
  { entities: ['sys-phone'], find: findPhones },
]
