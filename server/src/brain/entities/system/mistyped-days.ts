import { type Parser, ParsingComponents } from 'chrono-node'
import { editDistance } from '../../../domain/edit-distance.ts'
import { isCommonWord } from '../common-words.ts'
import { fold } from '../text-words.ts'
import { dayNames } from './day-names.ts'
import { weekdayComponents } from './day-parsers.ts'
import { languageOf } from './region.ts'

/*
 * "tomorow", "wendesday", "Donerstag": days with a typing error, as a parser of chrono. One error in a name of six or
 * seven letters, two in a longer one. The first and the last letter have to be right: a wrong end makes another word
 * ("Montage", "segundo"). Of two names that are as near, neither was meant.
 */
export const mistypedDayParser = (tag: string): Parser => {
  const days = dayNames(tag)
  const names = [...days.keys()].filter((name) => name.length >= lengthMin)
  return {
    pattern: () => wordPattern,
    extract: (context, [written]) => {
      const word = fold(written)
      if (days.has(word) || isCommonWord(word, languageOf(tag))) return null
      const day = days.get(nearestName(word, names) ?? '')
      if (day === undefined) return null
      return day.type === 'weekday'
        ? weekdayComponents(context, day.weekday)
        : ParsingComponents.createRelativeFromReference(context.reference, { day: day.ahead })
    },
  }
}

const lengthMin = 6
const longLengthMin = 8
const wordPattern = /(?<![\p{L}\p{N}])\p{L}{5,14}(?![\p{L}\p{M}\p{N}])/u

const nearestName = (word: string, names: readonly string[]): string | undefined => {
  const near = names
    .filter((name) => name[0] === word[0] && name.at(-1) === word.at(-1))
    .map((name) => ({ name, edits: editDistance(word, name) }))
    .filter(({ name, edits }) => edits <= (name.length >= longLengthMin ? 2 : 1))
    .sort((one, other) => one.edits - other.edits)
  const [best, second] = near
  return best && best.edits !== second?.edits ? best.name : undefined
}
