import { fold, textWords } from '../../entities/text-words.ts'
import { addressesIn } from './addresses.ts'
import { amountsIn, amountsOfRecord } from './amounts.ts'
import { type Calendar, calendarOf } from './calendar.ts'
import { plainText } from './plain-text.ts'
import { promisesCarried } from './promises.ts'

/** What an answer may stand on. */
export interface Evidence {
  /** Passages, results of tools, the operator's own words: they carry everything. */
  readonly ours: readonly string[]
  /** The same as records, "total: 49.9, currency: EUR". */
  readonly records: readonly string[]
  /** What the user said: it carries what is theirs (numbers, dates, names), but no address, price, period or promise. */
  readonly theirs: readonly string[]
  /** Guidelines of the operator: they carry everything, and are not to be told word by word. */
  readonly confidential: readonly string[]
  /** What else was told to the model in confidence. It carries nothing. */
  readonly secret: readonly string[]
  /** In which the agent speaks; the first is its own. */
  readonly languages: readonly string[]
  /** A tool that does something was called in this turn, and answered. */
  readonly hasActed: boolean
}

/** The evidence taken apart. */
export interface KnownFacts {
  readonly addresses: ReadonlySet<string>
  readonly amounts: ReadonlySet<string>
  readonly promises: ReadonlySet<string>
  readonly words: ReadonlySet<string>
  readonly languages: readonly string[]
  readonly calendar: Calendar
}

export const knownFacts = ({ ours, records, confidential, theirs, languages }: Evidence): KnownFacts => {
  const reading = { languages, calendar: calendarOf([...languages, 'en']) }
  const told = [...ours, ...confidential]
  const own = [...told, ...records]
  const amounts = new Set<string>()
  for (const text of told)
    for (const { carries } of amountsIn(text, reading)) for (const key of carries) amounts.add(key)
  for (const text of records) for (const key of amountsOfRecord(text, reading)) amounts.add(key)
  for (const text of theirs)
    for (const { carries } of amountsIn(text, reading))
      for (const key of carries) if (!/^(?:money|percent|minutes|months):/.test(key)) amounts.add(key)
  const addresses = own.flatMap(addressesIn)
  const theirAddresses = theirs.flatMap(addressesIn).filter(({ kind }) => kind === 'e-mail address')
  const words = new Set<string>()
  for (const text of [...own, ...theirs])
    for (const { word } of textWords(plainText(text).replaceAll('_', ' '))) words.add(fold(word))
  return {
    ...reading,
    addresses: new Set([...addresses, ...theirAddresses].map(({ kind, key }) => `${kind} ${key}`)),
    amounts,
    promises: new Set(own.flatMap(promisesCarried)),
    words,
  }
}
