import type { Deps } from '../deps.ts'
import type { Backlog } from '../outside/metrics.ts'
import { readBacklog } from '../store/backlog.ts'

/** Longer than this nobody waits for a scrape; the other metrics are told all the same. */
const timeoutMs = 2_000

/** What waits, as the store tells it; null when the store cannot be asked just now. */
export const measureBacklog = async (deps: Pick<Deps, 'db' | 'log'>): Promise<Backlog | null> => {
  const { promise, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(resolve, timeoutMs, null)
  try {
    return await Promise.race([readBacklog(deps.db), promise])
  } catch (error) {
    deps.log.warn({ error: String(error) }, 'the backlog could not be measured')
    return null
  } finally {
    clearTimeout(timer)
  }
}
