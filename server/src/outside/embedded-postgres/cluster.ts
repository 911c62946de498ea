/**
 * The folder of the data itself ("cluster" in PostgreSQL's words): made once, whole or not at all. It is drafted
 * under another name with its password and its empty database, and renamed when it is complete.
 */
import { randomBytes } from 'node:crypto'
import { chown, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { askForUrl, type Binaries } from './binaries.ts'
import { ownFolder, type RunAs, run } from './run-as.ts'

export const roleName = 'dragoman'
export const databaseName = 'dragoman'

interface ClusterOptions {
  readonly folder: string
  readonly binaries: Binaries
  readonly runAs: RunAs
  readonly isDurable: boolean
  readonly onWait: () => void
}

/** Returns the password of the cluster in `folder`, which is made if there is none. */
export const ensureCluster = async (options: ClusterOptions): Promise<string> => {
  const cluster = join(options.folder, 'cluster')
  const passwordFile = join(options.folder, 'password')
  const version = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (version === undefined) return makeCluster(options, cluster, passwordFile)

  if (version.trim() !== options.binaries.majorVersion)
    throw new Error(
      `${cluster} was made by PostgreSQL ${version.trim()}, and ${options.binaries.majorVersion} cannot read it: ` +
        `start the Dragoman that made it and export, or ${askForUrl}`,
    )
  return readFile(passwordFile, 'utf8').catch((cause) => {
    throw new Error(`${passwordFile} is missing: put it back, it belongs to ${cluster}`, { cause })
  })
}

const makeCluster = async (
  options: ClusterOptions,
  cluster: string,
  passwordFile: string,
): Promise<string> => {
  const { binaries, runAs, isDurable, onWait } = options
  await removeDrafts(options.folder)
  // A name of its own: what is left of an initdb whose Dragoman was killed may still be at work in another one.
  const draft = await mkdtemp(join(options.folder, draftPrefix))
  const password = randomBytes(24).toString('base64url')
  await chown(draft, runAs.uid, runAs.gid)
  await writeDurably(passwordFile, password)

  const draftFolder = ownFolder(runAs, draft)
  // Nobody may connect until our own rules stand in pg_hba.conf. A new WAL segment is filled with zeros while all commits
  // wait: small ones are a short wait (docs/decisions/0012-even-load.md).
  const args = [
    `--pgdata=${draftFolder}`,
    `--username=${roleName}`,
    '--auth=reject',
    '--encoding=UTF8',
    '--locale=C',
    `--wal-segsize=${walSegmentMb}`,
  ]
  const initialising = run(binaries.initdb, isDurable ? args : [...args, '--no-sync'], { runAs, cwd: draft })
  onWait()
  const initialised = await initialising
  if (!initialised.isOk)
    throw new Error(`the database could not be made: ${reasonOf(initialised.output, runAs)}`)

  await writeDurably(join(draft, 'pg_hba.conf'), 'local all all scram-sha-256\nhost all all all reject\n')
  const single = ['--single', '-D', draftFolder, '-c', 'exit_on_error=on', 'postgres']
  const input = `alter role ${roleName} password '${password}'\ncreate database ${databaseName}\n`
  const filled = await run(binaries.postgres, single, { runAs, cwd: draft, input })
  if (!filled.isOk) throw new Error(`the database could not be made: ${reasonOf(filled.output, runAs)}`)
  await rename(draft, cluster)
  return password
}

const walSegmentMb = 4
const draftPrefix = 'cluster-draft-'

const removeDrafts = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder)) {
    if (name.startsWith(draftPrefix))
      await rm(join(folder, name), { recursive: true, force: true }).catch(ignore)
  }
}

const writeDurably = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

const reasonOf = (output: string, { uid }: RunAs): string => {
  if (output.includes('could not look up effective user ID'))
    return `user id ${uid} has no entry in /etc/passwd; add one, start as another user, or ${askForUrl}`
  const lines = output.split('\n').filter((line) => /error|fatal|hint|detail|could not/i.test(line))
  return (lines.length > 0 ? lines : output.split('\n').slice(-1)).join(' · ')
}

const ignore = (): void => undefined
