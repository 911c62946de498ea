import type { SynonymDefinition } from './entity.ts'
import { type NearWords, nearWords } from './near-words.ts'
import { textWords } from './text-words.ts'

/**
 * All synonyms of all entities in one tree of words, so that a text is read once however many there are: from each
 * word of the text the tree is followed as far as it goes.
 */
export interface SynonymIndex {
  /** Word to its number. */
  readonly vocabulary: ReadonlyMap<string, number>
  readonly near: NearWords
  readonly root: SynonymNode
  /** Phrases of more than one word, and long single words, as if written in one: "i phone" is "iphone". */
  readonly unspaced: ReadonlyMap<string, readonly Synonym[]>
  /** Of the longest synonym. */
  readonly wordsMax: number
}

export interface SynonymNode {
  readonly next: Map<number, SynonymNode>
  readonly ends: Synonym[]
}

export interface Synonym {
  readonly entity: string
  readonly value: string
  readonly isFuzzy: boolean
}

export const synonymIndex = (definitions: readonly SynonymDefinition[]): SynonymIndex => {
  const vocabulary = new Map<string, number>()
  const fuzzyWords = new Set<string>()
  const unspaced = new Map<string, Synonym[]>()
  const root: SynonymNode = { next: new Map(), ends: [] }
  let wordsMax = 0
  for (const { entity, fuzzy: isFuzzy = true, values } of definitions)
    for (const { value, synonyms = [] } of values)
      for (const phrase of [value, ...synonyms]) {
        const words = textWords(phrase).map(({ word }) => word)
        if (words.length === 0) continue
        const synonym = { entity, value, isFuzzy }
        addTo(nodeOf(root, words, vocabulary).ends, synonym)
        if (isFuzzy) for (const word of words) fuzzyWords.add(word)
        if (isFuzzy) addUnspaced(unspaced, words.join(''), synonym)
        wordsMax = Math.max(wordsMax, words.length)
      }
  return { vocabulary, near: nearIn(vocabulary, fuzzyWords), root, unspaced, wordsMax }
}

/** The first one that is written has the word. */
const addTo = (synonyms: Synonym[], synonym: Synonym): void => {
  if (!synonyms.some(({ entity }) => entity === synonym.entity)) synonyms.push(synonym)
}

const nodeOf = (
  root: SynonymNode,
  words: readonly string[],
  vocabulary: Map<string, number>,
): SynonymNode => {
  let node = root
  for (const word of words) {
    const id = vocabulary.get(word) ?? vocabulary.size
    vocabulary.set(word, id)
    const next = node.next.get(id) ?? { next: new Map(), ends: [] }
    node.next.set(id, next)
    node = next
  }
  return node
}

/** Shorter ones come about by chance: "to day". */
const unspacedLengthMin = 6

const addUnspaced = (unspaced: Map<string, Synonym[]>, word: string, synonym: Synonym): void => {
  if (word.length < unspacedLengthMin) return
  const synonyms = unspaced.get(word) ?? []
  addTo(synonyms, synonym)
  unspaced.set(word, synonyms)
}

const nearIn = (vocabulary: ReadonlyMap<string, number>, fuzzyWords: ReadonlySet<string>): NearWords => {
  const words = [...fuzzyWords]
  const near = nearWords(words)
  return (word) => near(word).map(({ id, edits }) => ({ id: vocabulary.get(words[id] ?? '') ?? -1, edits }))
}
