/**
 * The server listens on a socket inside its data folder, which nobody else may enter. A client names the socket by a
 * path, and the system allows such a path about a hundred bytes: longer ones are reached through a link in a private
 * folder of the system's temporary files.
 */
import { lstat, mkdtemp, readFile, readlink, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The smallest of the limits (macOS), without the closing zero. */
const socketPathBytesMax = 103
const socketFile = '.s.PGSQL.5432'

/** The folder under which a client finds the socket of `cluster`. `folder` remembers the link, for the next start. */
export const clientFolder = async (folder: string, cluster: string): Promise<string> => {
  if (Buffer.byteLength(join(cluster, socketFile)) <= socketPathBytesMax) return cluster
  const note = join(folder, 'short-path')
  const noted = await readFile(note, 'utf8').catch(() => undefined)
  if (noted && (await leadsTo(noted, cluster))) return noted
  const link = join(await mkdtemp(join(tmpdir(), 'dragoman-')), 'db')
  await symlink(cluster, link)
  await writeFile(note, link, { mode: 0o600 })
  return link
}

const leadsTo = async (link: string, cluster: string): Promise<boolean> => {
  const owner = await lstat(link).catch(() => undefined)
  if (!owner?.isSymbolicLink() || owner.uid !== process.getuid?.()) return false
  return (await readlink(link)) === cluster
}
