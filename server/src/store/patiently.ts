import { setTimeout as sleep } from 'node:timers/promises'
import { isDatabaseEnded, isStoreUnavailable } from './store-errors.ts'

const pauseMsMin = 50
const pauseMsMax = 1_000

/**
 * Does it again while the store is away, with growing pauses, until the limit: for what is known only here and
 * would otherwise wait for a lease to run out. What is done must bear being done twice, because a connection that
 * breaks does not tell whether it was done.
 */
export const patiently = async <Result>(limitMs: number, work: () => Promise<Result>): Promise<Result> => {
  const giveUpAt = performance.now() + limitMs
  for (let pauseMs = pauseMsMin; ; pauseMs = Math.min(2 * pauseMs, pauseMsMax)) {
    try {
      return await work()
    } catch (error) {
      const isWorthAnother = isStoreUnavailable(error) && !isDatabaseEnded(error)
      if (!isWorthAnother || performance.now() + pauseMs > giveUpAt) throw error
      await sleep(pauseMs, undefined, { ref: false })
    }
  }
}
