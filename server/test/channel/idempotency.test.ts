import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { type ApiAnswer, apiOf } from '../support/api.ts'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { run } from '../support/sql.ts'

/** Idempotency-Key on any POST (spec 1.3): the first answer again, nothing done twice, 409 for another request. */
const dragoman = await testDragoman({ after }, { demo: false })
const { db } = dragoman.deps
const customer = await addCustomer({ after }, dragoman)
const { api } = customer
const elsewhere = await testDragoman(
  { after },
  { demo: false, databaseUrl: db.url, roles: new Set(['http']) },
)
const apiElsewhere = apiOf(elsewhere.url, customer)

const keyed = (key: string) => ({ 'idempotency-key': key })
const text = { input: { text: 'question 1' } }
const agent = { agent_id: 'ann' }

/** Every POST, each legal on an open session. */
const posts: [path: string, body: unknown][] = [
  ['/messages', text],
  ['/messages/agent', { ...text, agent }],
  ['/messages/read', undefined],
  ['/messages/delivered', {}],
  ['/messages/compose', { action: 'start' }],
  ['/conversation/close', undefined],
  ['/conversation/reopen', undefined],
  ['/handover', { reason: 'asked for' }],
  ['/files/upload-url', { filename: 'a.png', content_type: 'image/png' }],
  ['/close', { reason: 'done' }],
]

const assertSame = (again: ApiAnswer, first: ApiAnswer): void => {
  assert.equal(again.status, first.status)
  assert.equal(again.text, first.text)
  assert.equal(again.headers.get('x-request-id'), first.body['request_id'])
}

const assertConflict = (answer: ApiAnswer): void => {
  assert.deepEqual([answer.status, answer.body['error_code']], [409, 'idempotency-conflict'], answer.text)
  assert.match(String(answer.body['error_message']), /^Idempotency-Key: /)
}

test('the same key with the same body gives the first answer again, at every POST', async () => {
  const key = randomUUID()
  const opening = { external_session_id: 'thread' }
  const opened = await api.post('/sessions', opening, keyed(key))
  assert.equal(opened.status, 201)
  assertSame(await api.post('/sessions', opening, keyed(key)), opened)
  const { path } = await api.open()
  for (const [below, body] of posts) {
    const each = randomUUID()
    const first = await api.post(path + below, body, keyed(each))
    assert.ok(first.status < 300, `${below} ${first.text}`)
    assertSame(await api.post(path + below, body, keyed(each)), first)
  }
})

test('what was repeated happened once: one session, one message, one event', async () => {
  const one = await addCustomer({ after }, dragoman)
  const key = randomUUID()
  for (let count = 0; count < 3; count += 1) await one.api.post('/sessions', {}, keyed(`${key} session`))
  const sessions = await run<{ session_id: string }>(
    db,
    'select session_id from sessions where integration_id = $1',
    [one.integrationId],
  )
  assert.equal(sessions.length, 1)
  const path = `/sessions/${sessions[0]?.session_id}`
  for (let count = 0; count < 3; count += 1)
    await one.api.post(`${path}/messages`, text, keyed(`${key} message`))
  for (let count = 0; count < 3; count += 1)
    await one.api.post(`${path}/conversation/close`, {}, keyed(`${key} close`))
  await one.receiver.until((all) => all.some(({ event }) => event.event_type === 'conversation:closed'))
  const messages = (await one.api.get(`${path}/messages`)).body['items'] as { author: string }[]
  assert.equal(messages.filter(({ author }) => author === 'user').length, 1)
  const log = (await one.api.get('/events')).body['items'] as { event_type: string }[]
  assert.equal(log.filter((event) => event.event_type === 'conversation:closed').length, 1)
})

test('a retry after the session is over still gets the first answer', async () => {
  const { path } = await api.open()
  const key = randomUUID()
  const first = await api.post(`${path}/messages`, text, keyed(key))
  await api.post(`${path}/close`)
  assertSame(await api.post(`${path}/messages`, text, keyed(key)), first)
  assert.equal((await api.post(`${path}/messages`, text, keyed(randomUUID()))).status, 404)
})

test('the same key with another body, or at another path, is a conflict and does nothing', async () => {
  const { path } = await api.open()
  const key = randomUUID()
  assert.equal((await api.post(`${path}/messages`, text, keyed(key))).status, 202)
  assertConflict(await api.post(`${path}/messages`, { input: { text: 'question 2' } }, keyed(key)))
  assertConflict(await api.post(`${path}/handover`, undefined, keyed(key)))
  assertConflict(await api.post('/sessions', {}, keyed(key)))
  assertConflict(await api.post(`${path}/messages/compose`, { action: 'start' }, keyed(key)))
  const second = await api.open()
  assertConflict(await api.post(`${second.path}/messages`, text, keyed(key)))
  assert.equal((await api.get(path)).body['owner'], 'bot')
  assert.deepEqual((await api.get(`${second.path}/messages`)).body['items'], [])
})

test('the same request with its ids in capitals is the same request', async () => {
  const { path } = await api.open()
  const key = randomUUID()
  const first = await api.post(`${path}/messages`, text, keyed(key))
  const inCapitals = `/sessions/${path.replace('/sessions/', '').toUpperCase()}/messages`
  assertSame(await api.post(inCapitals, text, keyed(key)), first)
})

test('a key that opened a session is in conflict with a message', async () => {
  const { path } = await api.open()
  const key = randomUUID()
  assert.equal((await api.post('/sessions', {}, keyed(key))).status, 201)
  assertConflict(await api.post(`${path}/messages`, text, keyed(key)))
})

test('thirty duplicates at once are one request with one answer', async () => {
  const { path } = await api.open()
  const rounds: [path: string, body: unknown][] = [
    ['/sessions', { channel_user_id: 'alice' }],
    [`${path}/messages`, text],
    [`${path}/messages/agent`, { ...text, agent }],
    [`${path}/close`, undefined],
  ]
  for (const [where, body] of rounds) {
    const key = randomUUID()
    const answers = await Promise.all(Array.from({ length: 30 }, () => api.post(where, body, keyed(key))))
    for (const answer of answers) assert.ok(answer.status < 300, answer.text)
    assert.equal(new Set(answers.map((answer) => answer.text)).size, 1, where)
  }
})

test('duplicates at once on two processes are one request with one answer', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { path } = await api.open()
    for (const [where, body] of [
      ['/sessions', { channel_user_id: 'bob' }],
      [`${path}/messages`, text],
      [`${path}/messages/compose`, { action: 'start' }],
      [`${path}/files/upload-url`, { filename: 'a.png', content_type: 'image/png' }],
    ] as const) {
      const key = randomUUID()
      const answers = await Promise.all(
        [api, apiElsewhere, api, apiElsewhere].map((each) => each.post(where, body, keyed(key))),
      )
      assert.deepEqual([...new Set(answers.map((answer) => answer.text))], [answers[0]?.text], where)
      assert.ok(answers[0] && answers[0].status < 300, answers[0]?.text)
    }
    const messages = (await api.get(`${path}/messages`)).body['items'] as { author: string }[]
    assert.equal(messages.filter(({ author }) => author === 'user').length, 1)
  }
})

test('one key for two different requests at once: one is done, the other is a conflict', async () => {
  for (let round = 0; round < 10; round += 1) {
    const [one, two] = [await api.open(), await api.open()]
    const key = randomUUID()
    const answers = await Promise.all([
      api.post(`${one.path}/messages`, text, keyed(key)),
      apiElsewhere.post(`${two.path}/messages`, text, keyed(key)),
      api.post(`${two.path}/handover`, {}, keyed(key)),
      api.post('/sessions', {}, keyed(key)),
    ])
    const statuses = answers.map((answer) => answer.status).sort()
    assert.deepEqual(statuses.slice(1), [409, 409, 409], JSON.stringify(answers.map((answer) => answer.text)))
    assert.ok((statuses[0] ?? 0) < 300)
  }
})

test('a refusal keeps no key: put right, the request is done', async () => {
  const { path } = await api.open()
  const key = randomUUID()
  assert.equal((await api.post(`${path}/messages`, { input: {} }, keyed(key))).status, 400)
  assert.equal((await api.post(`/sessions/${randomUUID()}/messages`, text, keyed(key))).status, 404)
  await api.post(`${path}/conversation/close`)
  assert.equal((await api.post(`${path}/handover`, {}, keyed(key))).status, 409)
  assert.equal((await api.post(`${path}/messages`, text, keyed(key))).status, 202)
})

test('each integration has keys of its own', async () => {
  const other = await addCustomer({ after }, dragoman)
  const key = randomUUID()
  const mine = await api.post('/sessions', {}, keyed(key))
  const theirs = await other.api.post('/sessions', {}, keyed(key))
  assert.deepEqual([mine.status, theirs.status], [201, 201])
  assert.notEqual(mine.body['session_id'], theirs.body['session_id'])
})

test('after a day a key is as new', async () => {
  const key = randomUUID()
  const first = await api.post('/sessions', {}, keyed(key))
  await run(db, `update idempotency_keys set created_at = created_at - interval '24 hours' where key = $1`, [
    key,
  ])
  const second = await api.post('/sessions', { channel_user_id: 'x' }, keyed(key))
  assert.equal(second.status, 201, second.text)
  assert.notEqual(second.body['session_id'], first.body['session_id'])
  assertSame(await api.post('/sessions', { channel_user_id: 'x' }, keyed(key)), second)
})

test('a key has 1 to 255 characters', async () => {
  for (const key of ['', 'k'.repeat(256)]) {
    const answer = await api.post('/sessions', {}, keyed(key))
    assert.deepEqual([answer.status, answer.body['error_code']], [400, 'invalid-payload'])
    assert.match(String(answer.body['error_message']), /^Idempotency-Key: must have 1 to 255 characters/)
  }
  assert.equal((await api.post('/sessions', {}, keyed('k'.repeat(255)))).status, 201)
})

test('without a key, two equal requests are two', async () => {
  const [one, two] = [await api.post('/sessions', {}), await api.post('/sessions', {})]
  assert.notEqual(one.body['session_id'], two.body['session_id'])
})
