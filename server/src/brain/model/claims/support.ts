import { isCommonWord } from '../../entities/common-words.ts'
import { textWords } from '../../entities/text-words.ts'
import { plainText } from './plain-text.ts'

const sharedMin = 0.6
const wordsMin = 3
const stemLength = 5

/**
 * The first sentence whose words the evidence does not have: less than three fifths of those that every sentence
 * does not have anyway, compared by their beginnings. It sees words, so evidence in another language carries nothing.
 */
export const unsupportedSentence = (
  text: string,
  { words, languages }: { readonly words: ReadonlySet<string>; readonly languages: readonly string[] },
): string | undefined => {
  const stems = new Set([...words].map(stemOf))
  return plainText(text)
    .split(/(?<=[.!?;…])\s+|\n+/u)
    .find((sentence) => {
      const telling = textWords(sentence)
        .map(({ word }) => word)
        .filter((word) => word.length > 2 && !languages.some((language) => isCommonWord(word, language)))
      const shared = telling.filter((word) => stems.has(stemOf(word)))
      return telling.length >= wordsMin && shared.length < sharedMin * telling.length
    })
}

const stemOf = (word: string): string => word.slice(0, stemLength)

/** The share of the text's telling words that the other text has, 0 to 1. */
export const wordsShared = (text: string, other: string, language: string): number => {
  const stems = new Set(textWords(plainText(other)).map(({ word }) => stemOf(word)))
  const telling = textWords(plainText(text))
    .map(({ word }) => word)
    .filter((word) => word.length > 2 && !isCommonWord(word, language))
  return telling.length === 0 ? 0 : telling.filter((word) => stems.has(stemOf(word))).length / telling.length
}
