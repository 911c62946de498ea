import { isCommonWord } from '../../entities/common-words.ts'
import { inflections } from '../../entities/inflections.ts'
import { fold, textWords } from '../../entities/text-words.ts'
import { withoutAddresses } from './addresses.ts'
import type { Calendar } from './calendar.ts'
import { isOpener } from './openers.ts'
import { plainText } from './plain-text.ts'
import { currencies, durations } from './units.ts'

/**
 * The proper names in a text that the known words do not carry: words with a capital letter where a sentence does
 * not ask for one. At the beginning of a sentence, and in German, where every noun has one, a word is taken for a
 * name unless the evidence has it in some form, or every sentence could have it. Scripts without capitals hide their
 * names from this.
 */
export const unknownNames = (text: string, evidence: NameEvidence): readonly string[] => {
  const plain = withoutAddresses(plainText(text))
  const words = textWords(plain)
  const names: string[] = []
  for (const [index, { word, start, end }] of words.entries()) {
    const written = plain.slice(start, end)
    if (!/\p{Lu}/u.test(written) || !/\p{L}{2}/u.test(written)) continue
    if (/^['’]t(?!\p{L})/u.test(plain.slice(end, end + 3))) continue
    const before = words[index - 1]
    const isFirst = before === undefined || sentenceGap.test(plain.slice(before.end, start))
    // "Pack the items": who does something to something is no name.
    if (isFirst && determiners.has(words[index + 1]?.word ?? '') && !/\p{L}\p{Lu}/u.test(written)) continue
    if (!isKnown(word, isFirst, evidence)) names.push(written)
  }
  return names
}

interface NameEvidence {
  readonly words: ReadonlySet<string>
  readonly languages: readonly string[]
  readonly calendar: Calendar
}

const determiners: ReadonlySet<string> = new Set(
  `the a an your our it this that these any all them us me my el la los las un una su sus tu le les une votre vos den die
  das dem sie ihren ihre ihr o os as um uma seu sua il gli lo το τη την τον τα τισ τουσ ενα μια`.split(/\s+/),
)

/** A new sentence, line, list item, heading, or something quoted or in brackets. */
const sentenceGap = /[.!?…:;¿¡\n|>"“”„«»()[\]\p{Extended_Pictographic}]|(?:^|\s)[-–—•](?:\s|$)/u

const isKnown = (word: string, isFirst: boolean, { words, languages, calendar }: NameEvidence): boolean => {
  // Days and units are told of as amounts.
  if (words.has(word) || calendar.weekdays.has(word) || calendar.weekdays.has(word.replace(/s$/, '')))
    return true
  if (calendar.months.has(word) || currencies.has(word) || durations.has(word)) return true
  for (const language of languages) {
    if (isCommonWord(word, language) || isOpener(word, language)) return true
    if (inflections(word, language).some((form) => words.has(form))) return true
  }
  const mayBeNoun = isFirst || languages.some((language) => language.startsWith('de'))
  return mayBeNoun && hasKin(word, words)
}

const stemLengthMin = 4

/** Another form of the same word, or a compound with it: Order, ordering; Lieferung, Lieferzeit. */
const hasKin = (word: string, words: ReadonlySet<string>): boolean => {
  const stem = fold(word).slice(0, Math.max(stemLengthMin, word.length - 3))
  if (stem.length < stemLengthMin) return false
  for (const known of words) if (known.startsWith(stem)) return true
  return false
}
