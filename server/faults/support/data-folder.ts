import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Owner } from './owner.ts'

/** A folder that the database's user may enter, gone after the test. */
export const dataFolder = async (owner: Owner): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-fault-'))
  await chmod(folder, 0o711)
  owner.after(() => rm(folder, { recursive: true, force: true, maxRetries: 20 }))
  return folder
}
