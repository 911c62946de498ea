import { chance, shuffled } from '../chance.ts'
import { calibrate, findThreshold, type Trial } from './calibrate.ts'
import { bestTwo, leadOver, scoresOf } from './classify.ts'
import { featureCounts, type Vocabulary, vectorOf, vocabularyOf } from './features.ts'
import type { Example, IntentModel } from './model.ts'
import { exactPhrases } from './phrases.ts'
import { type Separators, separateClasses } from './support-vectors.ts'

/*
 * Phrases to model. The borders are learnt from all phrases; how far to trust them is learnt from cross-validation:
 * each fold hides some phrases of every intent, and some intents whole. The hidden phrases show how often a guess is
 * right; the phrases of hidden intents play the messages the agent has no answer to, so rejecting is learnt without
 * anybody writing out-of-scope phrases.
 *
 * The same examples and seed give the same model, bit for bit.
 */
export interface TrainingOptions {
  readonly seed: number
  /** Called with the done part, 0 to 1, rising. */
  readonly onProgress?: (done: number) => void
}

export const trainIntents = (
  examples: readonly Example[],
  { seed, onProgress }: TrainingOptions,
): IntentModel => {
  const phrases = knownPhrases(examples)
  const intents = [...new Set(phrases.map(({ intent }) => intent))]
  const folds = foldsOf(phrases, intents, seed)
  const parts = folds.length + 1
  const progressOf = (part: number) => (done: number) => onProgress?.((part + done) / parts)
  const trials = folds.flatMap((fold, part) => trialsOf(fold, seed, progressOf(part)))
  const calibration = calibrate(trials)
  return {
    intents,
    ...learn(phrases, intents, seed, progressOf(folds.length)),
    calibration,
    threshold: findThreshold(trials, calibration),
    phrases: exactPhrases(examples),
  }
}

/** An example whose features are counted. */
interface Phrase {
  readonly intent: string
  readonly counts: ReadonlyMap<string, number>
}

const knownPhrases = (examples: readonly Example[]): readonly Phrase[] =>
  examples
    .map(({ text, intent }) => ({ intent, counts: featureCounts(text) }))
    .filter(({ counts }) => counts.size > 0)

const learn = (
  phrases: readonly Phrase[],
  intents: readonly string[],
  seed: number,
  onProgress: (done: number) => void,
): Vocabulary & Separators => {
  const vocabulary = vocabularyOf(phrases.map(({ counts }) => counts))
  const indexOf = new Map(intents.map((intent, index) => [intent, index]))
  const silence = Array.from(
    { length: Math.ceil(phrases.length / Math.max(1, intents.length)) },
    () => emptyVector,
  )
  const vectors = [...phrases.map(({ counts }) => vectorOf(vocabulary, counts)), ...silence]
  const separators = separateClasses({
    vectors,
    classes: Int32Array.from(vectors, (_, index) => indexOf.get(phrases[index]?.intent ?? '') ?? noClass),
    classCount: intents.length,
    featureCount: vocabulary.features.size,
    seed,
    onClass: (done) => onProgress(done / intents.length),
  })
  return { ...vocabulary, ...separators }
}

/**
 * Silence plays one intent more that nobody wants: without it a single intent would take in everything, and of two
 * one would always win.
 */
const emptyVector = { rows: new Int32Array(0), values: new Float64Array(0) }
const noClass = -1

interface Fold {
  readonly seen: readonly Phrase[]
  readonly hidden: readonly Phrase[]
  /** Phrases of intents that are hidden whole. */
  readonly foreign: readonly Phrase[]
}

const foldCount = 5
/** Beyond this many phrases one fold says enough, and training twice takes long enough. */
const allFoldsPhrasesMax = 3_000

const foldsOf = (phrases: readonly Phrase[], intents: readonly string[], seed: number): readonly Fold[] => {
  if (intents.length < 2) return []
  const random = chance(seed ^ 0x5eed)
  const foldOfIntent = new Map(shuffled(random, intents).map((intent, index) => [intent, index % foldCount]))
  const byIntent = Map.groupBy(phrases, ({ intent }) => intent)
  const foldOfPhrase = new Map(
    [...byIntent.values()].flatMap((own, offset) =>
      shuffled(random, own).map((phrase, index) => [phrase, (index + offset) % foldCount] as const),
    ),
  )
  const count = phrases.length > allFoldsPhrasesMax ? 1 : foldCount
  return Array.from({ length: count }, (_, fold) => {
    const isForeign = ({ intent }: Phrase) => foldOfIntent.get(intent) === fold
    const known = phrases.filter((phrase) => !isForeign(phrase))
    return {
      seen: known.filter((phrase) => foldOfPhrase.get(phrase) !== fold),
      hidden: known.filter((phrase) => foldOfPhrase.get(phrase) === fold),
      foreign: phrases.filter(isForeign),
    }
  })
}

/** There are as many foreign trials as hidden ones; in life most messages are meant for the agent. */
const foreignWeight = 0.3

const trialsOf = (fold: Fold, seed: number, onProgress: (done: number) => void): readonly Trial[] => {
  const intents = [...new Set(fold.seen.map(({ intent }) => intent))]
  const model = learn(fold.seen, intents, seed, onProgress)
  const trialOf = (phrase: Phrase, weight: number): Trial => {
    const { best, first, second } = bestTwo(scoresOf(model, vectorOf(model, phrase.counts)))
    return { score: first, lead: leadOver(first, second), isRight: intents[best] === phrase.intent, weight }
  }
  return [
    ...fold.hidden.map((phrase) => trialOf(phrase, 1)),
    ...fold.foreign.map((phrase) => trialOf(phrase, foreignWeight)),
  ]
}
