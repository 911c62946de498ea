import type { Deps } from '../deps.ts'
import { enterProcess, type KnownProcess, listProcesses, takeOverFrom } from '../store/processes.ts'

/**
 * Takes over what dead processes had claimed. A process is taken for dead when two looks in a row find it gone, so
 * one whose connection broke for a moment keeps its work. Who finds nobody else alive need not tell others anything.
 */
export const createTakeOver = (
  deps: Pick<Deps, 'db' | 'processKey' | 'log' | 'signals'>,
): { readonly look: () => Promise<void>; readonly takeAll: () => Promise<void> } => {
  let goneBefore: ReadonlySet<number> = new Set()

  const takeFrom = async (processKeys: readonly number[]): Promise<void> => {
    let taken = 0
    for (const processKey of processKeys) taken += await takeOverFrom(deps.db, processKey)
    if (taken > 0) deps.log.warn({ processKeys, taken }, 'took over from processes that died')
    if (taken > 0) deps.signals.wakeAll()
  }

  const others = async (): Promise<KnownProcess[]> =>
    (await listProcesses(deps.db)).filter(({ processKey }) => processKey !== deps.processKey)

  const goneOf = (processes: readonly KnownProcess[]): number[] =>
    processes.filter(({ isGone }) => isGone).map(({ processKey }) => processKey)

  return {
    look: async () => {
      await enterProcess(deps.db, deps.processKey)
      const seen = await others()
      deps.signals.setAlone(seen.every(({ isGone }) => isGone))
      const now = goneOf(seen)
      await takeFrom(now.filter((processKey) => goneBefore.has(processKey)))
      goneBefore = new Set(now.filter((processKey) => !goneBefore.has(processKey)))
    },
    /** Nobody else can be alive: the database is ours alone. */
    takeAll: async () => await takeFrom(goneOf(await others())),
  }
}
