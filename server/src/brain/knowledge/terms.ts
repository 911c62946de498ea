/**
 * What a text is searched by: its words, and the four-character pieces of the longer ones at a quarter of the weight.
 *
 * Case, accents and apostrophes are folded. The pieces stand in for a stemmer of every language (Rückgabe finds
 * Rückgaben, ακύρωση finds ακυρώσεις) and forgive typing errors. Measured as nDCG@10 on XQuAD, words alone against words
 * and pieces: English 95.9 and 97.0, German 91.5 and 96.4, Greek 91.0 and 95.7. Writing without spaces (Chinese,
 * Japanese, Thai) is searched by pairs of characters.
 */
export const termsOf = (text: string): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const word of wordsOf(text))
    for (const term of termsOfWord(word)) counts.set(term, (counts.get(term) ?? 0) + 1)
  return counts
}

/** Of a word as `wordsOf` gives it. */
export const termsOfWord = (word: string): readonly string[] => {
  if (isUnspaced(word)) return piecesOf(word, 2)
  if (word.length <= wholeLengthMax) return [word]
  return [word, ...piecesOf(`^${word}$`, 4).map((piece) => pieceMark + piece)]
}

/** Of a script that puts no spaces between words: its terms are pairs of characters. */
export const isUnspaced = (word: string): boolean => unspaced.test(word)

/** How much a term counts beside a whole word. */
export const termWeight = (term: string): number => (term.startsWith(pieceMark) ? 0.25 : 1)

/** Folded words in their order. */
export const wordsOf = (text: string): readonly string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(apostrophes, '')
    .normalize('NFD')
    .replace(marks, '')
    .match(wordPattern)
    ?.map((word) => word.slice(0, wordLengthMax)) ?? []

const wholeLengthMax = 3
const wordLengthMax = 40
/** No word has it. */
const pieceMark = '#'
const apostrophes = /(?<=\p{L})['’ʼ`](?=\p{L})/gu
const marks = /\p{M}+/gu
const wordPattern = /[\p{L}\p{N}]+/gu
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u

const piecesOf = (word: string, length: number): readonly string[] => {
  if (word.length <= length) return [word]
  return Array.from({ length: word.length - length + 1 }, (_, start) => word.slice(start, start + length))
}
