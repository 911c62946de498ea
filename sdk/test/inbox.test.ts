import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import {
  createReceiver,
  type InboxStore,
  inboxSchema,
  memoryInbox,
  type SqlInbox,
  sqlInbox,
} from '@dragoman/sdk'
import pg from 'pg'
import { emptyDatabase } from '../../server/test/support/database.ts'
import { eventOf, secret, signedRequest } from './signed-request.ts'

const sqliteInbox = (): SqlInbox => {
  const database = new DatabaseSync(':memory:')
  database.exec(inboxSchema)
  return sqlInbox({
    query: async (sql, values) => database.prepare(sql).all(...values),
    placeholder: '?',
  })
}

const postgresInbox = async (t: TestContext): Promise<SqlInbox> => {
  const { url } = await emptyDatabase(t)
  const pool = new pg.Pool({ connectionString: url })
  pool.on('error', () => {})
  t.after(() => pool.end())
  await pool.query(inboxSchema)
  return sqlInbox({ query: async (sql, values) => (await pool.query(sql, [...values])).rows })
}

type MakeInbox = (t: TestContext) => Promise<InboxStore>
const inSql: Record<string, (t: TestContext) => Promise<SqlInbox>> = {
  SQLite: async () => sqliteInbox(),
  PostgreSQL: postgresInbox,
}
const everywhere: Record<string, MakeInbox> = { memory: async () => memoryInbox(), ...inSql }

for (const [place, makeInbox] of Object.entries(everywhere)) {
  test(`an inbox in ${place} keeps an event once, and takes it up again only if it failed`, async (t) => {
    const inbox = await makeInbox(t)
    const event = eventOf('a', 1)
    assert.equal(await inbox.add(event, 10), true)
    assert.equal(await inbox.add(event, 11), false)
    assert.deepEqual(await inbox.head('a'), { event, receivedAtMs: 10 })
    await inbox.finish(event.event_id, 'failed', 12)
    assert.equal(await inbox.head('a'), undefined)
    assert.equal(await inbox.add(event, 13), true)
    assert.equal((await inbox.head('a'))?.event.event_id, 'a-1')
    await inbox.finish(event.event_id, 'done', 14)
    assert.equal(await inbox.add(event, 15), false)
    assert.equal(await inbox.head('a'), undefined)
  })

  test(`an inbox in ${place} gives the lowest sequence first and tells what was finished before`, async (t) => {
    const inbox = await makeInbox(t)
    for (const sequence of [3, 10, 2]) await inbox.add(eventOf('a', sequence), sequence)
    await inbox.add(eventOf('b', 1), 0)
    const order = []
    for (;;) {
      const head = await inbox.head('a')
      if (!head) break
      order.push([head.event.sequence, head.lastSequence])
      await inbox.finish(head.event.event_id, 'done', 20)
    }
    assert.deepEqual(order, [
      [2, undefined],
      [3, 2],
      [10, 3],
    ])
    await inbox.add(eventOf('a', 1), 30)
    assert.equal((await inbox.head('a'))?.lastSequence, 10)
  })

  test(`an inbox in ${place} lets one holder at a time work on a session`, async (t) => {
    const inbox = await makeInbox(t)
    await inbox.add(eventOf('a', 1), 0)
    await inbox.add(eventOf('b', 1), 0)
    const lease = (sessionId: string, holder: string, nowMs: number) =>
      inbox.lease({ sessionId, holder, nowMs, untilMs: nowMs + 100 })
    assert.equal(await lease('a', 'one', 0), true)
    assert.equal(await lease('a', 'two', 99), false)
    assert.equal(await lease('b', 'two', 0), true, 'another session is free')
    assert.equal(await lease('a', 'one', 99), true, 'the holder renews')
    assert.equal(await lease('a', 'two', 198), false)
    assert.equal(await lease('a', 'two', 199), true, 'a lease ends by itself')
    await inbox.release('a', 'one')
    assert.equal(await lease('a', 'three', 200), false, 'who lost a lease cannot release it')
    await inbox.release('a', 'two')
    assert.equal(await lease('a', 'three', 200), true)
  })

  test(`an inbox in ${place} knows which sessions are unfinished, the longest waiting first`, async (t) => {
    const inbox = await makeInbox(t)
    for (const [index, session] of ['c', 'a', 'b', 'a'].entries()) {
      await inbox.add(eventOf(session, index + 1), index)
    }
    assert.deepEqual(await inbox.unfinishedSessions(10), ['c', 'a', 'b'])
    assert.deepEqual(await inbox.unfinishedSessions(2), ['c', 'a'])
    await inbox.finish('c-1', 'done', 9)
    await inbox.finish('a-2', 'done', 9)
    assert.deepEqual(await inbox.unfinishedSessions(10), ['b', 'a'])
  })
}

for (const [place, makeInbox] of Object.entries(inSql)) {
  test(`what one process acknowledged and did not work off, the next one takes up (${place})`, async (t) => {
    const store = await makeInbox(t)
    const never = new Promise<never>(() => {})
    const past = () => Date.now() - 1_000
    const dying = createReceiver({
      secret,
      store,
      onError: () => {},
      leaseMs: 500,
      now: past,
      toleranceSeconds: 60,
    })
    dying.onAny(() => never)
    for (const sequence of [1, 2]) {
      assert.equal((await dying.receive(await signedRequest(eventOf('a', sequence)))).status, 200)
    }
    const seen: string[] = []
    const next = createReceiver({ secret, store, onError: assert.ifError }).onAny((event) =>
      seen.push(event.event_id),
    )
    await next.resume()
    await next.idle()
    assert.deepEqual(seen, ['a-1', 'a-2'])
  })

  test(`processes that share an inbox handle each event once, one at a time and in order (${place})`, async (t) => {
    const store = await makeInbox(t)
    const seen: string[] = []
    const busy = new Set<string>()
    const receivers = [1, 2, 3].map(() =>
      createReceiver({ secret, store, onError: assert.ifError, gapWaitMs: 3_600_000 }).onAny(
        async (event) => {
          assert.ok(!busy.has(event.session_id), 'two at work in one session')
          busy.add(event.session_id)
          await new Promise(setImmediate)
          busy.delete(event.session_id)
          seen.push(event.event_id)
        },
      ),
    )
    const sessions = ['a', 'b', 'c', 'd']
    const perSession = 25
    await Promise.all(
      sessions.map(async (session) => {
        for (let sequence = 1; sequence <= perSession; sequence++) {
          const request = await signedRequest(eventOf(session, sequence))
          const copies = receivers.map((receiver) => receiver.receive(request))
          for (const receipt of await Promise.all(copies)) assert.equal(receipt.status, 200)
        }
      }),
    )
    await Promise.all(receivers.map((receiver) => receiver.idle()))
    for (const session of sessions) {
      const expected = Array.from({ length: perSession }, (_, index) => `${session}-${index + 1}`)
      assert.deepEqual(
        seen.filter((id) => id.startsWith(`${session}-`)),
        expected,
      )
    }
  })

  test(`an inbox in ${place} forgets what was finished long ago, and nothing that waits`, async (t) => {
    const store = await makeInbox(t)
    for (const sequence of [1, 2, 3]) await store.add(eventOf('a', sequence), 0)
    await store.finish('a-1', 'done', 10)
    await store.finish('a-2', 'failed', 20)
    await store.forget(20)
    assert.equal(await store.add(eventOf('a', 1), 30), true, 'forgotten')
    assert.equal(await store.add(eventOf('a', 3), 30), false, 'still waits')
    await store.finish('a-1', 'done', 40)
    assert.equal((await store.head('a'))?.lastSequence, 2)
  })

  test(`text in every script comes out of ${place} as it went in`, async (t) => {
    const store = await makeInbox(t)
    const event = { ...eventOf('a', 1), context: { user: { display_name: "O'Neil ? $1 👋🏽 \u2028" } } }
    await store.add(event, 0)
    assert.deepEqual((await store.head('a'))?.event, event)
  })
}

test('an inbox in memory forgets the oldest, so that it does not grow', async () => {
  const inbox = memoryInbox({ finishedMax: 2 })
  for (const session of ['a', 'b', 'c']) {
    await inbox.add(eventOf(session, 1), 0)
    await inbox.finish(`${session}-1`, 'done', 0)
  }
  assert.equal(await inbox.add(eventOf('c', 1), 0), false)
  assert.equal(await inbox.add(eventOf('a', 1), 0), true)
  assert.equal((await inbox.head('a'))?.lastSequence, undefined)
})
