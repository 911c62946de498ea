import { createHistogram } from 'node:perf_hooks'
import { type Static, Type } from 'typebox'

export const Latency = Type.Object({
  count: Type.Number(),
  p50Ms: Type.Number(),
  p90Ms: Type.Number(),
  p99Ms: Type.Number(),
  maxMs: Type.Number(),
})
export type Latency = Static<typeof Latency>

export interface Latencies {
  readonly record: (ms: number) => void
  readonly summary: () => Latency
}

/** A histogram of microseconds, three significant figures. */
export const latencies = (): Latencies => {
  const histogram = createHistogram({ figures: 3 })
  const ms = (percentile: number): number => histogram.percentile(percentile) / 1000
  return {
    record: (value) => histogram.record(Math.max(1, Math.round(value * 1000))),
    summary: () =>
      histogram.count === 0
        ? { count: 0, p50Ms: 0, p90Ms: 0, p99Ms: 0, maxMs: 0 }
        : {
            count: histogram.count,
            p50Ms: ms(50),
            p90Ms: ms(90),
            p99Ms: ms(99),
            maxMs: histogram.max / 1000,
          },
  }
}
