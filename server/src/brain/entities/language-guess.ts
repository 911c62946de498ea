import { isCommonWord } from './common-words.ts'
import { textWords } from './text-words.ts'

/** Languages whose number words are known. */
const languages = ['en', 'de', 'es', 'fr', 'pt', 'it', 'el', 'nl']
const wordsMin = 2

/**
 * The language that most words of the text are common in, if two are: whatever language a model was talked into, its
 * number words are read. A text that is equally common in two has both.
 */
export const languageGuess = (text: string): readonly string[] => {
  const words = textWords(text).map(({ word }) => word)
  const counts = languages.map((language) => words.filter((word) => isCommonWord(word, language)).length)
  const most = Math.max(...counts)
  return most < wordsMin ? [] : languages.filter((_, index) => counts[index] === most)
}
