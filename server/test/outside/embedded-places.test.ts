import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, lstat, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { findPackage, prepareBinaries } from '../../src/outside/embedded-postgres/binaries.ts'
import { chooseRunAs } from '../../src/outside/embedded-postgres/run-as.ts'
import { startEmbeddedPostgres } from '../../src/outside/embedded-postgres.ts'
import {
  ask,
  isLinux,
  isRoot,
  killHard,
  privateFolder,
  start,
  startHost,
  unused,
} from '../support/embedded.ts'

test('a path too long for a socket is no obstacle, on the first start and on the next', async (t) => {
  const dataDir = join(await privateFolder(), 'long'.repeat(40))
  const first = await startEmbeddedPostgres({ dataDir, log: unused })
  await ask(first.url, 'create table notes (note text)')
  await first.stop()
  const second = await start(t, dataDir)
  assert.deepEqual(await ask(second.url, 'select note from notes'), [])
  assert.equal(second.url, first.url)
  await rm(decodeURIComponent(new URL(second.url).hostname), { recursive: true })
})

test('data of another PostgreSQL version, or without its password, is left alone with a clear line', async () => {
  const dataDir = await privateFolder()
  const folder = join(dataDir, 'postgres')
  await mkdir(join(folder, 'cluster'), { recursive: true })
  await writeFile(join(folder, 'cluster/PG_VERSION'), '15\n')
  await assert.rejects(startEmbeddedPostgres({ dataDir, log: unused }), /made by PostgreSQL 15.*DATABASE_URL/)
  await writeFile(join(folder, 'cluster/PG_VERSION'), '18\n')
  await assert.rejects(startEmbeddedPostgres({ dataDir, log: unused }), /password is missing/)
  assert.deepEqual(await readdir(join(folder, 'cluster')), ['PG_VERSION'])
})

test('a platform without binaries is told to set DATABASE_URL', () => {
  assert.throws(() => findPackage('win32-x64'), {
    message: 'there is no embedded PostgreSQL for win32-x64: set DATABASE_URL to a PostgreSQL 15 or newer',
  })
})

test('programs that do not run here are told in one line with what to do', async () => {
  const folder = await privateFolder()
  await mkdir(join(folder, 'native/bin'), { recursive: true })
  await writeFile(join(folder, 'native/pg-symlinks.json'), '[]')
  await writeFile(join(folder, 'native/bin/postgres'), '#!/nowhere/ld-musl\n', { mode: 0o755 })
  const runAs = await chooseRunAs(folder)
  await assert.rejects(prepareBinaries({ packageFolder: folder, runAs, copyFolder: join(folder, 'copy') }), {
    message:
      /^the embedded PostgreSQL does not run here \(.+\): set DATABASE_URL to a PostgreSQL 15 or newer$/,
  })
})

test('library links that no install script made are made at the start', async () => {
  const packageFolder = await packageCopy()
  const { postgres } = await prepareBinaries({
    packageFolder,
    runAs: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, isLent: false },
    copyFolder: join(packageFolder, 'copy'),
  })
  assert.equal(postgres, join(packageFolder, 'native/bin/postgres'))
})

test('binaries in a folder that only root may enter are copied to where the server may', {
  skip: !isRoot,
}, async () => {
  const packageFolder = await packageCopy()
  const copyFolder = join(await privateFolder(), 'copies')
  await chmod(join(copyFolder, '..'), 0o755)
  const runAs = { uid: 65534, gid: 65534, isLent: true }
  const [first, second] = await Promise.all([
    prepareBinaries({ packageFolder, runAs, copyFolder }),
    prepareBinaries({ packageFolder, runAs, copyFolder }),
  ])
  assert.ok(first.postgres.startsWith(copyFolder))
  assert.deepEqual(second, first)
  assert.equal((await readdir(copyFolder)).length, 1)
})

/** The package as npm unpacks it, without its links, in a folder of our own. */

const packageCopy = async (): Promise<string> => {
  const folder = join(await privateFolder(), 'package')
  await cp(findPackage(`${process.platform}-${process.arch}`), folder, {
    recursive: true,
    filter: async (source) => !(await lstat(source)).isSymbolicLink(),
  })
  return folder
}

test('root lends the server another user, and hands the data to nobody else', {
  skip: !isRoot || !isLinux,
}, async (t) => {
  const dataDir = await privateFolder()
  await start(t, dataDir)
  const { uid, mode } = await stat(join(dataDir, 'postgres/cluster'))
  assert.deepEqual({ uid, mode: mode & 0o777 }, { uid: 65534, mode: 0o700 })
})

test('an ordinary user starts it, and root later goes on with his data', {
  skip: !isRoot || !isLinux,
}, async (t) => {
  const dataDir = await privateFolder()
  const user = { uid: 65534, gid: 65534 }
  if (!(await mayRead(user))) return t.skip('the repository lies where only root may enter')
  await chmod(dataDir, 0o777)
  const { child, said } = await startHost(t, dataDir, user)
  assert.ok(said.url, said.error)
  await ask(said.url, 'create table notes (note text)')
  await killHard(child)
  const { url } = await start(t, dataDir)
  assert.deepEqual(await ask(url, 'select note from notes'), [])
})

test('a user id without a name is told so in one line', { skip: !isRoot || !isLinux }, async (t) => {
  const dataDir = await privateFolder()
  const user = { uid: 54321, gid: 54321 }
  if (!(await mayRead(user))) return t.skip('the repository lies where only root may enter')
  await chmod(dataDir, 0o777)
  const { said } = await startHost(t, dataDir, user)
  assert.match(said.error ?? '', /user id 54321 has no entry in \/etc\/passwd.*DATABASE_URL/)
})

const mayRead = async (user: { uid: number; gid: number }): Promise<boolean> => {
  const child = spawn('/bin/cat', [fileURLToPath(import.meta.url)], { stdio: 'ignore', ...user })
  const [code] = await once(child, 'exit')
  return code === 0
}
