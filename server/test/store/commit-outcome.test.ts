import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startEmbeddedPostgres } from '../../src/outside/embedded-postgres.ts'
import { type Db, openDatabase, type Statement } from '../../src/store/db.ts'
import { isOutcomeUnknown, isStoreUnavailable } from '../../src/store/store-errors.ts'
import { emptyDatabase } from '../support/database.ts'
import { type DatabaseProxy, type Link, openDatabaseProxy } from '../support/database-proxy.ts'
import { until } from '../support/until.ts'

const createNotes: Statement = { name: 'create notes', text: 'create table notes (note text)' }
const addNote: Statement = { name: 'add a note', text: 'insert into notes values ($1)' }
const readNotes: Statement = { name: 'read the notes', text: 'select note from notes' }
const nextNumber: Statement = { name: 'next id', text: 'select pg_current_xact_id()::text as id' }

const connections = 2

const openDb = (t: TestContext, url: string): Db => {
  const db = openDatabase({ url, poolMax: connections, statementTimeoutMs: 20_000, log: () => undefined })
  t.after(() => db.end())
  return db
}

/** `db` reaches the database through the proxy, `direct` without it. */
const database = async (t: TestContext): Promise<{ direct: Db; db: Db; proxy: DatabaseProxy }> => {
  const { db: direct, url } = await emptyDatabase(t)
  await direct.rows(createNotes, [])
  const proxy = await openDatabaseProxy(t, url)
  return { direct, proxy, db: openDb(t, proxy.url) }
}

const isCommit = (bytes: Buffer): boolean => bytes.includes('commit\0')

const loseTheAnswer = (proxy: DatabaseProxy): void => {
  let isCommitting = false
  proxy.toServer = (bytes) => {
    isCommitting ||= isCommit(bytes)
    return bytes
  }
  proxy.toClient = (bytes, { client }) => {
    if (!isCommitting) return bytes
    isCommitting = false
    client.destroy()
    return undefined
  }
}

const loseTheCommit = (proxy: DatabaseProxy): void => {
  proxy.toServer = (bytes, { client }) => {
    if (!isCommit(bytes)) return bytes
    client.destroy()
    return undefined
  }
}

test('a commit whose answer is lost is learned from the server and counts as done', async (t) => {
  const { direct, db, proxy } = await database(t)
  loseTheAnswer(proxy)
  const answer = await db.transaction((tx) => tx.rows(addNote, ['kept']).then(() => 'done'), {
    certain: true,
  })
  assert.equal(answer, 'done')
  assert.deepEqual(await direct.rows(readNotes, []), [{ note: 'kept' }])
})

test('when all connections of the pool break while they commit, each outcome is learned, not waited for in vain', async (t) => {
  const { direct, db, proxy } = await database(t)
  const committing = new Set<Link>()
  proxy.toServer = (bytes, link) => {
    if (isCommit(bytes)) committing.add(link)
    return bytes
  }
  proxy.toClient = (bytes, link) => {
    if (!committing.has(link)) return bytes
    if (committing.size === connections) for (const { client } of committing) client.destroy()
    return undefined
  }
  const notes = Array.from({ length: connections }, (_, index) => `note ${index}`)
  await Promise.all(notes.map((note) => db.transaction((tx) => tx.rows(addNote, [note]), { certain: true })))
  const kept = await direct.rows<{ note: string }>(readNotes, [])
  assert.deepEqual(kept.map(({ note }) => note).sort(), notes)
})

test('a commit that never reached the server is reported as not done, and stays undone', async (t) => {
  const { direct, db, proxy } = await database(t)
  loseTheCommit(proxy)
  const work = db.transaction((tx) => tx.rows(addNote, ['lost']), { certain: true })
  await assert.rejects(
    work,
    (error) => isStoreUnavailable(error) && /before the transaction was/.test(`${error}`),
  )
  assert.deepEqual(await direct.rows(readNotes, []), [])
  const open: Statement = {
    name: 'sessions left in a transaction',
    text: `select pid from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
  }
  assert.deepEqual(await direct.rows(open, []), [])
})

test('without asking to be certain, a commit whose answer is lost counts as store unavailable', async (t) => {
  const { db, proxy } = await database(t)
  loseTheAnswer(proxy)
  await assert.rejects(
    db.transaction((tx) => tx.rows(addNote, ['perhaps'])),
    isStoreUnavailable,
  )
})

test('when BEGIN itself fails, the first statement does not run on its own', async (t) => {
  const { direct, db, proxy } = await database(t)
  proxy.toServer = (bytes) =>
    Buffer.from(bytes.toString('latin1').replace('begin\0\0\0B', 'bogus\0\0\0B'), 'latin1')
  await assert.rejects(
    db.transaction((tx) => tx.rows(addNote, ['alone'])),
    { code: '42601' },
  )
  assert.deepEqual(await direct.rows(readNotes, []), [])
  proxy.toServer = (bytes) => bytes
  await db.transaction((tx) => tx.rows(addNote, ['in company']))
  assert.deepEqual(await direct.rows(readNotes, []), [{ note: 'in company' }])
})

test('after a crash of the server, the same id committed by somebody else is not taken for ours', async (t) => {
  for (const isProven of [false, true]) {
    const { direct, db, proxy, crash } = await crashable(t)
    const committing = Promise.withResolvers<void>()
    proxy.toServer = (bytes) => {
      if (!isCommit(bytes)) return bytes
      proxy.isClosed = true
      committing.resolve()
      return undefined
    }
    let ours: unknown
    const work = db.transaction(
      async (tx) => {
        if (isProven) tx.provenBy(readNotes, [])
        ours = await tx.rows(nextNumber, [])
      },
      { certain: true },
    )
    const outcome = assert.rejects(
      work,
      (error) => isStoreUnavailable(error) && isOutcomeUnknown(error) !== isProven,
    )
    await committing.promise
    await crash()
    assert.deepEqual(await direct.rows(nextNumber, []), ours)
    proxy.isClosed = false
    await outcome
  }
})

test('a commit that a crash of the server left unanswered counts as done when its proof is there', async (t) => {
  const { direct, db, proxy, crash } = await crashable(t)
  const committed = Promise.withResolvers<void>()
  let isCommitting = false
  proxy.toServer = (bytes) => {
    isCommitting ||= isCommit(bytes)
    return bytes
  }
  proxy.toClient = (bytes) => {
    if (!isCommitting) return bytes
    proxy.isClosed = true
    committed.resolve()
    return undefined
  }
  const work = db.transaction(
    async (tx) => {
      tx.provenBy(readNotes, [])
      await tx.rows(addNote, ['in the log'])
      return 'done'
    },
    { certain: true },
  )
  await committed.promise
  await crash()
  isCommitting = false
  proxy.isClosed = false
  assert.equal(await work, 'done')
  assert.deepEqual(await direct.rows(readNotes, []), [{ note: 'in the log' }])
})

/** A server of its own, which may be taken down. */
const crashable = async (
  t: TestContext,
): Promise<{ direct: Db; db: Db; proxy: DatabaseProxy; crash: () => Promise<void> }> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'dragoman-test-'))
  const server = await startEmbeddedPostgres({ dataDir, log: () => undefined, settings: withoutOwnWork })
  const direct = openDb(t, server.url)
  await direct.rows(createNotes, [])
  const proxy = await openDatabaseProxy(t, server.url)
  const db = openDb(t, proxy.url)
  t.after(async () => {
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  })
  /**
   * One killed backend is a crash of the whole server: it forgets what it had not written. We may hear of that death
   * before the postmaster does, and it would answer us once more in its old life: so we wait for another one.
   */
  const crash = async (): Promise<void> => {
    const [before] = await direct.rows<Life>(askForLife, [])
    assert.ok(before)
    process.kill(before.pid, 'SIGKILL')
    await until('the server lives again', async () => {
      const [now] = await orUnavailable(direct.rows<Life>(askForLife, []))
      return now !== undefined && now.began !== before.began
    })
  }
  return { direct, db, proxy, crash }
}

/** Nothing but the tests may take transaction ids or log which was the last. */
const withoutOwnWork = { fsync: 'off', autovacuum: 'off', wal_level: 'minimal', max_wal_senders: '0' }

interface Life {
  readonly pid: number
  readonly began: string
}

const askForLife: Statement = {
  name: 'life',
  text: 'select pg_backend_pid() as pid, stats_reset::text as began from pg_stat_wal',
}

const orUnavailable = async <Row>(asked: Promise<Row[]>): Promise<Row[]> => {
  try {
    return await asked
  } catch (error) {
    if (!isStoreUnavailable(error)) throw error
    return []
  }
}
