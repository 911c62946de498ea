import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { ApiAnswer } from '../support/api.ts'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'

/** Every endpoint of the wire's table (spec 1.3): its status and exactly its keys. */
const dragoman = await testDragoman({ after }, { demo: false })
const { api, integrationId, environmentId, receiver } = await addCustomer({ after }, dragoman)

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/

/** The status, the keys in any order, and what every success has: a request_id that is in the header too. */
const assertSuccess = (answer: ApiAnswer, status: number, keys: readonly string[]): void => {
  assert.equal(answer.status, status, answer.text)
  assert.deepEqual(Object.keys(answer.body).sort(), ['request_id', ...keys].sort())
  assert.match(String(answer.body['request_id']), uuid)
  assert.equal(answer.headers.get('x-request-id'), answer.body['request_id'])
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json\b/)
}

const question = (text: string) => ({ input: { text } })
const agent = { agent_id: 'ann', agent_name: 'Ann', agent_avatar: 'https://example.com/ann.png' }
const image = { type: 'image', mime_type: 'image/png', url: 'https://example.com/a.png' }

test('the worked example: a session with both ids and a context, which comes back with what is ours', async () => {
  const answer = await api.post('/sessions', {
    external_session_id: 'chat-session-001',
    channel_user_id: 'user-12345',
    context: {
      user: { display_name: 'Alice Smith', email: 'alice@example.com', language: 'en' },
      source_page: 'pricing',
    },
  })
  assertSuccess(answer, 201, ['session_id', 'context'])
  assert.match(String(answer.body['session_id']), uuid)
  const { user, channels, ...rest } = answer.body['context'] as { [key: string]: { [key: string]: unknown } }
  assert.match(String(user?.['user_id']), uuid)
  assert.deepEqual(user, {
    user_id: user?.['user_id'],
    custom_psid: 'user-12345',
    display_name: 'Alice Smith',
    email: 'alice@example.com',
    language: 'en',
  })
  assert.deepEqual(channels, { custom: { external_session_id: 'chat-session-001' } })
  assert.deepEqual(rest, { source_page: 'pricing' })
})

test('a session can be opened with {}, null or nothing at all', async () => {
  for (const one of [{ body: {} }, { body: null }, {}]) {
    const answer = await api.send({ path: '/sessions', ...one })
    assertSuccess(answer, 201, ['session_id', 'context'])
    assert.deepEqual(Object.keys(answer.body['context'] as object), ['user'])
  }
})

test('user_id is the same for the same channel_user_id in an integration, and another elsewhere', async () => {
  const userIdOf = (answer: ApiAnswer): unknown =>
    (answer.body['context'] as { user: { user_id: string } }).user.user_id
  const alice = { channel_user_id: 'alice' }
  const first = userIdOf(await api.post('/sessions', alice))
  assert.equal(userIdOf(await api.post('/sessions', alice)), first)
  assert.notEqual(userIdOf(await api.post('/sessions', { channel_user_id: 'Alice' })), first)
  const other = await addCustomer({ after }, dragoman)
  assert.notEqual(userIdOf(await other.api.post('/sessions', alice)), first)
  const strangers = await Promise.all([api.post('/sessions', {}), api.post('/sessions', {})])
  assert.notEqual(userIdOf(strangers[0]), userIdOf(strangers[1]))
})

test('PATCH context merges what is sent and answers with the whole', async () => {
  const { path } = await api.open({
    context: { user: { language: 'en' }, cart: { items: [1], total: 5 }, old: 1 },
  })
  const answer = await api.patch(`${path}/context`, {
    context: { user: { display_name: 'Al' }, cart: { items: [2, 3] }, old: null, fresh: true },
  })
  assertSuccess(answer, 200, ['context'])
  const { user, ...rest } = answer.body['context'] as { user: { [key: string]: unknown } }
  assert.deepEqual(rest, { cart: { items: [2, 3], total: 5 }, fresh: true })
  assert.deepEqual(user, { user_id: user['user_id'], language: 'en', display_name: 'Al' })
  const session = await api.get(path)
  assert.deepEqual(session.body['context'], answer.body['context'])
})

test('a session closes with a reason, with {} or with nothing', async () => {
  for (const body of [{ reason: 'done' }, {}, undefined]) {
    const { path } = await api.open()
    assertSuccess(await api.post(`${path}/close`, body), 200, [])
  }
})

test('a message with text, with attachments, or with both is accepted', async () => {
  const { path } = await api.open()
  const inputs = [
    { text: 'question 1' },
    { attachments: [image] },
    { text: 'question 1', attachments: [image] },
    { text: '', attachments: [image] },
  ]
  for (const input of inputs) {
    const answer = await api.post(`${path}/messages`, { input })
    assertSuccess(answer, 202, ['message_id'])
    assert.match(String(answer.body['message_id']), uuid)
  }
})

test('any whole http(s) URL may be attached: signed, of a host inside, in any script, and our own download URLs', async () => {
  const { path } = await api.open()
  const { file_id, upload_url } = (
    await api.post(`${path}/files/upload-url`, { filename: 'a.txt', content_type: 'text/plain' })
  ).body
  await fetch(String(upload_url), { method: 'PUT', headers: { 'content-type': 'text/plain' }, body: 'a' })
  const { download_url } = (await api.post(`${path}/files/download-url`, { file_id })).body
  const signed = 'https://bucket.s3.amazonaws.com/a%20b.png?X-Amz-Credential=K%2F2026&X-Amz-Signature='
  const urls = [
    download_url,
    signed.padEnd(2_048, 'f'),
    'http://files.internal:8080/a.png?x=1#page=2',
    'http://[::1]/a',
    'HTTPS://EXAMPLE.com/a.png',
    'https://例え.jp/写真.png',
  ]
  const attachments = urls.map((url) => ({ ...image, url }))
  assertSuccess(await api.post(`${path}/messages`, { input: { attachments } }), 202, ['message_id'])
})

test('a message may change the context, and the agent already sees it', async () => {
  const { path, sessionId } = await api.open()
  const answer = await api.post(`${path}/messages`, {
    ...question('name'),
    context: { user: { display_name: 'Bob' } },
  })
  assertSuccess(answer, 202, ['message_id'])
  const accepted = await receiver.until((all) => all.some(({ event }) => event.session_id === sessionId))
  const sent = accepted.find(({ event }) => event.session_id === sessionId)?.event
  assert.ok(sent?.event_type === 'message:brain_send')
  assert.deepEqual(sent.output.responses, [{ type: 'text', text: 'You are Bob.' }])
})

test('what a person of the customer said is accepted with all or only the needed fields', async () => {
  const { path } = await api.open()
  for (const who of [agent, { agent_id: 'bob' }]) {
    const answer = await api.post(`${path}/messages/agent`, { ...question('I am here.'), agent: who })
    assertSuccess(answer, 202, ['message_id'])
  }
})

test('messages are marked as read and delivered, all or named ones, with {} or with nothing', async () => {
  const { path } = await api.open()
  const said = await api.post(`${path}/messages/agent`, { ...question('I am here.'), agent })
  for (const kind of ['read', 'delivered'])
    for (const body of [undefined, {}, null, { message_ids: [said.body['message_id']] }])
      assertSuccess(await api.send({ path: `${path}/messages/${kind}`, body }), 200, [])
})

test('a conversation closes and reopens, and saying it twice is harmless', async () => {
  const { path } = await api.open()
  for (const move of ['close', 'close', 'reopen', 'reopen', 'close', 'reopen'])
    assertSuccess(await api.post(`${path}/conversation/${move}`), 200, [])
  assertSuccess(await api.post(`${path}/conversation/close`, {}), 200, [])
})

test('a person is asked for with a department and a reason, with {} or with nothing', async () => {
  for (const body of [{ department: 'sales', reason: 'wants a discount' }, {}, undefined]) {
    const { path } = await api.open()
    assertSuccess(await api.post(`${path}/handover`, body), 200, [])
    assertSuccess(await api.post(`${path}/handover`, body), 200, [])
  }
})

test('typing starts and stops', async () => {
  const { path } = await api.open()
  for (const action of ['start', 'stop'])
    assertSuccess(await api.post(`${path}/messages/compose`, { action }), 200, [])
})

test('a file gets a URL to upload it to, and once it is there one to download it from', async () => {
  const { path } = await api.open()
  const upload = await api.post(`${path}/files/upload-url`, { filename: 'a.png', content_type: 'image/png' })
  assertSuccess(upload, 200, ['upload_url', 'file_id'])
  assert.match(String(upload.body['file_id']), uuid)
  const put = await fetch(String(upload.body['upload_url']), {
    method: 'PUT',
    headers: { 'content-type': 'image/png' },
    body: 'bytes',
  })
  assert.ok(put.ok, await put.text())
  const fileId = upload.body['file_id']
  const download = await api.post(`${path}/files/download-url`, { file_id: fileId })
  assertSuccess(download, 200, ['download_url', 'file_id'])
  assert.equal(download.body['file_id'], fileId)
  assert.equal(await (await fetch(String(download.body['download_url']))).text(), 'bytes')
})

test('GET session tells where it stands', async () => {
  const { path, sessionId } = await api.open({ external_session_id: 'thread', channel_user_id: 'alice' })
  const answer = await api.get(path)
  assertSuccess(answer, 200, [
    ...['session_id', 'external_session_id', 'channel_user_id', 'conversation', 'owner', 'context'],
    ...['created_at', 'last_activity_at', 'expires_at'],
  ])
  const { body } = answer
  assert.deepEqual(
    [body['session_id'], body['external_session_id'], body['channel_user_id']],
    [sessionId, 'thread', 'alice'],
  )
  assert.deepEqual([body['conversation'], body['owner']], ['open', 'bot'])
  for (const key of ['created_at', 'last_activity_at', 'expires_at'])
    assert.ok(Number.isInteger(body[key]), key)
  assert.equal(Number(body['expires_at']) - Number(body['last_activity_at']), 86_400_000)
  await api.post(`${path}/handover`)
  assert.equal((await api.get(path)).body['owner'], 'waiting')
  await api.post(`${path}/messages/agent`, { ...question('Hi'), agent })
  assert.equal((await api.get(path)).body['owner'], 'human')
  await api.post(`${path}/conversation/close`)
  assert.equal((await api.get(path)).body['conversation'], 'resolved')
})

test('GET session leaves out the ids that were not given', async () => {
  const { path } = await api.open()
  assertSuccess(await api.get(path), 200, [
    ...['session_id', 'conversation', 'owner', 'context'],
    ...['created_at', 'last_activity_at', 'expires_at'],
  ])
})

test('GET messages tells all that was said, spelled like the events', async () => {
  const { path, sessionId } = await api.open()
  const asked = await api.post(`${path}/messages`, { input: { text: 'question 3', attachments: [image] } })
  await receiver.until((all) => all.some(({ event }) => event.session_id === sessionId))
  const recorded = await api.post(`${path}/messages/agent`, { ...question('I take over.'), agent })
  const answer = await api.get(`${path}/messages`)
  assertSuccess(answer, 200, ['items', 'next', 'has_more'])
  const [user, brain, person, ...rest] = answer.body['items'] as { [key: string]: unknown }[]
  assert.deepEqual(rest, [])
  assert.deepEqual(user, {
    message_id: asked.body['message_id'],
    request_id: asked.body['request_id'],
    created_at: user?.['created_at'],
    author: 'user',
    message: { text: 'question 3', attachments: [image] },
  })
  const event = receiver.accepted.find((one) => one.event.session_id === sessionId)?.event
  assert.ok(event?.event_type === 'message:brain_send')
  assert.deepEqual(brain, {
    message_id: event.message_id,
    request_id: event.request_id,
    in_reply_to: asked.body['request_id'],
    created_at: event.timestamp,
    author: 'brain',
    output: event.output,
  })
  assert.deepEqual(person, {
    message_id: recorded.body['message_id'],
    request_id: recorded.body['request_id'],
    created_at: person?.['created_at'],
    author: 'agent',
    message: { text: 'I take over.' },
    agent,
  })
})

test('a path id is the same in capitals, and keys that are not known do no harm', async () => {
  const { path, sessionId } = await api.open({ channel_user_id: 'x', colour: 'blue' })
  const capitals = await api.post(`/sessions/${sessionId.toUpperCase()}/messages`, {
    input: { text: 'question 1', mood: 'good' },
    priority: 1,
  })
  assertSuccess(capitals, 202, ['message_id'])
  assert.equal((await api.get(path)).body['session_id'], sessionId)
})

test('an integration may be named in capitals too', async () => {
  const answer = await api.send({ path: `/../${integrationId.toUpperCase()}/sessions`, body: {} })
  assertSuccess(answer, 201, ['session_id', 'context'])
  assert.notEqual(environmentId, integrationId)
})

test('the longest of everything is accepted', async () => {
  const longId = 'i'.repeat(255)
  const { path } = await api.open({ external_session_id: longId, channel_user_id: longId })
  const attachments = Array.from({ length: 10 }, () => ({ ...image, filename: 'f'.repeat(255) }))
  // 10,000 characters of the kind that is two units of UTF-16.
  const text = '🦜'.repeat(10_000)
  assertSuccess(await api.post(`${path}/messages`, { input: { text, attachments } }), 202, ['message_id'])
  const keys = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`key_${index}`, 1]))
  const full = await api.open({ context: keys })
  assertSuccess(await api.patch(`${full.path}/context`, { context: { key_1: 2 } }), 200, ['context'])
  const bytes = { a: 'x'.repeat(32_768 - '{"a":""}'.length) }
  await api.open({ context: bytes, external_session_id: longId, channel_user_id: longId })
})

test('what JSON can hold comes back as it was: NUL, half an emoji, every script, deep objects', async () => {
  const context = {
    odd: 'a\u0000b \ud83e — \u2028 — Ελληνικά 中文 🦜',
    deep: JSON.parse('['.repeat(40) + ']'.repeat(40)),
  }
  const { path } = await api.open({ context, external_session_id: '中文 🦜' })
  const session = await api.get(path)
  const { user: _, channels: __, ...kept } = session.body['context'] as { [key: string]: unknown }
  assert.deepEqual(kept, context)
  const sent = { text: context.odd }
  await api.post(`${path}/messages`, { input: sent })
  const [message] = (await api.get(`${path}/messages`)).body['items'] as { message: unknown }[]
  assert.deepEqual(message?.message, sent)
})
