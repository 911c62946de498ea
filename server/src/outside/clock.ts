/** The one place that asks what time it is. Times compared between rows come from the database instead. */
export interface Clock {
  /** ms since 1970 */
  readonly now: () => number
}

export const systemClock: Clock = { now: Date.now }
