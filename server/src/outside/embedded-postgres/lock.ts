/**
 * One Dragoman at a time on one data folder. The system must give the lock back however we end, so a file that
 * merely exists will not do, and process ids mean nothing across containers that share a volume. Node offers no file
 * lock of its own, but the SQLite inside it takes one: an exclusive transaction that we never end. Nothing is stored.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const sqliteBusy = 5

/** Returns the function that gives the lock back. */
export const lockFolder = (folder: string): (() => void) => {
  const file = new DatabaseSync(join(folder, 'lock'), { timeout: 0 })
  try {
    file.exec('pragma journal_mode = memory; begin exclusive')
    return () => file.close()
  } catch (error) {
    file.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy)
      throw new Error(`another Dragoman is running on ${folder}: stop it or set another DRAGOMAN_DATA_DIR`, {
        cause: error,
      })
    throw error
  }
}
