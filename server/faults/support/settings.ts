/**
 * How long the faults go on. The short form is for every commit; `npm run test:faults -- --long` is for a release.
 * Each number can be set alone, and the seed that a run prints repeats its choices.
 */
const isLong = process.env.FAULT_LONG === '1'

const number = (name: string, short: number, long: number): number => {
  const given = process.env[name]
  return given === undefined || given === '' ? (isLong ? long : short) : Number(given)
}

export const settings = {
  isLong,
  seed: number('FAULT_SEED', Date.now() % 1_000_000, Date.now() % 1_000_000),
  /** Kills of the process, and other faults that come in rounds. */
  rounds: number('FAULT_ROUNDS', 4, 100),
  /** Events that wait for a webhook that is down. */
  backlog: number('FAULT_BACKLOG', 2_000, 100_000),
  /** How long a webhook is away. */
  outageSeconds: number('FAULT_OUTAGE', 12, 1_200),
  /** Malformed requests. */
  requests: number('FAULT_REQUESTS', 100_000, 1_000_000),
}

export interface Chance {
  /** From min to max, both included. */
  whole(min: number, max: number): number
  pick<Item>(items: readonly Item[]): Item
  /** True in this share of cases, 0 to 1. */
  happens(share: number): boolean
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
export const chanceOf = (seed: number): Chance => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
  const whole = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  return {
    whole,
    pick: <Item>(items: readonly Item[]): Item => {
      const item = items[whole(0, items.length - 1)]
      if (item === undefined) throw new Error('nothing to pick from')
      return item
    },
    happens: (share) => next() < share,
  }
}
