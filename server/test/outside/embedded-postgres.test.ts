import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findPackage, prepareBinaries } from '../../src/outside/embedded-postgres/binaries.ts'
import { chooseRunAs } from '../../src/outside/embedded-postgres/run-as.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/outside/embedded-postgres.ts'
import { openDatabase, type Statement } from '../../src/store/db.ts'
import { isStoreUnavailable } from '../../src/store/store-errors.ts'
import { until } from '../support/until.ts'

const isLinux = process.platform === 'linux'
const isRoot = process.getuid?.() === 0
const unused = (): void => undefined

/** The system's own folder for temporary files may be entered by all, this one only by us: like a clone under /root. */
const privateFolder = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-test-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A data folder as a first start leaves it behind; made once, because that takes a second. */
const usedFolder = async (t: TestContext): Promise<string> => {
  model ??= makeModel()
  const folder = await privateFolder(t)
  await promisify(execFile)('/bin/cp', ['-a', join(await model, 'postgres'), folder])
  return folder
}

let model: Promise<string> | undefined

const makeModel = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-test-'))
  const server = await startEmbeddedPostgres({ dataDir: folder, log: unused })
  await ask(server.url, 'create table notes (note text)')
  await server.stop()
  return folder
}

after(async () => {
  if (model) await rm(await model, { recursive: true, force: true })
})

const start = async (t: TestContext, dataDir: string): Promise<EmbeddedPostgres> => {
  const server = await startEmbeddedPostgres({ dataDir, log: unused })
  t.after(() => server.stop())
  return server
}

const ask = async <R>(url: string, text: string, values: readonly unknown[] = []): Promise<R[]> => {
  const db = openDatabase({ url, poolMax: 1, statementTimeoutMs: 20_000, log: unused })
  try {
    const statement: Statement = { name: 'asked by a test', text }
    return await db.rows<R>(statement, values)
  } finally {
    await db.end()
  }
}

interface Host {
  readonly child: ChildProcess
  readonly said: { readonly url?: string; readonly error?: string }
}

/** Another process with the embedded PostgreSQL of that folder. */
const startHost = async (
  t: TestContext,
  dataDir: string,
  user?: { uid: number; gid: number },
): Promise<Host> => {
  const script = fileURLToPath(new URL('../support/embedded-host.ts', import.meta.url))
  const child = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'], ...user })
  t.after(() => child.kill('SIGKILL'))
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return { child, said: JSON.parse(line) }
}

const killHard = async (child: ChildProcess): Promise<void> => {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

const lockFile = (dataDir: string): string => join(dataDir, 'postgres/cluster/postmaster.pid')

const postmasterPid = async (dataDir: string): Promise<number> =>
  Number.parseInt(await readFile(lockFile(dataDir), 'utf8'), 10)

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('data survives a stop and a start, with every commit forced to the disk', async (t) => {
  const dataDir = await privateFolder(t)
  const first = await startEmbeddedPostgres({ dataDir, log: unused })
  await ask(first.url, 'create table notes (note text)')
  await ask(first.url, 'insert into notes values ($1)', ['kept'])
  assert.deepEqual(
    await ask(
      first.url,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commits`,
    ),
    [{ fsync: 'on', commits: 'on' }],
  )
  await first.stop()
  const second = await start(t, dataDir)
  assert.deepEqual(await ask(second.url, 'select note from notes'), [{ note: 'kept' }])
})

test('nobody gets in without the password, which only the owner can read, and no port is open', async (t) => {
  const dataDir = await usedFolder(t)
  const { url } = await start(t, dataDir)
  const guess = new URL(url)
  guess.password = 'guess'
  await assert.rejects(ask(guess.href, 'select 1'), { code: '28P01' })
  assert.equal((await stat(join(dataDir, 'postgres/password'))).mode & 0o777, 0o600)
  assert.equal((await stat(join(dataDir, 'postgres'))).mode & 0o777, 0o700)
  assert.deepEqual(await ask(url, `select current_setting('listen_addresses') as addresses`), [
    { addresses: '' },
  ])
})

test('PostgreSQL ends when our process is killed, and the next start finds every acknowledged row', async (t) => {
  const dataDir = await usedFolder(t)
  const { child, said } = await startHost(t, dataDir)
  assert.ok(said.url, said.error)
  await ask(said.url, 'insert into notes values ($1)', ['acknowledged'])
  const pid = await postmasterPid(dataDir)
  await killHard(child)
  await until('PostgreSQL has ended', () => !isAlive(pid))

  const lines: string[] = []
  const again = await startEmbeddedPostgres({ dataDir, log: (line) => lines.push(line) })
  t.after(() => again.stop())
  assert.deepEqual(await ask(again.url, 'select note from notes'), [{ note: 'acknowledged' }])
  assert.ok(!lines.some((line) => line.includes('recovery')), 'it was stopped in an orderly way')
})

test('a start right after the kill does not wait for anybody to clean up', async (t) => {
  const dataDir = await usedFolder(t)
  const { child, said } = await startHost(t, dataDir)
  assert.ok(said.url, said.error)
  await killHard(child)
  const again = await start(t, dataDir)
  assert.deepEqual(await ask(again.url, 'select 1 as one'), [{ one: 1 }])
})

test('a PostgreSQL that was left behind is stopped, and ours takes over its data', {
  skip: !isLinux,
}, async (t) => {
  const dataDir = await usedFolder(t)
  const { child, said } = await startHost(t, dataDir)
  assert.ok(said.url, said.error)
  const orphan = await postmasterPid(dataDir)
  for (const guard of await othersInGroupOf(orphan)) process.kill(guard, 'SIGKILL')
  await killHard(child)
  assert.equal(isAlive(orphan), true)

  const again = await start(t, dataDir)
  assert.notEqual(await postmasterPid(dataDir), orphan)
  assert.deepEqual(await ask(again.url, 'select note from notes'), [])
})

/** The guard shares the postmaster's process group; PostgreSQL's own children have groups of their own. */
const othersInGroupOf = async (leader: number): Promise<number[]> => {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0 && pid !== leader)
  const groups = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')))
  return pids.filter((_, index) => Number(groups[index]?.split(') ')[1]?.split(' ')[2]) === leader)
}

test('a stale lock file that names a living, unrelated process is no obstacle, and that process lives on', async (t) => {
  const dataDir = await usedFolder(t)
  // As the server's own user: only what that user could signal can be mistaken for another server.
  const user = isRoot ? { uid: 65534, gid: 65534 } : {}
  const unrelated = spawn('/bin/sleep', ['600'], user)
  t.after(() => unrelated.kill('SIGKILL'))
  await leaveLockFile(dataDir, unrelated.pid)

  const again = await start(t, dataDir)
  assert.deepEqual(await ask(again.url, 'select 1 as one'), [{ one: 1 }])
  assert.equal(unrelated.exitCode, null)
  assert.equal(unrelated.signalCode, null)
})

test('a stale lock file that names the PostgreSQL of another folder does not harm that one', async (t) => {
  const [dataDir, otherDir] = [await usedFolder(t), await usedFolder(t)]
  const other = await start(t, otherDir)
  const pid = await postmasterPid(otherDir)
  await leaveLockFile(dataDir, pid)

  const again = await start(t, dataDir)
  assert.deepEqual(await ask(again.url, 'select 1 as one'), [{ one: 1 }])
  assert.deepEqual(await ask(other.url, 'select 1 as one'), [{ one: 1 }])
  assert.equal(await postmasterPid(otherDir), pid)
})

/** What a power cut leaves behind: the lock file of a server that is gone, whose process id was given out again. */
const leaveLockFile = async (dataDir: string, pid: number | undefined): Promise<void> => {
  const server = await startEmbeddedPostgres({ dataDir, log: unused })
  const lock = await readFile(lockFile(dataDir), 'utf8')
  await server.stop()
  await writeFile(lockFile(dataDir), lock.replace(/^\d+/, `${pid}`), { mode: 0o600 })
  const { uid, gid } = await stat(join(dataDir, 'postgres/cluster'))
  await chown(lockFile(dataDir), uid, gid)
}

test('a second Dragoman on the same folder is refused in one line, and the first does not notice', async (t) => {
  const dataDir = await usedFolder(t)
  const { url } = await start(t, dataDir)
  const second = await startHost(t, dataDir)
  assert.match(second.said.error ?? '', /^another Dragoman is running on .*DRAGOMAN_DATA_DIR$/)
  await assert.rejects(startEmbeddedPostgres({ dataDir, log: unused }), /another Dragoman is running/)
  assert.deepEqual(await ask(url, 'select 1 as one'), [{ one: 1 }])
})

test('two Dragomans with a folder each run side by side', async (t) => {
  const [one, other] = [await usedFolder(t), await usedFolder(t)]
  const servers = await Promise.all([start(t, one), start(t, other)])
  for (const { url } of servers) await ask(url, 'insert into notes values ($1)', [url])
  for (const { url } of servers) assert.deepEqual(await ask(url, 'select note from notes'), [{ note: url }])
})

test('PostgreSQL is started again when somebody kills it under us', async (t) => {
  const dataDir = await usedFolder(t)
  const { url } = await start(t, dataDir)
  const pid = await postmasterPid(dataDir)
  process.kill(pid, 'SIGKILL')
  await until('it answers again', () =>
    ask(url, 'select note from notes').then(
      () => true,
      (error: unknown) => {
        if (isStoreUnavailable(error)) return false
        throw error
      },
    ),
  )
  assert.notEqual(await postmasterPid(dataDir), pid)
})

test('a first start that was interrupted is simply done again', async (t) => {
  const dataDir = await privateFolder(t)
  const draft = join(dataDir, 'postgres/cluster-draft-Ab12Cd')
  await mkdir(draft, { recursive: true })
  await writeFile(join(draft, 'PG_VERSION'), '18\n')
  const { url } = await start(t, dataDir)
  assert.deepEqual(await ask(url, 'select 1 as one'), [{ one: 1 }])
  assert.equal(existsSync(draft), false)
})

test('a path too long for a socket is no obstacle, on the first start and on the next', async (t) => {
  const dataDir = join(await privateFolder(t), 'long'.repeat(40))
  const first = await startEmbeddedPostgres({ dataDir, log: unused })
  await ask(first.url, 'create table notes (note text)')
  await first.stop()
  const second = await start(t, dataDir)
  assert.deepEqual(await ask(second.url, 'select note from notes'), [])
  assert.equal(second.url, first.url)
  await rm(decodeURIComponent(new URL(second.url).hostname), { recursive: true })
})

test('data of another PostgreSQL version, or without its password, is left alone with a clear line', async (t) => {
  const dataDir = await privateFolder(t)
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

test('programs that do not run here are told in one line with what to do', async (t) => {
  const folder = await privateFolder(t)
  await mkdir(join(folder, 'native/bin'), { recursive: true })
  await writeFile(join(folder, 'native/pg-symlinks.json'), '[]')
  await writeFile(join(folder, 'native/bin/postgres'), '#!/nowhere/ld-musl\n', { mode: 0o755 })
  const runAs = await chooseRunAs(folder)
  await assert.rejects(prepareBinaries({ packageFolder: folder, runAs, copyFolder: join(folder, 'copy') }), {
    message:
      /^the embedded PostgreSQL does not run here \(.+\): set DATABASE_URL to a PostgreSQL 15 or newer$/,
  })
})

test('library links that no install script made are made at the start', async (t) => {
  const packageFolder = await packageCopy(t)
  const { postgres } = await prepareBinaries({
    packageFolder,
    runAs: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, isLent: false },
    copyFolder: join(packageFolder, 'copy'),
  })
  assert.equal(postgres, join(packageFolder, 'native/bin/postgres'))
})

test('binaries in a folder that only root may enter are copied to where the server may', {
  skip: !isRoot,
}, async (t) => {
  const packageFolder = await packageCopy(t)
  const copyFolder = join(await privateFolder(t), 'copies')
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
const packageCopy = async (t: TestContext): Promise<string> => {
  const folder = join(await privateFolder(t), 'package')
  await cp(findPackage(`${process.platform}-${process.arch}`), folder, {
    recursive: true,
    filter: async (source) => !(await lstat(source)).isSymbolicLink(),
  })
  return folder
}

test('root lends the server another user, and hands the data to nobody else', {
  skip: !isRoot || !isLinux,
}, async (t) => {
  const dataDir = await privateFolder(t)
  await start(t, dataDir)
  const { uid, mode } = await stat(join(dataDir, 'postgres/cluster'))
  assert.deepEqual({ uid, mode: mode & 0o777 }, { uid: 65534, mode: 0o700 })
})

test('an ordinary user starts it, and root later goes on with his data', {
  skip: !isRoot || !isLinux,
}, async (t) => {
  const dataDir = await privateFolder(t)
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
  const dataDir = await privateFolder(t)
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
