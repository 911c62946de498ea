import type { Deps } from '../deps.ts'
import { followClock, recallStrays } from '../usecases/follow-clock.ts'
import { keepHouse, noteKeyUse } from '../usecases/keep-house.ts'
import { passTime } from '../usecases/pass-time.ts'
import { sweepUploads } from '../usecases/sweep-uploads.ts'
import { startDeliveries } from './deliveries.ts'
import { startKnowledge } from './knowledge.ts'
import { repeat } from './repeat.ts'
import { startTurns } from './turns.ts'

const housekeepingMs = 10 * 60 * 1_000
const keyUseMs = 10_000
/** Two looks find a process dead. */
const takeOverLookMs = 2_000
const clockLookMs = 2_000
const recallMs = 60_000

export type Role = 'http' | 'worker' | 'deliver'

/** The loops of this process's roles. `stop` lets what is under way end. */
export const startWorkers = (
  deps: Deps,
  roles: ReadonlySet<Role>,
  takeOver: { readonly look: () => Promise<void> },
) => {
  const { log } = deps
  const { pollMs } = deps.limits
  const turns = roles.has('worker') ? startTurns(deps) : null
  const deliveries = roles.has('deliver') ? startDeliveries(deps) : null
  const knowledge = roles.has('worker') ? startKnowledge(deps) : null
  const repeated = [
    roles.has('http') &&
      repeat({ what: 'noting key use', everyMs: keyUseMs, log }, async () => void (await noteKeyUse(deps))),
    roles.has('http') &&
      repeat(
        { what: 'sweeping uploads', everyMs: housekeepingMs, log },
        async () => void (await sweepUploads(deps)),
      ),
    roles.has('worker') && repeat({ what: 'expiry', everyMs: pollMs, log }, () => passTime(deps)),
    roles.has('worker') &&
      repeat(
        { what: 'housekeeping', everyMs: housekeepingMs, log },
        async () => void (await keepHouse(deps)),
      ),
    repeat(
      { what: 'following the clock', everyMs: clockLookMs, log },
      async () => void (await followClock(deps)),
    ),
    roles.has('worker') &&
      repeat(
        { what: 'recalling strays', everyMs: recallMs, log },
        async () => void (await recallStrays(deps)),
      ),
    repeat({ what: 'taking over', everyMs: takeOverLookMs, log }, async () => void (await takeOver.look())),
    deliveries &&
      repeat({ what: 'delivery poll', everyMs: pollMs, log }, async () => void (await deliveries.poll())),
  ].filter((loop) => loop !== false && loop !== null)

  return {
    turnsInFlight: () => turns?.inFlight() ?? 0,
    deliveriesInFlight: () => deliveries?.sending() ?? 0,
    stop: async (): Promise<void> => {
      await Promise.all([
        ...repeated.map((loop) => loop.stop()),
        turns?.stop(),
        deliveries?.stop(),
        knowledge?.stop(),
      ])
    },
  }
}
