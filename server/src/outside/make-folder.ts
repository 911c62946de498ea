import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * A folder, with those above it. Not by Node's own `recursive`: where the system says that a folder is not there which
 * is (below /proc), that one never comes back, and of a read-only disk it says "no such file or directory".
 *
 * @returns whether it is new
 */
export const makeFolder = async (path: string, mode?: number): Promise<boolean> => {
  try {
    if (await isMade(path, mode)) return true
    if ((await stat(path)).isDirectory()) return false
  } catch (cause) {
    throw new Error(`${path} cannot be made: ${whyNotWritten(cause)}`, { cause })
  }
  throw new Error(`${path} is not a folder: move it away, or choose another place`)
}

/** False: there is something of that name. */
const isMade = async (path: string, mode?: number): Promise<boolean> => {
  try {
    return await isMadeAlone(path, mode)
  } catch (error) {
    const above = dirname(path)
    if (codeOf(error) !== 'ENOENT' || (await isThere(above))) throw error
    await isMade(above, mode)
    return await isMadeAlone(path, mode)
  }
}

const isMadeAlone = async (path: string, mode?: number): Promise<boolean> => {
  try {
    await mkdir(path, { mode })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** The words of the system for whoever chose the place, with what helps. */
export const whyNotWritten = (error: unknown): string => {
  const code = codeOf(error)
  const known = code === undefined ? undefined : reasons[code]
  return known ?? (error instanceof Error ? error.message : String(error))
}

const notAllowed = 'who runs this may not write there; change the owner, or choose another place'
const reasons: Readonly<Record<string, string>> = {
  ENOTDIR: 'a file is in the way; move it away, or choose another place',
  ENOENT: 'nothing can be made there; choose another place',
  EROFS: 'the disk is read-only; mount it for writing, or choose another place',
  ENOSPC: 'the disk is full; make room, or choose another place',
  EDQUOT: 'the quota is used up; make room, or choose another place',
  EACCES: notAllowed,
  EPERM: notAllowed,
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
