import vectorsJson from './vectors.json' with { type: 'json' }

/** Requests signed by other code than ours: see scripts/make-vectors.ts. */
export interface Vector {
  readonly name: string
  /** Oldest first. */
  readonly secrets: readonly string[]
  readonly legacy_secret_index: number
  readonly event_id: string
  readonly attempt_seconds: number
  readonly body: string
  readonly headers: { readonly [name: string]: string }
}

export const vectors: readonly Vector[] = vectorsJson

/** The moment at which the vectors are fresh. */
export const vectorsNowMs = 1_760_000_060_000

export const legacySecret = (vector: Vector): string => vector.secrets[vector.legacy_secret_index] ?? ''
