import { judge, priorOfVotes } from './calibrate.ts'
import { featureCounts, type SparseVector, vectorOf, vocabularyOf } from './features.ts'
import { type Fold, foldsOf } from './folds.ts'
import { fitRidge } from './kernel-ridge.ts'
import { unitVector } from './kernels.ts'
import type {
  Example,
  IntentModel,
  KernelEngine,
  LexicalEngine,
  LinearEngine,
  Separators,
  Vocabulary,
} from './model.ts'
import { exactPhrases } from './phrases.ts'
import { separatorScores } from './scores.ts'
import { separateClasses } from './support-vectors.ts'
import { isClearlyBetter, type Trial, trialOf } from './trials.ts'

/*
 * Phrases to model. The engine by words is always trained; where the phrases come with embeddings, an engine by meaning
 * and words is trained beside it and kept if cross-validation on these very phrases finds it clearly better: it costs
 * an embedding a message. Up to 2,000 phrases that is kernel ridge, beyond it hyperplanes, as by words.
 *
 * The same examples, vectors and seed give the same model, bit for bit.
 */
export interface TrainingOptions {
  readonly seed: number
  /** The examples' embeddings, in their order. */
  readonly vectors?: readonly Int8Array[] | undefined
  /** `auto`, the default: whichever is better. `fused` needs vectors. */
  readonly engine?: EngineChoice | undefined
  /** Called with the done part, 0 to 1, rising. */
  readonly onProgress?: ((done: number) => void) | undefined
}

export type EngineChoice = 'auto' | 'lexical' | 'fused'

export const trainIntents = (examples: readonly Example[], options: TrainingOptions): IntentModel => {
  const { seed, engine = 'auto', onProgress = () => {} } = options
  const vectors = engine === 'lexical' ? undefined : options.vectors
  const training = prepareTraining(examples, vectors, seed)
  const lexicalShare = vectors ? 0.3 : 1
  const lexical = trainLexical(training, (done) => onProgress(done * lexicalShare))
  const phrases = exactPhrases(examples)
  const wordsOnly: IntentModel = { intents: training.intents, phrases, lexical: lexical.engine, fused: null }
  if (!vectors || training.intents.length === 0) return wordsOnly
  const trainFused = training.texts.length > kernelPhrasesMax ? trainLinear : trainKernel
  const fused = trainFused(training, (done) => onProgress(lexicalShare + done * (1 - lexicalShare)))
  onProgress(1)
  const isKept = engine === 'fused' || isClearlyBetter(fused.trials, lexical.trials)
  return isKept ? { ...wordsOnly, fused: fused.engine } : wordsOnly
}

const kernelPhrasesMax = 2_000

/** The examples that can be learnt from, each named by its place. */
interface Training {
  readonly seed: number
  readonly texts: readonly string[]
  readonly counts: readonly ReadonlyMap<string, number>[]
  /** Empty without embeddings. */
  readonly vectors: readonly Int8Array[]
  readonly meanings: readonly Float32Array[]
  readonly intents: readonly string[]
  readonly owners: Int32Array
  readonly vocabulary: Vocabulary
  readonly folds: readonly Fold[]
}

const prepareTraining = (
  examples: readonly Example[],
  vectors: readonly Int8Array[] | undefined,
  seed: number,
): Training => {
  const known = examples
    .map(({ text, intent }, index) => ({
      text,
      intent,
      vector: vectors?.[index],
      counts: featureCounts(text),
    }))
    .filter(({ counts }) => counts.size > 0)
  const intents = [...new Set(known.map(({ intent }) => intent))]
  const indexOf = new Map(intents.map((intent, index) => [intent, index]))
  const owners = Int32Array.from(known, ({ intent }) => indexOf.get(intent) ?? 0)
  const counts = known.map((phrase) => phrase.counts)
  const kept = known.flatMap(({ vector }) => vector ?? [])
  if (vectors && kept.length !== known.length) throw new Error('training: a phrase has no vector')
  return {
    seed,
    texts: known.map(({ text }) => text),
    counts,
    vectors: kept,
    meanings: kept.map(unitVector),
    intents,
    owners,
    vocabulary: vocabularyOf(counts),
    folds: foldsOf(owners, intents, seed),
  }
}

interface Trained<Engine> {
  readonly engine: Engine
  /** Fold by fold, hidden before foreign: the same phrases in the same order for every engine. */
  readonly trials: readonly Trial[]
}

const trainLexical = (training: Training, onProgress: (done: number) => void): Trained<LexicalEngine> => {
  const { separators, trials } = trainSeparators({ ...training, meanings: [] }, onProgress)
  return { engine: { type: 'lexical', ...training.vocabulary, ...separators, ...judge(trials) }, trials }
}

const trainLinear = (training: Training, onProgress: (done: number) => void): Trained<LinearEngine> => {
  const { separators, trials } = trainSeparators(training, onProgress)
  return { engine: { type: 'linear', ...separators, ...judge(trials) }, trials }
}

const trainSeparators = (
  training: Training,
  onProgress: (done: number) => void,
): { readonly separators: Separators; readonly trials: readonly Trial[] } => {
  const parts = training.folds.length + 1
  const progressOf = (part: number) => (done: number) => onProgress((part + done) / parts)
  const trials = training.folds.flatMap((fold, part) => foldTrials(training, fold, progressOf(part)))
  const every = Array.from(training.owners, (_, phrase) => phrase)
  const separators = separate(training, training.vocabulary, every, progressOf(parts - 1))
  return { separators, trials }
}

const foldTrials = (
  training: Training,
  { seen, hidden, foreign }: Fold,
  onProgress: (done: number) => void,
): readonly Trial[] => {
  const vocabulary = vocabularyOf(seen.flatMap((phrase) => training.counts[phrase] ?? []))
  const separators = separate(training, vocabulary, seen, onProgress)
  const scoresOf = (phrase: number): Float64Array =>
    separatorScores(separators, {
      words: vectorOf(vocabulary, training.counts[phrase] ?? new Map()),
      meaning: training.meanings[phrase] ?? null,
    })
  return trialsOf(training, { hidden, foreign }, scoresOf)
}

const trialsOf = (
  { intents, owners }: Training,
  { hidden, foreign }: Pick<Fold, 'hidden' | 'foreign'>,
  scoresOf: (phrase: number) => Float64Array,
): readonly Trial[] => [
  ...hidden.map((phrase) => trialOf(scoresOf(phrase), intents, owners[phrase] ?? null)),
  ...foreign.map((phrase) => trialOf(scoresOf(phrase), intents, null)),
]

const separate = (
  { counts, meanings, owners, intents, seed }: Training,
  vocabulary: Vocabulary,
  phrases: readonly number[],
  onProgress: (done: number) => void,
): Separators => {
  const silenceCount = Math.ceil(phrases.length / Math.max(1, intents.length))
  const silence = Array.from({ length: silenceCount }, () => emptyVector)
  const vectors = phrases.map((phrase) => vectorOf(vocabulary, counts[phrase] ?? new Map()))
  return separateClasses({
    vectors: [...vectors, ...silence],
    meanings: phrases.flatMap((phrase) => meanings[phrase] ?? []),
    classes: Int32Array.from([
      ...phrases.map((phrase) => owners[phrase] ?? noClass),
      ...silence.map(() => noClass),
    ]),
    classCount: intents.length,
    featureCount: vocabulary.features.size,
    seed,
    onClass: (done) => onProgress(done / intents.length),
  })
}

/**
 * Silence plays one intent more that nobody wants: without it a single intent would take in everything, and of two
 * one would always win.
 */
const emptyVector: SparseVector = { rows: new Int32Array(0), values: new Float64Array(0) }
const noClass = -1

/** Trusted as far as leave-one-out and leave-intent-out say; compared on the folds, as the other engines are. */
const trainKernel = (training: Training, onProgress: (done: number) => void): Trained<KernelEngine> => {
  const { texts, vectors, meanings, intents, owners, vocabulary, seed, folds } = training
  const ridge = fitRidge({
    meanings,
    words: training.counts.map((counts) => vectorOf(vocabulary, counts)),
    featureCount: vocabulary.features.size,
    owners,
    intentCount: intents.length,
    seed,
    onProgress,
  })
  const trialsWithout = (hidden: readonly number[], foreign: readonly number[]): readonly Trial[] => {
    const group = [...hidden, ...foreign]
    const scores = ridge.scoresWithout(group)
    const scoresOf = new Map(group.map((phrase, place) => [phrase, scores[place] ?? new Float64Array(0)]))
    return trialsOf(training, { hidden, foreign }, (phrase) => scoresOf.get(phrase) ?? new Float64Array(0))
  }
  const every = Array.from(owners, (_, phrase) => phrase)
  const judged = [
    ...every.flatMap((phrase) => trialsWithout([phrase], [])),
    ...[...Map.groupBy(every, (phrase) => owners[phrase]).values()].flatMap((own) => trialsWithout([], own)),
  ]
  return {
    engine: {
      type: 'kernel',
      texts,
      vectors: joinedVectors(vectors),
      coefficients: ridge.coefficients,
      wordsWeight: ridge.wordsWeight,
      units: meanings,
      postings: ridge.postings,
      ...judge(judged, priorOfVotes),
    },
    trials: folds.flatMap(({ hidden, foreign }) => trialsWithout(hidden, foreign)),
  }
}

const joinedVectors = (vectors: readonly Int8Array[]): Int8Array => {
  const width = vectors[0]?.length ?? 0
  const joined = new Int8Array(vectors.length * width)
  vectors.forEach((vector, index) => {
    joined.set(vector, index * width)
  })
  return joined
}
