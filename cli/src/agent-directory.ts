import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CommandFault } from './command.ts'
import { listOf } from './management-api.ts'

/** A file of an agent's directory; `text` of those that say something of the agent. */
export interface AgentFile {
  readonly path: string
  readonly text?: string
}

const readable = /\.(ya?ml|json)$/i
const filesMax = 5_000

/** A directory's files, or the one file that the path leads to. */
export const readDirectory = async (path: string): Promise<readonly AgentFile[]> => {
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new CommandFault(`${path} is not there. Name the directory of the agent.`)
  if (found.isFile()) return [{ path: basename(path), text: await readFile(path, 'utf8') }]
  const paths = await pathsUnder(path)
  return await Promise.all(
    paths.map(async (one) =>
      readable.test(one) && !one.startsWith('knowledge/')
        ? { path: one, text: await readFile(join(path, one), 'utf8') }
        : { path: one },
    ),
  )
}

const pathsUnder = async (root: string, folder = ''): Promise<string[]> => {
  const paths: string[] = []
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) paths.push(...(await pathsUnder(root, path)))
    else if (entry.isFile()) paths.push(path)
    if (paths.length > filesMax)
      throw new CommandFault(`${root} has more than ${filesMax} files. Name the directory of the agent.`)
  }
  return paths
}

/**
 * Writes what the server gave: parts of an agent and nothing else. A server that is not ours any more could name
 * `.git/config`, which is as good as a command of its own.
 *
 * @returns the files of parts that are here and not there
 */
export const writeDirectory = async (root: string, files: unknown): Promise<readonly string[]> => {
  const written = new Set<string>()
  for (const { path, text } of listOf(files)) {
    if (typeof path !== 'string' || typeof text !== 'string') continue
    if (!partFile.test(path) || unsafeName.test(path))
      throw new CommandFault(`The server names ${JSON.stringify(path)}, which is no part of an agent.`)
    const target = join(root, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, text)
    written.add(path)
  }
  const here = await pathsUnder(root)
  return here.filter((path) => partFile.test(path) && !written.has(path)).sort()
}

/** Files that say something of the agent; a README, or what the knowledge is made of, is left alone. */
const partFile =
  /^(?:(?:intents|entities|workflows|tests|webhooks|models|mcp_servers)\/[^/]+|(?:agent|guidelines|intents|entities|workflows|tests|webhooks|models|mcp_servers|knowledge))\.(?:ya?ml|json)$/i

/** A backslash parts folders on Windows. */
const unsafeName = /[\\\p{Cc}]/u

export const removeFiles = async (root: string, paths: readonly string[]): Promise<void> => {
  for (const path of paths) await rm(join(root, path))
}
