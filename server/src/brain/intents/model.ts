import type { Postings } from './postings.ts'

/**
 * What training makes of phrases. Every model understands by words; one that was trained with embeddings, and proved
 * better with them on its own phrases, also understands by meaning and words together (`fused`). Read-only, and the
 * same value for the same phrases, vectors and seed. `serializeModel` turns it into bytes that are stored with the
 * agent's version.
 */
export interface IntentModel {
  readonly intents: readonly string[]
  /** Phrase to intent; a phrase that stands under two intents is in neither. */
  readonly phrases: ReadonlyMap<string, string>
  readonly lexical: LexicalEngine
  readonly fused: FusedEngine | null
}

/** How far an engine's scores are to be trusted, found by cross-validation. */
export interface Judgement {
  readonly calibration: Calibration
  readonly thresholds: Thresholds
}

/** confidence = logistic(score * ownScore + (score - the best other score) * lead + offset). */
export interface Calibration {
  readonly score: number
  readonly lead: number
  readonly offset: number
}

/** From `accept` on an intent is understood, from `clarify` on it is worth asking "did you mean". */
export interface Thresholds {
  readonly accept: number
  readonly clarify: number
}

/** One hyperplane an intent. */
export interface Separators {
  /**
   * Row by row of the features, one weight for each intent, in steps of the intent's scale. A byte each: a quarter of
   * the size of floats, and the score moves by less than 0.01.
   */
  readonly weights: Int8Array
  readonly scales: Float32Array
  readonly biases: Float32Array
  /** Intent by intent, one weight for each number of an embedding; empty where words are all there is. */
  readonly directions: Float32Array
}

/** What the words of a text are to the model. */
export interface Vocabulary {
  /** Feature to row. */
  readonly features: ReadonlyMap<string, number>
  /** Inverse document frequency by row. */
  readonly rarities: Float32Array
  /** That of a feature no phrase has: it takes its part of the text's length, so strange text scores low. */
  readonly unknownRarity: number
}

export type Engine = LexicalEngine | FusedEngine

export interface LexicalEngine extends Vocabulary, Separators, Judgement {
  readonly type: 'lexical'
}

export type FusedEngine = KernelEngine | LinearEngine

/** For many phrases: hyperplanes over words and meaning. The vocabulary is that of the lexical engine. */
export interface LinearEngine extends Separators, Judgement {
  readonly type: 'linear'
}

/** For few phrases: every phrase votes, as far as it is like the text (kernel-ridge.ts). */
export interface KernelEngine extends Judgement {
  readonly type: 'kernel'
  readonly texts: readonly string[]
  /** The embeddings of the texts, one behind the other. */
  readonly vectors: Int8Array
  /** Text by text, its vote for each intent. */
  readonly coefficients: Float32Array
  /** What likeness in words counts beside likeness in meaning. */
  readonly wordsWeight: number
  /** Made from the above when the model is read. */
  readonly units: readonly Float32Array[]
  readonly postings: Postings
}

export interface Example {
  readonly text: string
  readonly intent: string
}

export interface Understanding {
  /** All intents, best first. */
  readonly ranking: readonly RankedIntent[]
  /** The words, phrases and meaning that spoke most for the winner, strongest first. */
  readonly because: readonly Reason[]
  /** What to do with the best one, by the thresholds of the engine that judged. */
  readonly verdict: 'accept' | 'clarify' | 'reject'
  readonly thresholds: Thresholds
}

export interface RankedIntent {
  readonly name: string
  readonly confidence: number
}

export interface Reason {
  readonly feature: string
  readonly weight: number
}
