import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import type { ApiAnswer, ApiRequest } from '../support/api.ts'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { run } from '../support/sql.ts'

/** The four 404s that look alike, and the 409s (spec 1.3, Errors). */
const dragoman = await testDragoman({ after }, { demo: false })
const { db } = dragoman.deps
const { api } = await addCustomer({ after }, dragoman)
const other = await addCustomer({ after }, dragoman)

const text = { input: { text: 'question 1' } }
const agent = { agent_id: 'ann' }

/** Every request on one session, legal in itself. */
const requestsOn = (path: string): ApiRequest[] => [
  { method: 'PATCH', path: `${path}/context`, body: { context: { a: 1 } } },
  { path: `${path}/close` },
  { path: `${path}/messages`, body: text },
  { path: `${path}/messages/agent`, body: { ...text, agent } },
  { path: `${path}/messages/read` },
  { path: `${path}/messages/delivered` },
  { path: `${path}/messages/compose`, body: { action: 'start' } },
  { path: `${path}/conversation/close` },
  { path: `${path}/conversation/reopen` },
  { path: `${path}/handover` },
  { path: `${path}/files/upload-url`, body: { filename: 'a.png', content_type: 'image/png' } },
  { path: `${path}/files/download-url`, body: { file_id: randomUUID() } },
  { method: 'GET', path },
  { method: 'GET', path: `${path}/messages` },
  { method: 'GET', path: `${path}/events` },
]

/** All that a caller can see of an answer, without the ids that are new in each. */
const seen = (answer: ApiAnswer): string => {
  const headers = [...answer.headers].filter(([name]) => name !== 'date' && name !== 'x-request-id')
  return JSON.stringify([answer.status, headers, answer.text])
}

const sentence =
  '{"error_code":"session-not-found","error_message":"session_id: no such active session in this integration; create a new one"}'

const endedSessions = async (): Promise<string[]> => {
  const closed = await api.open()
  await api.post(`${closed.path}/close`)
  const expired = await api.open()
  await run(db, `update sessions set state = 'expired' where session_id = $1`, [expired.sessionId])
  const late = await api.open()
  // Its time has come; that no worker has been here yet changes nothing.
  await run(db, `update sessions set expires_at = now(), check_at = 'infinity' where session_id = $1`, [
    late.sessionId,
  ])
  const resolved = await api.open()
  await api.post(`${resolved.path}/conversation/close`)
  await run(db, `update sessions set resolved_until = now(), check_at = 'infinity' where session_id = $1`, [
    resolved.sessionId,
  ])
  const foreign = await other.api.open()
  return [
    randomUUID(),
    closed.sessionId,
    expired.sessionId,
    late.sessionId,
    resolved.sessionId,
    foreign.sessionId,
  ]
}

test('an unknown, a closed, an expired and a foreign session look the same at every endpoint, to the byte', async () => {
  const ids = await endedSessions()
  for (const index of requestsOn('').keys()) {
    const answers: ApiAnswer[] = []
    for (const id of ids) {
      const one = requestsOn(`/sessions/${id}`)[index]
      assert.ok(one)
      answers.push(await api.send(one))
    }
    const [first] = answers
    assert.equal(first?.status, 404, requestsOn('')[index]?.path)
    assert.equal(first?.text, sentence)
    assert.equal(new Set(answers.map(seen)).size, 1, requestsOn('')[index]?.path)
  }
})

test('a refused call leaves a foreign session as it was', async () => {
  const foreign = await other.api.open()
  const before = await other.api.get(foreign.path)
  for (const one of requestsOn(foreign.path)) await api.send(one)
  const { request_id: _, ...after } = (await other.api.get(foreign.path)).body
  const { request_id: __, ...same } = before.body
  assert.deepEqual(after, same)
  assert.deepEqual((await other.api.get(`${foreign.path}/messages`)).body['items'], [])
  assert.deepEqual((await other.api.get('/events')).body['items'], [])
})

const assertConflict = (answer: ApiAnswer, code: string, says: RegExp): void => {
  const shown = `${answer.status} ${answer.text}`
  assert.deepEqual(Object.keys(answer.body), ['error_code', 'error_message'], shown)
  assert.deepEqual([answer.status, answer.body['error_code']], [409, code], shown)
  assert.match(String(answer.body['error_message']), says)
}

test("a person's words under way when the conversation closed are recorded, later ones are refused with 409", async () => {
  const { path, sessionId } = await api.open()
  await api.post(`${path}/conversation/close`)
  assert.equal((await api.post(`${path}/messages/agent`, { ...text, agent })).status, 202)
  const { body } = await api.get(path)
  assert.deepEqual([body['owner'], body['conversation']], ['bot', 'resolved'])
  await run(
    db,
    `update sessions set resolved_at = resolved_at - interval '5 seconds' where session_id = $1`,
    [sessionId],
  )
  assertConflict(
    await api.post(`${path}/messages/agent`, { ...text, agent }),
    'conversation-closed',
    /^conversation: was closed more than 5 seconds ago; reopen it/,
  )
  assert.equal(((await api.get(`${path}/messages`)).body['items'] as unknown[]).length, 1)
  await api.post(`${path}/conversation/reopen`)
  assert.equal((await api.post(`${path}/messages/agent`, { ...text, agent })).status, 202)
  assert.equal((await api.get(path)).body['owner'], 'human')
})

test('a closed conversation cannot be handed over until it is reopened', async () => {
  const { path } = await api.open()
  await api.post(`${path}/conversation/close`)
  assertConflict(
    await api.post(`${path}/handover`),
    'conversation-closed',
    /^conversation: is closed; reopen it/,
  )
  assert.equal((await api.get(path)).body['owner'], 'bot')
  await api.post(`${path}/conversation/reopen`)
  assert.equal((await api.post(`${path}/handover`)).status, 200)
})
