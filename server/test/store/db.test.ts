import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type Db, openDatabase, type Statement } from '../../src/store/db.ts'
import { isStoreUnavailable } from '../../src/store/store-errors.ts'
import { emptyDatabase } from '../support/database.ts'
import { openDatabaseProxy } from '../support/database-proxy.ts'

const unused = (): void => undefined

const openFor = (
  t: TestContext,
  url: string,
  changes: { poolMax?: number; connectTimeoutMs?: number } = {},
): Db => {
  const db = openDatabase({ url, poolMax: 4, statementTimeoutMs: 20_000, log: unused, ...changes })
  t.after(() => db.end())
  return db
}

const sql = (text: string): Statement => ({ name: text.slice(0, 60), text })

const createNotes = sql('create table notes (note text primary key)')
const addNote = sql('insert into notes (note) values ($1)')
const readNotes = sql('select note from notes order by note')
const endOwnSession = sql('select pg_terminate_backend(pg_backend_pid())')

const withNotes = async (t: TestContext): Promise<{ db: Db; url: string }> => {
  const { db, url } = await emptyDatabase(t)
  await db.rows(createNotes, [])
  return { db, url }
}

test('a bigint arrives as a number, and one that does not fit is an error', async (t) => {
  const { db } = await emptyDatabase(t)
  const largest = Number.MAX_SAFE_INTEGER
  assert.deepEqual(await db.rows(sql('select $1::bigint as n'), [largest]), [{ n: largest }])
  await assert.rejects(db.rows(sql('select 9007199254740993 as n'), []), RangeError)
})

test('two who change a row at once both do it, also where an operator made a stricter isolation the default', async (t) => {
  const { db, url } = await withNotes(t)
  const name = new URL(url).pathname.slice(1)
  await db.rows(sql(`alter database ${name} set default_transaction_isolation = 'serializable'`), [])
  await db.rows(addNote, ['first'])
  const two = openFor(t, url)
  const lengthen = sql(`update notes set note = note || '+'`)
  await two.transaction(async (tx) => {
    await tx.rows(readNotes, [])
    await openFor(t, url).rows(lengthen, [])
    await tx.rows(lengthen, [])
  })
  assert.deepEqual(await db.rows(readNotes, []), [{ note: 'first++' }])
})

test('a transaction keeps everything it did or, when its work fails, nothing', async (t) => {
  const { db } = await withNotes(t)
  const answer = await db.transaction(async (tx) => {
    await tx.rows(addNote, ['first'])
    await tx.rows(addNote, ['second'])
    return 'done'
  })
  assert.equal(answer, 'done')
  const refusal = new Error('changed my mind')
  await assert.rejects(
    db.transaction(async (tx) => {
      await tx.rows(addNote, ['third'])
      throw refusal
    }),
    refusal,
  )
  assert.deepEqual(await db.rows(readNotes, []), [{ note: 'first' }, { note: 'second' }])
})

test('a transaction sees its own writes and nobody else does before it is committed', async (t) => {
  const { db } = await withNotes(t)
  await db.transaction(async (tx) => {
    await tx.rows(addNote, ['mine'])
    assert.deepEqual(await tx.rows(readNotes, []), [{ note: 'mine' }])
    assert.deepEqual(await db.rows(readNotes, []), [])
  })
})

test('statements sent together in a transaction are all answered', async (t) => {
  const { db } = await withNotes(t)
  const answers = await db.transaction((tx) =>
    Promise.all([tx.rows(addNote, ['a']), tx.rows(addNote, ['b']), tx.rows(readNotes, [])]),
  )
  assert.deepEqual(answers[2], [{ note: 'a' }, { note: 'b' }])
})

test('a failed statement whose error is swallowed still fails its transaction', async (t) => {
  const { db } = await withNotes(t)
  const work = db.transaction(async (tx) => {
    await tx.rows(addNote, ['kept?'])
    await tx.rows(addNote, ['kept?']).catch(unused)
  })
  await assert.rejects(work, /rolled back/)
  assert.deepEqual(await db.rows(readNotes, []), [])
})

test('a statement that its transaction does not wait for is refused with all the others', async (t) => {
  const { db } = await withNotes(t)
  const work = db.transaction(async (tx) => {
    void tx.rows(addNote, ['on its own']).catch(unused)
  })
  await assert.rejects(work, /without awaiting/)
  assert.deepEqual(await db.rows(readNotes, []), [])
})

test('a statement after the end of its transaction is refused', async (t) => {
  const { db } = await withNotes(t)
  const late = await db.transaction(async (tx) => () => tx.rows(addNote, ['late']))
  await assert.rejects(late(), /after its transaction had ended/)
  assert.deepEqual(await db.rows(readNotes, []), [])
})

test('a failed first statement leaves the pool with sound connections', async (t) => {
  const { url } = await withNotes(t)
  const db = openFor(t, url, { poolMax: 1 })
  const broken = sql('select missing from notes')
  for (let attempt = 1; attempt <= 2; attempt += 1)
    await assert.rejects(
      db.transaction((tx) => tx.rows(broken, [])),
      { code: '42703' },
    )
  await db.rows(addNote, ['taken'])
  await assert.rejects(
    db.transaction((tx) => tx.rows(addNote, ['taken'])),
    { code: '23505' },
  )
  await db.transaction((tx) => tx.rows(addNote, ['free']))
  assert.deepEqual(await db.rows(readNotes, []), [{ note: 'free' }, { note: 'taken' }])
})

const patience = { timeout: 20_000 }

test(
  'an idle connection that the server ends is logged, and the next query gets another one',
  patience,
  async (t) => {
    const { db, url } = await emptyDatabase(t)
    const logged = Promise.withResolvers<string>()
    const idle = openDatabase({ url, poolMax: 1, statementTimeoutMs: 20_000, log: logged.resolve })
    t.after(() => idle.end())
    const [session] = await idle.rows<{ pid: number }>(sql('select pg_backend_pid() as pid'), [])
    await db.rows(sql('select pg_terminate_backend($1)'), [session?.pid])
    assert.match(await logged.promise, /idle database connection broke/)
    assert.deepEqual(await idle.rows(sql('select 1 as one'), []), [{ one: 1 }])
  },
)

test('a session that the server ends counts as store unavailable, and the pool recovers', async (t) => {
  const { url } = await emptyDatabase(t)
  const db = openFor(t, url, { poolMax: 1 })
  await assert.rejects(db.rows(endOwnSession, []), isStoreUnavailable)
  await assert.rejects(
    db.transaction(async (tx) => {
      await tx.rows(sql('select 1 as one'), [])
      await tx.rows(endOwnSession, [])
    }),
    isStoreUnavailable,
  )
  assert.deepEqual(await db.rows(sql('select 1 as one'), []), [{ one: 1 }])
})

test('a server that is not there counts as store unavailable', async (t) => {
  const { url } = await emptyDatabase(t)
  const nobody = createServer().listen(0, '127.0.0.1')
  await once(nobody, 'listening')
  const address = nobody.address()
  nobody.close()
  await once(nobody, 'close')
  const port = typeof address === 'object' && address ? address.port : 0
  await assert.rejects(
    openFor(t, `postgresql://me:x@127.0.0.1:${port}/x`).rows(sql('select 1'), []),
    isStoreUnavailable,
  )
  await assert.rejects(
    openFor(t, 'postgresql://me:x@%2Fnowhere/x').rows(sql('select 1'), []),
    isStoreUnavailable,
  )
  await assert.rejects(
    openFor(t, `${url}_missing`).rows(sql('select 1'), []),
    (error) => !isStoreUnavailable(error),
  )
})

test('a server that accepts and says nothing counts as store unavailable', async (t) => {
  const silent = createServer().listen(0, '127.0.0.1')
  t.after(() => silent.close())
  await once(silent, 'listening')
  const address = silent.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const db = openFor(t, `postgresql://me:x@127.0.0.1:${port}/x`, { connectTimeoutMs: 50 })
  await assert.rejects(db.rows(sql('select 1'), []), isStoreUnavailable)
})

test('a server that falls silent under a query counts as store unavailable', async (t) => {
  const { url } = await emptyDatabase(t)
  const proxy = await openDatabaseProxy(t, url)
  const db = openFor(t, proxy.url, { poolMax: 1 })
  t.mock.timers.enable({ apis: ['setTimeout'] })
  await db.rows(sql('select 1 as one'), [])
  const lost = Promise.withResolvers<void>()
  proxy.toServer = () => {
    lost.resolve()
    return undefined
  }
  const refused = assert.rejects(db.rows(sql('select 2 as two'), []), isStoreUnavailable)
  await lost.promise
  t.mock.timers.tick(60_000)
  await refused
  t.mock.timers.reset()
  proxy.toServer = (bytes) => bytes
  assert.deepEqual(await db.rows(sql('select 3 as three'), []), [{ three: 3 }])
})

test('a pool whose connections are all taken counts as store unavailable', async (t) => {
  const { url } = await emptyDatabase(t)
  const db = openFor(t, url, { poolMax: 1, connectTimeoutMs: 1_000 })
  await db.transaction(async (tx) => {
    await tx.rows(sql('select 1 as one'), [])
    await assert.rejects(db.rows(sql('select 1 as one'), []), isStoreUnavailable)
  })
})

test('a statement that runs into its time limit counts as store unavailable', async (t) => {
  const { url } = await emptyDatabase(t)
  const db = openDatabase({ url, poolMax: 1, statementTimeoutMs: 50, log: unused })
  t.after(() => db.end())
  await assert.rejects(db.rows(sql('select pg_sleep(20)'), []), isStoreUnavailable)
})

test('a database that was closed counts as store unavailable', async (t) => {
  const { url } = await emptyDatabase(t)
  const db = openDatabase({ url, poolMax: 1, statementTimeoutMs: 20_000, log: unused })
  await db.end()
  await assert.rejects(db.rows(sql('select 1'), []), isStoreUnavailable)
})

test('what the server says about itself counts as store unavailable, what it says about a statement does not', () => {
  const withCode = (code: string): Error => Object.assign(new Error(code), { code })
  const unavailable = [
    '08006',
    '53100',
    '53300',
    '57P01',
    '57P02',
    '57P03',
    '58030',
    '25006',
    '57014',
    'ECONNRESET',
  ]
  const other = ['23505', '42601', '42P01', '22P02', '40001', '28P01', '3D000', 'ERR_ASSERTION']
  for (const code of unavailable) assert.equal(isStoreUnavailable(withCode(code)), true, code)
  for (const code of other) assert.equal(isStoreUnavailable(withCode(code)), false, code)
  assert.equal(isStoreUnavailable(new Error('a bug')), false)
  assert.equal(isStoreUnavailable('08006'), false)
})
