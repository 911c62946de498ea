/**
 * PostgreSQL listens on a socket and on no port, so Dragomans on one machine never meet and nobody else can knock.
 * The socket lies in the data folder, which only the server's user and we may enter. Two things can forbid that: a
 * path of more than about a hundred bytes, and a file system that has no sockets (some mounts of a host's folder
 * into a container). Then it lies in a private folder under /tmp, which a note in the data folder remembers.
 */
import { chown, lstat, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { RunAs } from './run-as.ts'

export interface SocketFolder {
  /** How the server names it: relative to the data, so that it needs no path to it. */
  readonly forServer: string
  readonly forClients: string
}

/** The smallest of the systems' limits (macOS), without the closing zero. */
const socketPathBytesMax = 103
const socketFile = '.s.PGSQL.5432'
const ownerOnly = 0o700

export const chooseSocketFolder = async (
  folder: string,
  cluster: string,
  runAs: RunAs,
): Promise<SocketFolder> => {
  if (await canListenIn(cluster)) return { forServer: '.', forClients: cluster }
  const note = join(folder, 'socket-folder')
  const noted = await readNote(note, cluster)
  if (noted && (await isPrivate(noted, runAs))) return { forServer: noted, forClients: noted }
  const made = await mkdtemp('/tmp/dragoman-')
  await chown(made, runAs.uid, runAs.gid)
  await writeFile(note, `${made}\n${await identityOf(cluster)}\n`, { mode: 0o600 })
  return { forServer: made, forClients: made }
}

/** A copy of a data folder brings its note along, which must not lead it to the original's socket. */
const readNote = async (note: string, cluster: string): Promise<string | undefined> => {
  const [folder, identity] = (await readFile(note, 'utf8').catch(() => '')).split('\n')
  return identity === (await identityOf(cluster)) ? folder : undefined
}

const identityOf = async (cluster: string): Promise<string> => {
  const { dev, ino } = await stat(cluster)
  return `${dev}:${ino}`
}

const canListenIn = async (cluster: string): Promise<boolean> => {
  if (Buffer.byteLength(join(cluster, socketFile)) > socketPathBytesMax) return false
  const path = join(cluster, '.s.trial')
  await rm(path, { force: true })
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(path, () => server.close(() => resolve(true)))
  })
}

const isPrivate = async (folder: string, { uid }: RunAs): Promise<boolean> => {
  const found = await lstat(folder).catch(() => undefined)
  return found?.isDirectory() === true && found.uid === uid && (found.mode & 0o777) === ownerOnly
}
