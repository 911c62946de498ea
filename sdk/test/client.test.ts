import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Client, type ClientOptions, createClient, DragomanError } from '@dragoman/sdk'
import { type Answer, answers, cutsOff, neverAnswers, scriptedServer } from './scripted-server.ts'

const connected = async (
  t: TestContext,
  script: readonly [Answer, ...Answer[]],
  options: Partial<ClientOptions> = {},
) => {
  const { baseUrl, requests } = await scriptedServer(t, script)
  const client = createClient({ baseUrl, integrationId: 'in', apiKey: 'key', retryDelayMs: 1, ...options })
  return { client, requests }
}

const ok = answers(200, { request_id: 'r' })

const endpoints: readonly [string, string, object | undefined, (client: Client) => Promise<unknown>][] = [
  ['POST', '/sessions', { channel_user_id: 'u' }, (client) => client.openSession({ channel_user_id: 'u' })],
  ['POST', '/sessions', {}, (client) => client.openSession()],
  ['GET', '/sessions/s', undefined, (client) => client.getSession('s')],
  [
    'PATCH',
    '/sessions/s/context',
    { context: { a: null } },
    (client) => client.updateContext('s', { a: null }),
  ],
  ['POST', '/sessions/s/close', { reason: 'done' }, (client) => client.closeSession('s', { reason: 'done' })],
  ['POST', '/sessions/s/close', undefined, (client) => client.closeSession('s')],
  [
    'POST',
    '/sessions/s/messages',
    { input: { text: 'hi' } },
    (client) => client.sendMessage('s', { input: { text: 'hi' } }),
  ],
  [
    'POST',
    '/sessions/s/messages/agent',
    { input: { text: 'hi' }, agent: { agent_id: 'a' } },
    (client) => client.recordAgentMessage('s', { input: { text: 'hi' }, agent: { agent_id: 'a' } }),
  ],
  ['POST', '/sessions/s/messages/read', undefined, (client) => client.markRead('s')],
  [
    'POST',
    '/sessions/s/messages/read',
    { message_ids: ['m'] },
    (client) => client.markRead('s', { message_ids: ['m'] }),
  ],
  ['POST', '/sessions/s/messages/delivered', undefined, (client) => client.markDelivered('s')],
  ['POST', '/sessions/s/messages/compose', { action: 'start' }, (client) => client.compose('s', 'start')],
  ['POST', '/sessions/s/conversation/close', undefined, (client) => client.closeConversation('s')],
  ['POST', '/sessions/s/conversation/reopen', undefined, (client) => client.reopenConversation('s')],
  [
    'POST',
    '/sessions/s/handover',
    { department: 'sales' },
    (client) => client.handOver('s', { department: 'sales' }),
  ],
  [
    'POST',
    '/sessions/s/files/upload-url',
    { filename: 'a.png', content_type: 'image/png' },
    (client) => client.createUploadUrl('s', { filename: 'a.png', content_type: 'image/png' }),
  ],
  [
    'POST',
    '/sessions/s/files/download-url',
    { file_id: 'f' },
    (client) => client.createDownloadUrl('s', 'f'),
  ],
  [
    'GET',
    '/sessions/s/messages?after=c&limit=5',
    undefined,
    (client) => client.messagePage('s', { after: 'c', limit: 5 }),
  ],
  ['GET', '/events', undefined, (client) => client.eventPage()],
  ['POST', '/sessions/a%2F..%2Fb/close', undefined, (client) => client.closeSession('a/../b')],
]

for (const [method, path, body, call] of endpoints) {
  test(`${method} ${path}${body ? ` ${JSON.stringify(body)}` : ''} is sent as the wire has it`, async (t) => {
    const { client, requests } = await connected(t, [ok])
    assert.deepEqual(await call(client), { request_id: 'r' })
    const [request] = requests
    assert.equal(requests.length, 1)
    assert.equal(request?.method, method)
    assert.equal(request?.url, `/v1/custom/in${path}`)
    assert.equal(request?.headers.authorization, 'apikey key')
    assert.equal(request?.headers['content-type'], 'application/json')
    assert.deepEqual(request?.body ? JSON.parse(request.body) : undefined, body)
    assert.equal(request?.headers['idempotency-key'] !== undefined, method === 'POST')
  })
}

test('a base URL may end with a slash', async (t) => {
  const { baseUrl, requests } = await scriptedServer(t, [ok])
  await createClient({ baseUrl: `${baseUrl}/`, integrationId: 'in', apiKey: 'key' }).openSession()
  assert.equal(requests[0]?.url, '/v1/custom/in/sessions')
})

test('a refusal is thrown with its code, status, sentence and request id, and not tried again', async (t) => {
  const refusal = { error_code: 'session-not-found', error_message: 'No session s' }
  const { client, requests } = await connected(t, [answers(404, refusal, { 'x-request-id': 'r1' })])
  await assert.rejects(client.closeSession('s'), (error) => {
    assert.ok(error instanceof DragomanError)
    assert.equal(error.status, 404)
    assert.equal(error.errorCode, 'session-not-found')
    assert.equal(error.message, 'No session s')
    assert.equal(error.requestId, 'r1')
    assert.equal(error.isTemporary, false)
    return true
  })
  assert.equal(requests.length, 1)
})

test('a POST is tried again with the same Idempotency-Key and body; the next call has another key', async (t) => {
  const unavailable = answers(
    503,
    { error_code: 'unavailable', error_message: 'The store is away' },
    { 'retry-after': '0' },
  )
  const { client, requests } = await connected(t, [unavailable, cutsOff, answers(502, 'Bad gateway'), ok])
  await client.sendMessage('s', { input: { text: 'hi' } })
  await client.sendMessage('s', { input: { text: 'hi' } })
  const keys = requests.map(({ headers }) => headers['idempotency-key'])
  assert.equal(requests.length, 5)
  assert.equal(new Set(keys.slice(0, 4)).size, 1)
  assert.notEqual(keys[4], keys[0])
  assert.equal(new Set(requests.map(({ body }) => body)).size, 1)
})

test('an Idempotency-Key of your own is used', async (t) => {
  const { client, requests } = await connected(t, [ok])
  await client.sendMessage('s', { input: { text: 'hi' } }, { idempotencyKey: 'order-7' })
  assert.equal(requests[0]?.headers['idempotency-key'], 'order-7')
})

test('temporary refusals are tried again until the retries are used up, and others never', async (t) => {
  for (const [status, tries] of [
    [429, 3],
    [502, 3],
    [503, 3],
    [504, 3],
    [400, 1],
    [401, 1],
    [409, 1],
    [413, 1],
    [500, 1],
  ] as const) {
    const { client, requests } = await connected(t, [answers(status)], { retries: 2 })
    await assert.rejects(
      client.openSession(),
      (error) => error instanceof DragomanError && error.status === status,
    )
    assert.equal(requests.length, tries, `${status}`)
  }
})

test('a server that asks for more patience than a minute gets it from the caller, not from the client', async (t) => {
  for (const retryAfter of ['3600', new Date(Date.now() + 3_600_000).toUTCString()]) {
    const { client, requests } = await connected(t, [answers(429, {}, { 'retry-after': retryAfter })])
    await assert.rejects(client.openSession(), (error) => {
      assert.ok(error instanceof DragomanError && error.isTemporary)
      assert.ok((error.retryAfterMs ?? 0) > 3_500_000)
      return true
    })
    assert.equal(requests.length, 1)
  }
})

test('an answer that does not come in time counts as no answer', async (t) => {
  const { client, requests } = await connected(t, [neverAnswers, ok], { timeoutMs: 50 })
  assert.deepEqual(await client.getSession('s'), { request_id: 'r' })
  assert.equal(requests.length, 2)
})

test('a server that cannot be reached is told as such, with the cause', async () => {
  const client = createClient({
    baseUrl: 'http://127.0.0.1:1',
    integrationId: 'in',
    apiKey: 'key',
    retries: 1,
    retryDelayMs: 1,
  })
  await assert.rejects(client.openSession(), (error) => {
    assert.ok(error instanceof DragomanError)
    assert.deepEqual([error.status, error.errorCode, error.isTemporary], [0, 'connection-failed', true])
    assert.ok(error.cause instanceof Error)
    assert.doesNotMatch(error.message, /key/)
    return true
  })
})

test('typing is not worth a second try', async (t) => {
  const { client, requests } = await connected(t, [answers(503)])
  await assert.rejects(client.compose('s', 'start'), DragomanError)
  assert.equal(requests.length, 1)
})

test('an aborted call ends at once with the reason, also while it waits to try again', async (t) => {
  const { client } = await connected(t, [answers(503, {}, { 'retry-after': '50' })])
  const abort = new AbortController()
  const call = client.openSession({}, { signal: abort.signal })
  abort.abort(new Error('changed my mind'))
  await assert.rejects(call, /changed my mind/)
  const later = new AbortController()
  const fetchThenAbort: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    setImmediate(() => later.abort(new Error('enough')))
    return response
  }
  const { client: waiting, requests } = await connected(t, [answers(503, {}, { 'retry-after': '50' })], {
    fetch: fetchThenAbort,
  })
  await assert.rejects(waiting.openSession({}, { signal: later.signal }), /enough/)
  assert.equal(requests.length, 1)
  await assert.rejects(waiting.openSession({}, { signal: AbortSignal.abort(new Error('never')) }), /never/)
  assert.equal(requests.length, 1)
})

test('an answer that is not from Dragoman is an error, not a success', async (t) => {
  for (const body of ['<html>', '{}', 'null', '[]', '']) {
    const { client } = await connected(t, [answers(200, body)])
    await assert.rejects(
      client.openSession(),
      (error) => error instanceof DragomanError && error.errorCode === 'unexpected-answer',
    )
  }
  const { client, requests } = await connected(t, [answers(302, '', { location: '/elsewhere' })])
  await assert.rejects(
    client.openSession(),
    (error) => error instanceof DragomanError && error.status === 302,
  )
  assert.equal(requests.length, 1, 'a redirect is not followed')
})

test('messages and the event log are read page by page, as they are needed', async (t) => {
  const page = (items: readonly number[], next: string | null, hasMore: boolean) =>
    answers(200, { request_id: 'r', items: items.map((id) => ({ message_id: id })), next, has_more: hasMore })
  const { client, requests } = await connected(t, [page([1, 2], 'c2', true), page([3], 'c3', false)])
  const ids = []
  for await (const message of client.messages('s', { limit: 2 })) ids.push(message.message_id)
  assert.deepEqual(ids, [1, 2, 3])
  assert.deepEqual(
    requests.map(({ url }) => url),
    ['/v1/custom/in/sessions/s/messages?limit=2', '/v1/custom/in/sessions/s/messages?after=c2&limit=2'],
  )
  const { client: other, requests: asked } = await connected(t, [
    page([1, 2], 'c2', true),
    page([], 'c2', false),
  ])
  for await (const _ of other.eventLog()) break
  assert.equal(asked.length, 1)
})
