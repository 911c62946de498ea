import { sentencesOf } from './sentences.ts'

/** A document's text in its order, whatever format it came in. */
export type TextBlock =
  | { readonly type: 'heading'; readonly level: number; readonly text: string }
  /** A paragraph, a list item or a row of a table. */
  | { readonly type: 'text'; readonly text: string }

export interface TextPassage {
  readonly heading?: string
  readonly text: string
}

/**
 * Passages of about 400 words. A heading always begins a new one, so a passage is about one thing; what stands under
 * one heading and is longer is cut between paragraphs, and a paragraph that is longer still between sentences. The
 * heading of a passage is its whole path, because "Opening hours" alone does not say of which shop.
 */
export const splitPassages = (blocks: readonly TextBlock[]): readonly TextPassage[] => {
  const passages: TextPassage[] = []
  let path: readonly Heading[] = []
  let lines: string[] = []
  let words = 0
  const close = (): void => {
    const text = lines.join('\n')
    if (text !== '') passages.push({ ...headingOf(path), text })
    lines = []
    words = 0
  }
  for (const block of blocks) {
    const text = block.text.replace(/[^\S\n]+/g, ' ').trim()
    if (text === '') continue
    if (block.type === 'heading') {
      close()
      path = [...path.filter(({ level }) => level < block.level), { level: block.level, text }]
      continue
    }
    for (const piece of piecesOf(text)) {
      const count = wordCount(piece)
      if (words > 0 && words + count > passageWordsMax) close()
      lines.push(piece)
      words += count
    }
  }
  close()
  return passages
}

export const passageWordsMax = 400

interface Heading {
  readonly level: number
  readonly text: string
}

const headingOf = (path: readonly Heading[]): { readonly heading?: string } => {
  const heading = path
    .slice(-headingsMax)
    .map(({ text }) => text.slice(0, headingLengthMax))
    .join(' › ')
  return heading === '' ? {} : { heading }
}

const headingsMax = 3
const headingLengthMax = 200

/** A paragraph as it is, or its sentences packed into pieces that fit. */
const piecesOf = (text: string): readonly string[] => {
  if (wordCount(text) <= passageWordsMax) return [text]
  const pieces: string[] = []
  for (const sentence of sentencesOf(text).flatMap((one) => hardCut(one.text))) {
    const before = pieces.at(-1)
    if (before !== undefined && wordCount(before) + wordCount(sentence) <= passageWordsMax)
      pieces[pieces.length - 1] = `${before} ${sentence}`
    else pieces.push(sentence)
  }
  return pieces
}

/** What has no sentences, such as a long table in one line, is cut between words. */
const hardCut = (sentence: string): readonly string[] => {
  if (sentence.length <= sentenceLengthMax) return [sentence]
  const pieces: string[] = []
  for (const word of sentence.split(' ').flatMap(cutWord)) {
    const before = pieces.at(-1)
    if (before !== undefined && before.length + word.length < sentenceLengthMax)
      pieces[pieces.length - 1] = `${before} ${word}`
    else pieces.push(word)
  }
  return pieces
}

const sentenceLengthMax = 1_000

const cutWord = (word: string): readonly string[] =>
  Array.from({ length: Math.ceil(word.length / sentenceLengthMax) }, (_, index) =>
    word.slice(index * sentenceLengthMax, (index + 1) * sentenceLengthMax),
  )

/** Writing without spaces: two characters are about a word. What is no writing at all is counted by its length. */
const wordCount = (text: string): number => {
  const unspaced = text.match(unspacedCharacters)?.length ?? 0
  return Math.max(text.split(/\s+/).length + Math.floor(unspaced / 2), Math.ceil(text.length / wordLengthMax))
}

/** On average; German has 7. */
const wordLengthMax = 20

const unspacedCharacters = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/gu
