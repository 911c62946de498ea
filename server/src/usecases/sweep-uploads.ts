import type { Deps } from '../deps.ts'

/** An upload sends its bytes within minutes; what was not written to for so long belongs to a process that died. */
const abandonedAfterMs = 3_600_000

/** Away with the beginnings of files whose upload was cut off with its process. */
export const sweepUploads = async (deps: Pick<Deps, 'files' | 'clock' | 'log'>): Promise<void> => {
  const files = await deps.files.removePartial(deps.clock.now() - abandonedAfterMs)
  if (files > 0) deps.log.info({ files }, 'beginnings of cut off uploads were removed')
}
