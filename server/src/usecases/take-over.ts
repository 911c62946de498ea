import type { Deps } from '../deps.ts'
import { enterProcess, findGoneProcesses, takeOverFrom } from '../store/processes.ts'

/**
 * Takes over what dead processes had claimed. A process is taken for dead when two looks in a row find it gone, so
 * one whose connection broke for a moment keeps its work.
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

  const gone = async (): Promise<number[]> =>
    (await findGoneProcesses(deps.db)).filter((processKey) => processKey !== deps.processKey)

  return {
    look: async () => {
      await enterProcess(deps.db, deps.processKey)
      const now = await gone()
      await takeFrom(now.filter((processKey) => goneBefore.has(processKey)))
      goneBefore = new Set(now.filter((processKey) => !goneBefore.has(processKey)))
    },
    /** Nobody else can be alive: the database is ours alone. */
    takeAll: async () => await takeFrom(await gone()),
  }
}
