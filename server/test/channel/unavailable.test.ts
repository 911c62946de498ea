import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import pg from 'pg'
import { type ApiAnswer, apiOf } from '../support/api.ts'
import { addCustomer } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { type DatabaseProxy, openDatabaseProxy } from '../support/database-proxy.ts'
import { testDragoman } from '../support/dragoman.ts'
import { readEvents } from '../support/event-stream.ts'
import { run } from '../support/sql.ts'
import { until } from '../support/until.ts'

/** What callers see while the store is away, or when a fault is ours (spec 1.3: 503 and 500). */
const database = await testDatabase({ after })
const proxy = await openDatabaseProxy({ after }, database.url)
const dragoman = await testDragoman({ after }, { demo: false, databaseUrl: proxy.url })
const customer = await addCustomer({ after }, dragoman)
const { api, receiver } = customer

const text = { input: { text: 'question 1' } }

/** Connections break at their next byte, and no new one comes about. */
const takeAway = (from: DatabaseProxy): void => {
  from.isClosed = true
  from.toServer = (_, link) => {
    link.client.destroy()
    link.server.destroy()
    return undefined
  }
}

/** So many connections break, each at its next byte; then all is well again. */
const breakSome = (of: DatabaseProxy, links: number): void => {
  let broken = 0
  of.toServer = (bytes, link) => {
    if (broken === links) return bytes
    broken += 1
    link.client.destroy()
    link.server.destroy()
    return undefined
  }
}

const bringBack = async (to: DatabaseProxy): Promise<void> => {
  to.isClosed = false
  to.toServer = (bytes) => bytes
  await until('the store is back', async () => (await api.post('/sessions', {})).status === 201)
}

const assertUnavailable = (answer: ApiAnswer): void => {
  const shown = `${answer.status} ${answer.text}`
  assert.deepEqual(Object.keys(answer.body), ['error_code', 'error_message'], shown)
  assert.deepEqual([answer.status, answer.body['error_code']], [503, 'unavailable'], shown)
  assert.match(String(answer.body['error_message']), /nothing was accepted, try again/)
  assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d?$/)
  assert.match(answer.headers.get('x-request-id') ?? '', /^[\da-f-]{36}$/)
}

test('while the store is away every request gets 503 with Retry-After, and what is refused was not accepted', async () => {
  const { path, sessionId } = await api.open()
  const accepted = await api.say(path, 'question 1')
  takeAway(proxy)
  assertUnavailable(await api.post('/sessions', {}))
  assertUnavailable(await api.post(`${path}/messages`, text))
  assertUnavailable(await api.post(`${path}/messages`, text, { 'idempotency-key': randomUUID() }))
  assertUnavailable(await api.patch(`${path}/context`, { context: { a: 1 } }))
  for (const below of ['/close', '/handover', '/conversation/close', '/messages/read'])
    assertUnavailable(await api.post(path + below))
  assertUnavailable(await api.post(`${path}/messages/compose`, { action: 'start' }))
  for (const where of [path, `${path}/messages`, `${path}/events`, '/events'])
    assertUnavailable(await api.get(where))
  assertUnavailable(await apiOf(dragoman.url, { ...customer, key: 'unknown' }).post('/sessions', {}))
  await bringBack(proxy)
  const messages = (await api.get(`${path}/messages`)).body['items'] as {
    author: string
    request_id: string
  }[]
  assert.deepEqual(
    messages.filter(({ author }) => author === 'user').map((message) => message.request_id),
    [accepted],
  )
  const { body } = await api.get(path)
  assert.deepEqual([body['conversation'], body['owner']], ['open', 'bot'])
  const received = await receiver.until((all) => all.some(({ event }) => event.session_id === sessionId))
  assert.equal(received.filter(({ event }) => event.session_id === sessionId).length, 1)
})

test('a store whose connections break under load: each 202 is kept and answered, what got 503 is not there', async () => {
  for (let round = 0; round < 5; round += 1) {
    const sessions = await Promise.all(Array.from({ length: 5 }, () => api.open()))
    let answeredCount = 0
    const posts = sessions.flatMap(({ path, sessionId }) =>
      Array.from({ length: 40 }, async (_, index) => {
        const answer = await api.post(`${path}/messages`, { input: { text: `question ${index + 1}` } })
        answeredCount += 1
        // In the midst of the batches, each round at another moment.
        if (answeredCount === 10 + round * 17) breakSome(proxy, 3)
        return { sessionId, status: answer.status, requestId: answer.headers.get('x-request-id') ?? '' }
      }),
    )
    const outcomes = await Promise.all(posts)
    await bringBack(proxy)
    const ids = sessions.map(({ sessionId }) => sessionId)
    const kept = await run<{ request_id: string }>(
      database.db,
      `select request_id from messages where session_id = any($1) and author = 'user'`,
      [ids],
    )
    const told = outcomes.filter(({ status }) => status === 202).map(({ requestId }) => requestId)
    assert.deepEqual(kept.map((row) => row.request_id).sort(), told.sort(), `round ${round}`)
    for (const { status } of outcomes) assert.ok(status === 202 || status === 503, String(status))
    await receiver.until((all) => {
      const answered = new Set(
        all.map(({ event }) => ('in_reply_to' in event ? event.in_reply_to : undefined)),
      )
      return told.every((requestId) => answered.has(requestId))
    })
    for (const { sessionId } of sessions) {
      const numbers = receiver.accepted
        .filter(({ event }) => event.session_id === sessionId)
        .map(({ event }) => ('sequence' in event ? event.sequence : 0))
      assert.deepEqual(
        [...new Set(numbers)],
        Array.from({ length: new Set(numbers).size }, (_, index) => index + 1),
      )
    }
  }
})

test('a database that an operator closed to everybody is a store that is away', async () => {
  const name = new URL(database.url).pathname.slice(1)
  const admin = new pg.Client({ connectionString: new URL('/postgres', database.url).href })
  await admin.connect()
  try {
    await admin.query(`alter database ${name} allow_connections false`)
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
    await until('the connections are gone', async () => (await api.post('/sessions', {})).status !== 201)
    assertUnavailable(await api.post('/sessions', {}))
    assertUnavailable(await api.get('/events'))
  } finally {
    await admin.query(`alter database ${name} allow_connections true`)
    await admin.end()
  }
  await bringBack(proxy)
})

test('a stream breaks off when the store goes away, so that its reader comes back, and the server lives on', async () => {
  const { path } = await api.open()
  const reader = await readEvents(`${dragoman.url}/v1/custom/${customer.integrationId}${path}/events`, {
    authorization: `apikey ${customer.key}`,
  })
  assert.equal(reader.status, 200)
  takeAway(proxy)
  assert.deepEqual(await reader.rest().catch(() => []), [])
  await bringBack(proxy)
  assert.equal((await api.get(path)).status, 200)
})

test('a fault of ours is a 500 that tells an id and nothing of what is inside', async () => {
  const { path } = await api.open()
  await run(database.db, 'alter table messages rename to hidden')
  const answer = await api.get(`${path}/messages`)
  await run(database.db, 'alter table hidden rename to messages')
  assert.deepEqual(Object.keys(answer.body), ['error_code', 'error_message'])
  assert.deepEqual([answer.status, answer.body['error_code']], [500, 'internal-server-error'])
  const requestId = answer.headers.get('x-request-id') ?? ''
  assert.match(requestId, /^[\da-f-]{36}$/)
  assert.ok(String(answer.body['error_message']).includes(requestId))
  for (const inside of ['messages', 'relation', 'select', ' at ', '.ts', '42P01'])
    assert.ok(!answer.text.includes(inside), answer.text)
})
