import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Goes with its owner. */
export const temporaryFolder = async (owner: { after(work: () => Promise<void>): void }): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-test-'))
  owner.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}
