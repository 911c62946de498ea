import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startEmbeddedPostgres } from '../../src/outside/embedded-postgres.ts'
import { isStoreUnavailable } from '../../src/store/store-errors.ts'
import {
  ask,
  isAlive,
  isLinux,
  isRoot,
  killHard,
  lockFile,
  postmasterPid,
  privateFolder,
  start,
  startHost,
  unused,
  usedFolder,
} from '../support/embedded.ts'
import { until } from '../support/until.ts'

test('data survives a stop and a start, with every commit forced to the disk', async (t) => {
  const dataDir = await privateFolder()
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
  const dataDir = await usedFolder()
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
  const dataDir = await usedFolder()
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
  const dataDir = await usedFolder()
  const { child, said } = await startHost(t, dataDir)
  assert.ok(said.url, said.error)
  await killHard(child)
  const again = await start(t, dataDir)
  assert.deepEqual(await ask(again.url, 'select 1 as one'), [{ one: 1 }])
})

test('a PostgreSQL that was left behind is stopped, and ours takes over its data', {
  skip: !isLinux,
}, async (t) => {
  const dataDir = await usedFolder()
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
  const dataDir = await usedFolder()
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
  const [dataDir, otherDir] = [await usedFolder(), await usedFolder()]
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
  const dataDir = await usedFolder()
  const { url } = await start(t, dataDir)
  const second = await startHost(t, dataDir)
  assert.match(second.said.error ?? '', /^another Dragoman is running on .*DRAGOMAN_DATA_DIR$/)
  await assert.rejects(startEmbeddedPostgres({ dataDir, log: unused }), /another Dragoman is running/)
  assert.deepEqual(await ask(url, 'select 1 as one'), [{ one: 1 }])
})

test('two Dragomans with a folder each run side by side', async (t) => {
  const [one, other] = [await usedFolder(), await usedFolder()]
  const servers = await Promise.all([start(t, one), start(t, other)])
  for (const { url } of servers) await ask(url, 'insert into notes values ($1)', [url])
  for (const { url } of servers) assert.deepEqual(await ask(url, 'select note from notes'), [{ note: url }])
})

test('PostgreSQL is started again when somebody kills it under us', async (t) => {
  const dataDir = await usedFolder()
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
  const dataDir = await privateFolder()
  const draft = join(dataDir, 'postgres/cluster-draft-Ab12Cd')
  await mkdir(draft, { recursive: true })
  await writeFile(join(draft, 'PG_VERSION'), '18\n')
  const { url } = await start(t, dataDir)
  assert.deepEqual(await ask(url, 'select 1 as one'), [{ one: 1 }])
  assert.equal(existsSync(draft), false)
})
