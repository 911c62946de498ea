import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const made = new Set<string>()

/** Removed by `removeTemporaryFolders` at the latest, whatever became of the run. */
export const temporaryFolder = async (purpose: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), `dragoman-bench-${purpose}-`))
  made.add(folder)
  return folder
}

export const removeTemporaryFolders = async (): Promise<void> => {
  for (const folder of made) await rm(folder, { recursive: true, force: true })
}
