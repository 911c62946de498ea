/**
 * The words of a text, each with its place, folded so that case, accents and spellings of one letter (ς σ, ß ss) do
 * not tell them apart. A few signs count as words of their own (C++, AT&T), and so does each letter of the scripts
 * that put no spaces between words.
 */
export interface TextWord {
  readonly word: string
  readonly start: number
  readonly end: number
}

export const textWords = (text: string): readonly TextWord[] => {
  const words: TextWord[] = []
  for (const match of text.slice(0, readLengthMax).matchAll(wordPattern)) {
    const start = match.index
    const end = start + match[0].length
    if (end - start === 1 && isElided(text, start, end)) continue
    words.push({ word: fold(match[0]), start, end })
  }
  return words
}

/** The s of "it's" and the l of "l'été" are no words: no size S, no size L. */
const isElided = (text: string, start: number, end: number): boolean =>
  /\p{L}['’]/u.test(text.slice(Math.max(0, start - 2), start)) || /^['’]\p{L}/u.test(text.slice(end, end + 2))

/** Beyond this length a text is not read for entities: time must be bounded. */
export const readLengthMax = 10_000

export const fold = (word: string): string => {
  if (/^[a-z0-9]+$/.test(word)) return word
  const lower = word.normalize('NFKD').replace(marks, '').toLowerCase().replaceAll('ς', 'σ')
  return lower.includes('ß') ? lower.replaceAll('ß', 'ss') : lower
}

const marks = /\p{M}+/gu
const unspaced =
  '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}'
const wordPattern = new RegExp(
  `[${unspaced}]\\p{M}*|(?:(?![${unspaced}])[\\p{L}\\p{N}]\\p{M}*)+|\\p{Extended_Pictographic}|[+#&@€$£]`,
  'gu',
)
