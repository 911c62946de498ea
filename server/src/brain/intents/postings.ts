import type { SparseVector } from './features.ts'

/** For each feature, which phrases have it, and how much. */
export interface Postings {
  readonly phrases: readonly Int32Array[]
  readonly values: readonly Float32Array[]
}

export const postingsOf = (vectors: readonly SparseVector[], featureCount: number): Postings => {
  const phrases: number[][] = Array.from({ length: featureCount }, () => [])
  const values: number[][] = Array.from({ length: featureCount }, () => [])
  vectors.forEach((vector, phrase) => {
    vector.rows.forEach((feature, at) => {
      phrases[feature]?.push(phrase)
      values[feature]?.push(vector.values[at] ?? 0)
    })
  })
  return {
    phrases: phrases.map((list) => Int32Array.from(list)),
    values: values.map((list) => Float32Array.from(list)),
  }
}

/** Calls back for each phrase that has the feature, with its value there. */
export const eachPosting = (
  { phrases, values }: Postings,
  feature: number,
  call: (phrase: number, value: number) => void,
): void => {
  const own = phrases[feature]
  const weights = values[feature]
  if (!own || !weights) return
  for (let place = 0; place < own.length; place++) call(own[place] ?? 0, weights[place] ?? 0)
}
