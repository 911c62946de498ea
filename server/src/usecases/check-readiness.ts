import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { isMigrated } from '../store/readiness.ts'

const timeoutMs = 2_000
const retryAfterSeconds = 2

/** Can this process serve: does the store answer soon, and is its schema ours? Refused as `unavailable` if not. */
export const checkReadiness = async (deps: Pick<Deps, 'db'>): Promise<void> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(reject, timeoutMs, new Error(`no answer within ${timeoutMs} ms`))
  try {
    if (!(await Promise.race([isMigrated(deps.db), promise])))
      throw new Refusal('unavailable', 'store: its migrations are not done', { retryAfterSeconds })
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('unavailable', 'store: cannot be reached', { cause: error, retryAfterSeconds })
  } finally {
    clearTimeout(timer)
  }
}
