/**
 * PostgreSQL for the first minute: real server programs from an npm package, started and stopped by us, with the
 * durability of any other PostgreSQL. For production there is DATABASE_URL.
 *
 * 1. One Dragoman at a time on a data folder (lock.ts); several on one machine do not meet: no port is opened.
 * 2. The server ends when we end, even by kill -9 (postmaster.ts); what was left behind is stopped (orphan.ts).
 * 3. Data is made whole or not at all (cluster.ts). Nothing here ever deletes or repairs data.
 * 4. Root is no obstacle, and neither is a folder that only root may enter (run-as.ts, binaries.ts).
 */
import { access, constants, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { findPackage, prepareBinaries } from './embedded-postgres/binaries.ts'
import { databaseName, ensureCluster, roleName } from './embedded-postgres/cluster.ts'
import { keepRunning } from './embedded-postgres/keep-running.ts'
import { lockFolder } from './embedded-postgres/lock.ts'
import { stopOrphan } from './embedded-postgres/orphan.ts'
import { type Postmaster, startPostmaster } from './embedded-postgres/postmaster.ts'
import { chooseRunAs } from './embedded-postgres/run-as.ts'
import { chooseSocketFolder } from './embedded-postgres/socket-folder.ts'
import { makeFolder, whyNotWritten } from './make-folder.ts'

export interface EmbeddedPostgresOptions {
  /** Everything lives in its subfolder `postgres`. */
  readonly dataDir: string
  readonly log: (line: string, fields?: object) => void
  /** Called when there is nothing to do but to wait for its programs. */
  readonly onWait?: () => void
  /** Settings beside or instead of ours; for tests. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface EmbeddedPostgres {
  readonly url: string
  stop(): Promise<void>
}

/** Where everybody may enter and only root may write. */
const systemCache = '/var/cache/dragoman'

export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const packageFolder = findPackage(`${process.platform}-${process.arch}`)
  const wanted = join(options.dataDir, 'postgres')
  await makeFolder(wanted, 0o700)
  const folder = await realpath(wanted)
  await access(folder, constants.W_OK).catch((cause) => {
    throw new Error(`${folder} cannot be written: ${whyNotWritten(cause)}`, { cause })
  })
  const unlock = lockFolder(folder)
  try {
    const server = await startIn(folder, packageFolder, options)
    return {
      url: server.url,
      stop: async () => {
        await server.stop()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}

const startIn = async (
  folder: string,
  packageFolder: string,
  { log, onWait = () => undefined, settings = {} }: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> => {
  const cluster = join(folder, 'cluster')
  const runAs = await chooseRunAs(cluster)
  const copyFolder = runAs.isLent ? systemCache : folder
  const binaries = await prepareBinaries({ packageFolder, runAs, copyFolder })
  const isDurable = settings.fsync !== 'off'
  const password = await ensureCluster({ folder, binaries, runAs, isDurable, onWait })
  const socket = await chooseSocketFolder(folder, cluster, runAs)

  const start = async (): Promise<Postmaster> => {
    const unrelatedPid = await stopOrphan(cluster, log)
    return startPostmaster({
      binaries,
      cluster,
      runAs,
      socketFolder: socket.forServer,
      settings,
      unrelatedPid,
      onWait,
      log,
    })
  }
  const keeper = await keepRunning(start, log)
  const host = encodeURIComponent(socket.forClients)
  return { url: `postgresql://${roleName}:${password}@${host}/${databaseName}`, stop: keeper.stop }
}
