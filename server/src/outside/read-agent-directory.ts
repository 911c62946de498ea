import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** One file below a directory; `text` of those that are to be read. */
export interface DirectoryFile {
  /** With `/`, whatever the machine. */
  readonly path: string
  readonly text?: string
}

export interface DirectoryLimits {
  readonly filesMax: number
  readonly bytesMax: number
}

/** Large agents have hundreds of files; more is the wrong directory. */
export const directoryLimits: DirectoryLimits = { filesMax: 5_000, bytesMax: 20 * 1024 * 1024 }

/**
 * All files of a directory, or the one file that the path leads to. Hidden ones, links and node_modules are left out.
 * Only what `isText` wants is read, as UTF-8. Throws with a sentence for the person who named the path.
 */
export const readAgentDirectory = async (
  path: string,
  isText: (path: string) => boolean,
  limits: DirectoryLimits = directoryLimits,
): Promise<readonly DirectoryFile[]> => {
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new Error(`${path} is not there`)
  if (found.isFile()) return [{ path: basename(path), text: await readFile(path, 'utf8') }]
  const paths = await pathsUnder(path, '', limits)
  const files: DirectoryFile[] = []
  let bytes = 0
  for (const one of paths) {
    if (!isText(one)) {
      files.push({ path: one })
      continue
    }
    const text = await readFile(join(path, one), 'utf8')
    bytes += text.length
    if (bytes > limits.bytesMax) throw new Error(`${path} has more than ${limits.bytesMax} bytes of text`)
    files.push({ path: one, text })
  }
  return files
}

const pathsUnder = async (root: string, folder: string, limits: DirectoryLimits): Promise<string[]> => {
  const paths: string[] = []
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) paths.push(...(await pathsUnder(root, path, limits)))
    else if (entry.isFile()) paths.push(path)
    if (paths.length > limits.filesMax)
      throw new Error(`${root} has more than ${limits.filesMax} files; name the directory of the agent`)
  }
  return paths
}
