/** What a row brings back. A figure is the median of its rounds; ratios are made within a round, then their median. */
export interface Row {
  readonly title: string
  readonly figures: readonly Figure[]
  readonly goals: readonly Goal[]
  /** How it was measured, and what it does not show. */
  readonly notes: readonly string[]
  /** Messages lost, doubled or swapped by the product: the run has failed, whatever its speed. */
  readonly faults: readonly string[]
}

export interface Figure {
  readonly subject: string
  readonly kind: 'product' | 'reference' | 'peer'
  readonly measure: string
  readonly unit: string
  readonly rounds: readonly number[]
  readonly note?: string
}

export interface Goal {
  readonly what: string
  readonly comparison: '>=' | '<='
  readonly goal: number
  readonly value: number
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** The median of round-by-round ratios: a slow minute of the machine slows both sides of its round. */
export const medianRatio = (over: readonly number[], under: readonly number[]): number =>
  median(over.map((value, round) => value / (under[round] ?? Number.NaN)))

export const isMet = ({ comparison, goal, value }: Goal): boolean =>
  comparison === '>=' ? value >= goal : value <= goal

/** Few digits, because the rest is noise. */
export const rounded = (value: number): string => {
  if (!Number.isFinite(value)) return '-'
  if (value >= 1000) return Math.round(value).toLocaleString('en-US')
  if (value >= 100) return value.toFixed(0)
  if (value >= 10) return value.toFixed(1)
  return value.toFixed(2)
}

/** Collects the rounds of several subjects in the order they are measured. */
export const roundsOf = <Measures extends string>() => {
  const rounds = new Map<string, Map<Measures, number[]>>()
  return {
    add: (subject: string, measures: Readonly<Record<Measures, number>>): void => {
      const known = rounds.get(subject) ?? new Map<Measures, number[]>()
      rounds.set(subject, known)
      for (const measure of Object.keys(measures) as Measures[])
        known.set(measure, [...(known.get(measure) ?? []), measures[measure]])
    },
    of: (subject: string, measure: Measures): readonly number[] => rounds.get(subject)?.get(measure) ?? [],
  }
}
