import { fold, textWords } from '../../entities/text-words.ts'
import { plainText } from './plain-text.ts'

/** So many words in a row are no accident. */
const leakedWordsMin = 8

/** Words in a row that the text has from what was told in confidence, unless they are public as well. */
export const leakIn = (
  text: string,
  { secret, open }: { readonly secret: readonly string[]; readonly open: readonly string[] },
): string | undefined => {
  const told = runsOf(secret)
  if (told.size === 0) return undefined
  const known = runsOf(open)
  const words = wordsOf(text)
  for (let start = 0; start + leakedWordsMin <= words.length; start++) {
    const run = words.slice(start, start + leakedWordsMin).join(' ')
    if (told.has(run) && !known.has(run)) return run
  }
  return undefined
}

const runsOf = (texts: readonly string[]): ReadonlySet<string> => {
  const runs = new Set<string>()
  for (const text of texts) {
    const words = wordsOf(text)
    for (let start = 0; start + leakedWordsMin <= words.length; start++)
      runs.add(words.slice(start, start + leakedWordsMin).join(' '))
  }
  return runs
}

const wordsOf = (text: string): readonly string[] => textWords(plainText(text)).map(({ word }) => fold(word))
