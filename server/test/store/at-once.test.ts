import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Db, openDatabase, type Statement } from '../../src/store/db.ts'
import { isOutcomeUnknown, isStoreUnavailable } from '../../src/store/store-errors.ts'
import { emptyDatabase } from '../support/database.ts'
import { type DatabaseProxy, openDatabaseProxy } from '../support/database-proxy.ts'
import { until } from '../support/until.ts'

const createNotes: Statement = { name: 'create notes', text: 'create table notes (note text primary key)' }
const addFirst: Statement = { name: 'add a first note', text: 'insert into notes values ($1)' }
const addLast: Statement = {
  name: 'add a last note',
  text: 'insert into notes values ($1) returning note',
}
const readNotes: Statement = { name: 'read the notes', text: 'select note from notes order by note' }
const hold: Statement = { name: 'hold the notes', text: 'lock table notes in exclusive mode' }
const others: Statement = {
  name: 'other sessions',
  text: `select wait_event_type as "waitsFor" from pg_catalog.pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and query like '%insert into notes%'`,
}

/** `db` reaches the database through the proxy, `direct` without it. */
const database = async (t: TestContext): Promise<{ direct: Db; db: Db; proxy: DatabaseProxy }> => {
  const { db: direct, url } = await emptyDatabase(t)
  await direct.rows(createNotes, [])
  const proxy = await openDatabaseProxy(t, url)
  const db = openDatabase({
    url: proxy.url,
    poolMax: 2,
    statementTimeoutMs: 20_000,
    log: () => undefined,
  })
  t.after(() => db.end())
  return { direct, proxy, db }
}

const add = (db: Db, first: string, last: string): ReturnType<Db['atOnce']> =>
  db.atOnce({
    before: [{ statement: addFirst, values: [first] }],
    last: { statement: addLast, values: [last] },
    proof: { name: 'prove a note', text: 'select from notes where note = $1', values: [last] },
  })

const inTokyo: Statement = {
  name: 'new sessions are in Tokyo',
  text: `do $$ begin execute format('alter database %I set timezone = ''Asia/Tokyo''', current_database()); end $$`,
}
/** The tests' role may do anything, so what it looks at is made to fail. */
const breakTheLook: Statement = {
  name: 'hide the sessions of the server',
  text: `do $$ begin
    create schema hidden;
    create view hidden.pg_stat_activity as
      select pid, to_timestamp(1 / (random() < 0)::int) as backend_start from pg_catalog.pg_stat_activity;
    execute format('alter database %I set search_path = hidden, pg_catalog, public', current_database());
  end $$`,
}

const notes = async (db: Db): Promise<string[]> =>
  (await db.rows<{ note: string }>(readNotes, [])).map(({ note }) => note)

const isOurs = (bytes: Buffer): boolean => bytes.includes('add a last note')

test('statements sent at once commit together, again and again on one connection', async (t) => {
  const { direct, db } = await database(t)
  assert.deepEqual(await add(db, 'a', 'b'), [[], [{ note: 'b' }]])
  assert.deepEqual(await add(db, 'c', 'd'), [[], [{ note: 'd' }]])
  assert.deepEqual(await notes(direct), ['a', 'b', 'c', 'd'])
})

test('when one of them fails, nothing of the others stays, whichever it is', async (t) => {
  const { direct, db } = await database(t)
  await add(db, 'a', 'b')
  await assert.rejects(add(db, 'a', 'x'), { code: '23505' })
  await assert.rejects(add(db, 'y', 'b'), { code: '23505' })
  assert.deepEqual(await notes(direct), ['a', 'b'])
  assert.deepEqual(await add(db, 'c', 'd'), [[], [{ note: 'd' }]])
})

test('an answer that is lost is learned from the server: it is done, without its rows', async (t) => {
  const { direct, db, proxy } = await database(t)
  let isSent = false
  proxy.toServer = (bytes) => {
    isSent ||= isOurs(bytes)
    return bytes
  }
  proxy.toClient = (bytes, { client }) => {
    if (!isSent) return bytes
    isSent = false
    client.destroy()
    return undefined
  }
  assert.equal(await add(db, 'a', 'b'), null)
  assert.deepEqual(await notes(direct), ['a', 'b'])
})

test('what never reached the server is reported as not done, and stays undone', async (t) => {
  const { direct, db, proxy } = await database(t)
  proxy.toServer = (bytes, { client }) => {
    if (!isOurs(bytes)) return bytes
    client.destroy()
    return undefined
  }
  await assert.rejects(
    add(db, 'a', 'b'),
    (error) => isStoreUnavailable(error) && /before the transaction was/.test(`${error}`),
  )
  assert.deepEqual(await notes(direct), [])
})

const cutWhileItWaits = async (
  { direct, db, proxy }: Awaited<ReturnType<typeof database>>,
  ending: (adding: ReturnType<Db['atOnce']>) => Promise<void>,
): Promise<void> => {
  const links = new Set<{ destroy: () => void }>()
  proxy.toServer = (bytes, { client }) => {
    if (isOurs(bytes)) links.add(client)
    return bytes
  }
  await direct.transaction(async (tx) => {
    await tx.rows(hold, [])
    const ended = ending(add(db, 'c', 'd'))
    await until('it waits', async () =>
      (await direct.rows<{ waitsFor: string }>(others, [])).some(({ waitsFor }) => waitsFor === 'Lock'),
    )
    for (const link of links) link.destroy()
    await ended
  })
}

test('what still waits for a lock when its connection breaks is ended, and never done after it was reported as not done', async (t) => {
  const all = await database(t)
  await add(all.db, 'a', 'b')
  await cutWhileItWaits(all, (adding) => assert.rejects(adding, isStoreUnavailable))
  assert.deepEqual(await notes(all.direct), ['a', 'b'])
})

test('its session is found also when new sessions have another time zone', async (t) => {
  const all = await database(t)
  await add(all.db, 'a', 'b')
  await all.direct.rows(inTokyo, [])
  await cutWhileItWaits(all, (adding) => assert.rejects(adding, isStoreUnavailable))
  assert.deepEqual(await notes(all.direct), ['a', 'b'])
})

test('where its session may not be ended, its outcome is unknown, which is final: nobody tries it again', async (t) => {
  const all = await database(t)
  await add(all.db, 'a', 'b')
  await all.direct.rows(breakTheLook, [])
  await cutWhileItWaits(all, (adding) => assert.rejects(adding, isOutcomeUnknown))
})
