import { offtopicsIntent } from '../document/document.ts'
import { explain } from './explain.ts'
import { featureCounts, vectorOf } from './features.ts'
import { likenessInMeaning, unitVector } from './kernels.ts'
import type {
  Calibration,
  Engine,
  IntentModel,
  KernelEngine,
  RankedIntent,
  Thresholds,
  Understanding,
} from './model.ts'
import { phraseOf } from './normalise.ts'
import { bestTwo, confidenceOf, kernelScores, leadOver, type ReadText, separatorScores } from './scores.ts'

/**
 * What the text may mean, best first, and why. A training phrase has confidence 1. `vector` is the text's embedding;
 * without it a model that would use one goes by words alone, with the thresholds that are right for that.
 */
export const classify = (model: IntentModel, text: string, vector?: Int8Array): Understanding => {
  const counts = featureCounts(text)
  const engine = (vector && model.fused) || model.lexical
  const meaning = vector ? unitVector(vector) : null
  const read: ReadText = {
    words: vectorOf(model.lexical, counts),
    meaning,
    nearness: engine.type === 'kernel' && meaning ? nearnessOf(engine, meaning) : null,
  }
  const confidences = confidencesOf(engine.calibration, scoresOf(engine, read), read.words.rows.length > 0)
  const exact = model.phrases.get(phraseOf(text))
  const ranking = model.intents
    .map(
      (name, index): RankedIntent => ({ name, confidence: name === exact ? 1 : (confidences[index] ?? 0) }),
    )
    .sort((one, other) => other.confidence - one.confidence)
  const best = ranking[0]
  const because = best ? explain(model, engine, { text, counts, ...read }, best.name) : []
  return { ranking, because, verdict: verdictOf(best, engine.thresholds), thresholds: engine.thresholds }
}

/** Does `classify` want the text's embedding? Training phrases and texts without a word are decided without. */
export const needsEmbedding = (model: IntentModel, text: string): boolean => {
  if (!model.fused) return false
  const phrase = phraseOf(text)
  return phrase !== '' && !model.phrases.has(phrase)
}

export const verdictOf = (
  best: RankedIntent | undefined,
  { accept, clarify }: Thresholds,
): Understanding['verdict'] => {
  if (!best || best.confidence === 0 || best.name === offtopicsIntent) return 'reject'
  if (best.confidence >= accept) return 'accept'
  return best.confidence >= clarify ? 'clarify' : 'reject'
}

const scoresOf = (engine: Engine, read: ReadText): Float64Array =>
  engine.type === 'kernel' ? kernelScores(engine, read) : separatorScores(engine, read)

const nearnessOf = ({ units }: KernelEngine, meaning: Float32Array): Float64Array => {
  const nearness = new Float64Array(units.length)
  units.forEach((unit, phrase) => {
    nearness[phrase] = likenessInMeaning(unit, meaning)
  })
  return nearness
}

/** Text without one known feature means nothing, whatever the borders say of nothing. */
const confidencesOf = (calibration: Calibration, scores: Float64Array, isKnown: boolean): Float64Array => {
  const { best, first, second } = bestTwo(scores)
  return scores.map((score, index) => {
    if (!isKnown) return 0
    const other = index === best ? second : first
    return confidenceOf(calibration, score, leadOver(score, other))
  })
}
