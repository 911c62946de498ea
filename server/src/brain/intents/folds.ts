import { chance, shuffled } from '../chance.ts'
import { offtopicsIntent } from '../document/document.ts'

/*
 * Cross-validation. Each fold hides some phrases of every intent, and some intents whole. The hidden phrases show how
 * often a guess is right; the phrases of hidden intents play the messages the agent has no answer to, so rejecting is
 * learnt without anybody writing out-of-scope phrases. `offtopics` is never hidden whole: its phrases are not wanted.
 *
 * Phrases are named by their place in the list.
 */
export interface Fold {
  readonly seen: readonly number[]
  readonly hidden: readonly number[]
  /** Phrases of intents that are hidden whole. */
  readonly foreign: readonly number[]
}

export const foldsOf = (owners: Int32Array, intents: readonly string[], seed: number): readonly Fold[] => {
  if (intents.length < 2) return []
  const random = chance(seed ^ 0x5eed)
  const every = Array.from(owners, (_, phrase) => phrase)
  const foldOfIntent = new Map(
    shuffled(
      random,
      intents.map((_, intent) => intent),
    ).map((intent, place) => [intent, intents[intent] === offtopicsIntent ? noFold : place % foldCount]),
  )
  const foldOfPhrase = new Map(
    [...Map.groupBy(every, (phrase) => owners[phrase]).values()].flatMap((own, offset) =>
      shuffled(random, own).map((phrase, place) => [phrase, (place + offset) % foldCount] as const),
    ),
  )
  const count = owners.length > allFoldsPhrasesMax ? 1 : foldCount
  return Array.from({ length: count }, (_, fold) => {
    const isForeign = (phrase: number) => foldOfIntent.get(owners[phrase] ?? 0) === fold
    const known = every.filter((phrase) => !isForeign(phrase))
    return {
      seen: known.filter((phrase) => foldOfPhrase.get(phrase) !== fold),
      hidden: known.filter((phrase) => foldOfPhrase.get(phrase) === fold),
      foreign: every.filter(isForeign),
    }
  })
}

const foldCount = 5
const noFold = -1
/** Beyond this many phrases one fold says enough, and training twice takes long enough. */
const allFoldsPhrasesMax = 3_000
