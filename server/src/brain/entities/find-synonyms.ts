import { isCommonWord } from './common-words.ts'
import type { Reading } from './entity.ts'
import { inflections } from './inflections.ts'
import type { Synonym, SynonymIndex, SynonymNode } from './synonym-index.ts'
import { type TextWord, textWords } from './text-words.ts'

/*
 * Synonyms in a text. Each word of the text may be a known word (as it stands, with another ending, mistyped), and
 * from each the tree of synonyms is followed through the words behind it. Of what begins at one place the longest is
 * kept, then the surest. The work is that of the text's words, not of the number of synonyms.
 */
export const findSynonyms = (
  index: SynonymIndex,
  input: { readonly text: string; readonly language: string },
): readonly SynonymReading[] => {
  if (index.wordsMax === 0) return []
  const words = textWords(input.text)
  const guessesOf = remembered(words, (word) => guesses(index, word.word, input.language))
  const found: SynonymReading[] = []
  const reach: Walk = { found, words, guessesOf, stepsLeft: stepsMax }
  for (let first = 0; first < words.length; first++) {
    follow(reach, { node: index.root, first, at: first, confidence: 1, isExact: true })
    findUnspaced(index, reach, first)
  }
  return found
}

export interface SynonymReading extends Reading {
  readonly entity: string
}

/** A word that the text's word may be, and how sure that is. */
interface Guess {
  readonly id: number
  readonly confidence: number
  /** As it was written; what an entity without `fuzzy` accepts. */
  readonly isExact: boolean
}

interface Walk {
  readonly found: SynonymReading[]
  readonly words: readonly TextWord[]
  readonly guessesOf: (at: number) => readonly Guess[]
  stepsLeft: number
}

interface Place {
  readonly node: SynonymNode
  readonly first: number
  readonly at: number
  readonly confidence: number
  readonly isExact: boolean
}

/** Of one text; a tree of like synonyms ("very very very …") must not make it exponential. */
const stepsMax = 20_000
const confidenceOf = { inflected: 0.95, oneEdit: 0.9, twoEdits: 0.8, unspaced: 0.95 }
/** A phrase of several guessed words is a guess no more. */
const confidenceMin = 0.6

const follow = (walk: Walk, place: Place): void => {
  const { node, first, at, confidence, isExact } = place
  const last = walk.words[at - 1]
  const start = walk.words[first]?.start ?? 0
  if (last !== undefined && at > first)
    for (const synonym of node.ends)
      if (synonym.isFuzzy || isExact) walk.found.push(readingOf(synonym, start, last.end, confidence))
  if (node.next.size === 0 || at >= walk.words.length) return
  for (const guess of walk.guessesOf(at)) {
    const next = node.next.get(guess.id)
    const nextConfidence = confidence * guess.confidence
    if (next === undefined || nextConfidence < confidenceMin || walk.stepsLeft-- <= 0) continue
    follow(walk, {
      node: next,
      first,
      at: at + 1,
      confidence: nextConfidence,
      isExact: isExact && guess.isExact,
    })
  }
}

const readingOf = (synonym: Synonym, start: number, end: number, confidence: number): SynonymReading => ({
  entity: synonym.entity,
  value: synonym.value,
  start,
  end,
  confidence: Math.round(confidence * 100) / 100,
})

const guesses = (index: SynonymIndex, word: string, language: string): readonly Guess[] => {
  const exact = index.vocabulary.get(word)
  const known = exact === undefined ? [] : [{ id: exact, confidence: 1, isExact: true }]
  if (isCommonWord(word, language)) return known
  for (const form of inflections(word, language)) {
    const id = index.vocabulary.get(form)
    if (id !== undefined) known.push({ id, confidence: confidenceOf.inflected, isExact: false })
  }
  if (known.length > 0) return known
  return index.near(word).map(({ id, edits }) => ({
    id,
    confidence: edits === 1 ? confidenceOf.oneEdit : confidenceOf.twoEdits,
    isExact: false,
  }))
}

/** Two or three words written apart that belong together, or one that belongs apart. */
const partsMax = 3

const findUnspaced = (index: SynonymIndex, walk: Walk, first: number): void => {
  let unspaced = ''
  for (let at = first; at < first + partsMax && at < walk.words.length; at++) {
    const word = walk.words[at]
    if (word === undefined) return
    unspaced += word.word
    for (const synonym of index.unspaced.get(unspaced) ?? [])
      walk.found.push(readingOf(synonym, walk.words[first]?.start ?? 0, word.end, confidenceOf.unspaced))
  }
}

const remembered = <Item, Value>(
  items: readonly Item[],
  make: (item: Item) => readonly Value[],
): ((at: number) => readonly Value[]) => {
  const known: (readonly Value[] | undefined)[] = []
  return (at) => {
    const item = items[at]
    if (item === undefined) return []
    const value = known[at] ?? make(item)
    known[at] = value
    return value
  }
}
