import * as stopword from 'stopword'
import { textWords } from './text-words.ts'

/** The words every sentence is made of. None of them is a typing error: "there" is not a mistyped "three". */
export const isCommonWord = (word: string, language: string): boolean =>
  commonWordsOf(language.split('-')[0] ?? '').has(word)

const lists: ReadonlyMap<string, readonly string[]> = new Map([
  ['en', stopword.eng],
  ['es', stopword.spa],
  ['de', stopword.deu],
  ['fr', stopword.fra],
  ['el', stopword.ell],
  ['pt', [...stopword.por, ...stopword.porBr]],
  ['it', stopword.ita],
  ['nl', stopword.nld],
  ['ru', stopword.rus],
  ['uk', stopword.ukr],
  ['fi', stopword.fin],
  ['sv', stopword.swe],
  ['id', stopword.ind],
])

const folded = new Map<string, ReadonlySet<string>>()

const commonWordsOf = (language: string): ReadonlySet<string> => {
  const known = folded.get(language)
  if (known !== undefined) return known
  const words = new Set(
    (lists.get(language) ?? []).flatMap((word) => textWords(word).map((part) => part.word)),
  )
  folded.set(language, words)
  return words
}
