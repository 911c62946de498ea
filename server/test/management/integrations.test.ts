import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { verify, type WebhookEvent } from '@dragoman/sdk'
import { noteKeyUse } from '../../src/usecases/keep-house.ts'
import { apiOf } from '../support/api.ts'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { assertRefused, operatorOf } from '../support/operator.ts'
import { type Received, startReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'

const dragoman = await testDragoman({ after }, { demo: false })
const operator = operatorOf(dragoman)

const create = async (body: object = {}) => {
  const receiver = await startReceiver({ after })
  const answer = await operator.post('/integrations', { name: 'Shop', webhook_url: receiver.url, ...body })
  assert.equal(answer.status, 201, answer.text)
  const integrationId = String(answer.body['integration_id'])
  return { receiver, integrationId, path: `/integrations/${integrationId}`, body: answer.body }
}

const keyFor = async (integrationId: string): Promise<{ keyId: string; key: string }> => {
  const answer = await operator.post(`/integrations/${integrationId}/keys`, { name: 'test' })
  assert.equal(answer.status, 201, answer.text)
  return { keyId: String(answer.body['key_id']), key: String(answer.body['api_key']) }
}

/** Something that the webhook is told: a session that was opened is closed. */
const tell = async (integrationId: string, key: string): Promise<void> => {
  const api = apiOf(dragoman.url, { integrationId, key })
  const { path } = await api.open()
  assert.equal((await api.post(`${path}/close`)).status, 200)
}

const verified = (one: Received | undefined, secret: string): Promise<WebhookEvent> => {
  assert.ok(one)
  return verify(one.body, one.headers, secret)
}

test('without the management token nothing below /api/v1 answers', async () => {
  const { key } = await addCustomer({ after }, dragoman)
  for (const path of ['/integrations', '/deliveries', '/agents', '/environments', '/desk/inbox']) {
    const send = (authorization: string | undefined) =>
      operator.send({ method: 'GET', path, headers: { authorization } })
    assertRefused(await send(undefined), 401, 'unauthorized', /Bearer TOKEN/)
    assertRefused(await send(dragoman.adminToken), 401, 'unauthorized', /must be "Bearer TOKEN"/)
    assertRefused(
      await send(`Bearer ${dragoman.adminToken}x`),
      401,
      'unauthorized',
      /not the management token/,
    )
    assertRefused(await send(`Bearer ${key}`), 401, 'unauthorized')
    assertRefused(await send(`apikey ${key}`), 401, 'unauthorized')
    assert.equal((await send(`Bearer ${dragoman.adminToken}`)).status, 200)
    assert.equal((await send(`bearer ${dragoman.adminToken}`)).status, 200)
  }
})

test('an integration made here works at once: its key opens sessions, its secret verifies what arrives', async () => {
  const { body, integrationId, receiver } = await create()
  assert.deepEqual(
    { ...body, integration_id: '', environment_id: '', webhook_secret: '', created_at: 0 },
    {
      integration_id: '',
      environment_id: '',
      name: 'Shop',
      webhook_url: receiver.url,
      webhook_secret: '',
      allowed_ips: [],
      subscribed_events: [],
      session_timeout: 86_400,
      webhook_secrets_live: 1,
      created_at: 0,
    },
  )
  const { key } = await keyFor(integrationId)
  await tell(integrationId, key)
  const [first] = await receiver.until((accepted) => accepted.length === 1)
  const event = await verified(first, String(body['webhook_secret']))
  assert.equal(event.event_type, 'session:closed')
})

test('all that can be set is set, and a secret that is given is the one that signs', async () => {
  const { integrationId, body, receiver } = await create({
    webhook_secret: 'a secret of ours',
    allowed_ips: ['127.0.0.0/8', '::1'],
    subscribed_events: ['session:closed'],
    session_timeout: 60,
  })
  assert.equal(body['webhook_secret'], 'a secret of ours')
  const shown = (await operator.get(`/integrations/${integrationId}`)).body
  assert.deepEqual(shown['allowed_ips'], ['127.0.0.0/8', '::1'])
  assert.deepEqual(shown['subscribed_events'], ['session:closed'])
  assert.equal(shown['session_timeout'], 60)
  assert.deepEqual(shown['endpoint'], { circuit: 'closed', reason: null, next_probe_in_ms: null })
  await tell(integrationId, (await keyFor(integrationId)).key)
  const [first] = await receiver.until((accepted) => accepted.length === 1)
  await verified(first, 'a secret of ours')
})

test('no answer but the first one shows a secret', async () => {
  const { path, body } = await create()
  const secret = String(body['webhook_secret'])
  for (const answer of [
    await operator.get(path),
    await operator.get('/integrations?limit=200'),
    await operator.patch(path, { name: 'Other' }),
  ])
    assert.ok(answer.status === 200 && !answer.text.includes(secret) && !answer.text.includes('v1.'))
})

const refusedFields: readonly (readonly [string, object, RegExp])[] = [
  ['no name', { name: undefined }, /^name: is required/],
  ['an empty name', { name: '' }, /^name: /],
  ['no webhook_url', { webhook_url: undefined }, /^webhook_url: is required/],
  ['a webhook_url that is none', { webhook_url: 'nowhere' }, /^webhook_url: must be a whole URL/],
  ['another scheme', { webhook_url: 'ftp://example.com/' }, /^webhook_url: must begin with https/],
  ['an allow list of words', { allowed_ips: ['home'] }, /^allowed_ips: "home" is neither/],
  [
    'an event twice',
    { subscribed_events: ['message:send', 'message:send'] },
    /^subscribed_events: must not have the same item twice/,
  ],
  ['an unknown event', { subscribed_events: ['message:sent'] }, /^subscribed_events\[0\]: must be one of/],
  ['a timeout under a minute', { session_timeout: 59 }, /^session_timeout: must be at least 60/],
  ['a timeout over 15 days', { session_timeout: 1_296_001 }, /^session_timeout: must be at most 1296000/],
  ['an empty secret', { webhook_secret: '' }, /^webhook_secret: /],
  ['a key we do not know', { webhook: 'x' }, /does not know the key "webhook"/],
]

for (const [what, fields, sentence] of refusedFields)
  test(`an integration with ${what} is refused by name, made and changed alike`, async () => {
    const { path } = await create()
    const whole = { name: 'Shop', webhook_url: 'https://example.com/hook' }
    assertRefused(
      await operator.post('/integrations', { ...whole, ...fields }),
      400,
      'invalid-payload',
      sentence,
    )
    if (!Object.values(fields).includes(undefined))
      assertRefused(await operator.patch(path, fields), 400, 'invalid-payload', sentence)
  })

test('an integration goes where it is told, to the oldest environment otherwise, and nowhere that is not', async () => {
  const environments = await operator.all('/environments')
  assert.ok(environments.length > 0)
  assert.equal((await create()).body['environment_id'], environments[0].environment_id)
  const other = (await operator.post('/environments', { name: 'Other' })).body['environment_id']
  assert.equal((await create({ environment_id: other })).body['environment_id'], other)
  const nowhere = {
    name: 'Shop',
    webhook_url: 'https://example.com/hook',
    environment_id: randomUUID(),
  }
  assertRefused(
    await operator.post('/integrations', nowhere),
    400,
    'invalid-payload',
    /^environment_id: there/,
  )
})

test('the very first integration brings its environment along', async (t) => {
  const fresh = await testDragoman(t, { demo: false })
  const answer = await operatorOf(fresh).post('/integrations', {
    name: 'First',
    webhook_url: 'https://example.com/hook',
  })
  assert.equal(answer.status, 201, answer.text)
  assert.equal((await operatorOf(fresh).all('/environments')).length, 1)
})

test('a change touches only what is sent, and counts at once', async () => {
  const { path, integrationId, body } = await create({ subscribed_events: ['session:closed'] })
  const { key } = await keyFor(integrationId)
  const changed = await operator.patch(path, { allowed_ips: ['203.0.113.0/24'] })
  assert.equal(changed.status, 200, changed.text)
  assert.deepEqual(changed.body['allowed_ips'], ['203.0.113.0/24'])
  assert.deepEqual(changed.body['subscribed_events'], ['session:closed'])
  assert.equal(changed.body['webhook_url'], body['webhook_url'])
  const api = apiOf(dragoman.url, { integrationId, key })
  assertRefused(await api.post('/sessions', {}), 401, 'unauthorized', /allowed_ips/)
  await operator.patch(path, { allowed_ips: [] })
  assert.equal((await api.post('/sessions', {})).status, 201)
})

test('an integration that does not exist is told so by every endpoint', async () => {
  const path = `/integrations/${randomUUID()}`
  for (const answer of [
    await operator.get(path),
    await operator.patch(path, { name: 'x' }),
    await operator.post(`${path}/keys`, {}),
    await operator.get(`${path}/keys`),
    await operator.post(`${path}/secrets/rotate`),
    await operator.post(`${path}/test`),
    await operator.post(`${path}/resume`),
  ])
    assertRefused(answer, 404, 'integration-not-found')
  assertRefused(
    await operator.get('/integrations/one'),
    400,
    'invalid-payload',
    /integration_id: must be a UUID/,
  )
})

test('the list shows each integration once, page by page', async () => {
  for (let count = 0; count < 5; count += 1) await create()
  const whole = await operator.all('/integrations?limit=200')
  const paged = await operator.all('/integrations?limit=2')
  assert.deepEqual(paged, whole)
  assert.equal(new Set(paged.map((one) => one.integration_id)).size, paged.length)
  assertRefused(await operator.get('/integrations?limit=0'), 400, 'invalid-payload', /limit/)
  assertRefused(await operator.get('/integrations?after=x'), 400, 'invalid-payload', /after/)
})

test('a revoked key stops at the next request and stays in the list; the other one goes on', async () => {
  const { path, integrationId } = await create()
  const [revoked, kept] = [await keyFor(integrationId), await keyFor(integrationId)]
  const open = (key: string) => apiOf(dragoman.url, { integrationId, key }).post('/sessions', {})
  assert.equal((await open(revoked.key)).status, 201)
  assert.equal((await operator.remove(`${path}/keys/${revoked.keyId}`)).status, 204)
  assertRefused(await open(revoked.key), 401, 'unauthorized', /unknown or revoked/)
  assert.equal((await open(kept.key)).status, 201)
  const keys = await operator.all(`${path}/keys`)
  assert.deepEqual(
    keys.map((key) => ({ id: key.key_id, isRevoked: key.revoked_at !== null })),
    [
      { id: revoked.keyId, isRevoked: true },
      { id: kept.keyId, isRevoked: false },
    ],
  )
  assert.ok(keys.every((key) => kept.key.startsWith('dgm_') && !JSON.stringify(key).includes(kept.key)))
})

test('a revoked key was last used before it was revoked, however late its use is noted', async () => {
  const { path, integrationId } = await create()
  const { key, keyId } = await keyFor(integrationId)
  await apiOf(dragoman.url, { integrationId, key }).post('/sessions', {})
  await operator.remove(`${path}/keys/${keyId}`)
  dragoman.deps.keysInUse.add(keyId)
  await noteKeyUse(dragoman.deps)
  const [shown] = await operator.all(`${path}/keys`)
  assert.equal(shown.last_used_at, shown.revoked_at)
})

test('a key is revoked only by its own integration', async () => {
  const [mine, other] = [await create(), await create()]
  const { keyId, key } = await keyFor(mine.integrationId)
  assertRefused(await operator.remove(`${other.path}/keys/${keyId}`), 404, 'not-found', /key_id/)
  assertRefused(await operator.remove(`${mine.path}/keys/${randomUUID()}`), 404, 'not-found', /key_id/)
  const api = apiOf(dragoman.url, { integrationId: mine.integrationId, key })
  assert.equal((await api.post('/sessions', {})).status, 201)
})

test('while a secret rotates both verify, and when it is finished only the new one does', async () => {
  const { path, integrationId, receiver, body } = await create()
  const older = String(body['webhook_secret'])
  const { key } = await keyFor(integrationId)
  assertRefused(await operator.post(`${path}/secrets/rotate?finish`), 409, 'conflict', /no rotation/)

  const begun = await operator.post(`${path}/secrets/rotate`)
  assert.equal(begun.status, 200, begun.text)
  assert.equal(begun.body['webhook_secrets_live'], 2)
  const newer = String(begun.body['webhook_secret'])
  await tell(integrationId, key)
  const [during] = await receiver.until((accepted) => accepted.length === 1)
  await verified(during, older)
  await verified(during, newer)
  assert.equal(String(during?.headers['webhook-signature']).split(' ').length, 2)
  assertRefused(await operator.post(`${path}/secrets/rotate`, {}), 409, 'conflict', /under way/)

  const finished = await operator.post(`${path}/secrets/rotate`, { finish: true })
  assert.deepEqual(finished.body, { webhook_secret: null, webhook_secrets_live: 1 })
  await tell(integrationId, key)
  const [, afterwards] = await receiver.until((accepted) => accepted.length === 2)
  await verified(afterwards, newer)
  await assert.rejects(verified(afterwards, older), { reason: 'signature-mismatch' })
})

test('a test event is signed like any other, reported, and leaves nothing behind', async () => {
  const { path, integrationId, receiver, body } = await create()
  receiver.behave(() => 503)
  const report = await operator.post(`${path}/test`)
  assert.equal(report.status, 200, report.text)
  assert.equal(report.body['delivered'], false)
  assert.equal((report.body['attempt'] as { status_code: number }).status_code, 503)
  const event = await verified(receiver.received[0], String(body['webhook_secret']))
  assert.equal(event.event_id, report.body['event_id'])
  receiver.behave(() => 200)
  assert.equal((await operator.post(`${path}/test`)).body['delivered'], true)
  assert.equal(receiver.received.length, 2)
  assert.deepEqual(await operator.all(`/deliveries?integration_id=${integrationId}`), [])
})

test('a test of a webhook that cannot be reached says why', async () => {
  const { path } = await create({ webhook_url: 'http://127.0.0.1:9/' })
  const report = await operator.post(`${path}/test`)
  assert.equal(report.body['delivered'], false)
  const attempt = report.body['attempt'] as { status_code: null; error: string }
  assert.equal(attempt.status_code, null)
  assert.match(attempt.error, /ECONNREFUSED/)
})

test('a webhook that said 410 gets nothing until a person resumes it, then everything that waited', async () => {
  const { path, integrationId, receiver } = await create()
  const { key } = await keyFor(integrationId)
  receiver.behave(() => 410)
  await tell(integrationId, key)
  await receiver.untilReceived((received) => received.length === 1)
  await until('the endpoint is paused', async () => {
    const { endpoint } = (await operator.get(path)).body as { endpoint: { circuit: string } }
    return endpoint.circuit === 'paused'
  })
  receiver.behave(() => 200)
  await tell(integrationId, key)
  const [waiting] = await operator.all(`/deliveries?integration_id=${integrationId}&status=pending`)
  assert.equal(waiting.next_attempt_at, null)
  assert.equal(receiver.accepted.length, 0)
  const resumed = await operator.post(`${path}/resume`)
  assert.deepEqual([resumed.status, resumed.body], [200, { circuit: 'closed' }])
  const [arrived] = await receiver.until((accepted) => accepted.length === 1)
  assert.equal(arrived?.event.event_id, waiting.event_id)
})

test('a paused webhook starts anew with another URL', async () => {
  const { path, integrationId, receiver } = await create()
  const { key } = await keyFor(integrationId)
  receiver.behave(() => 410)
  await tell(integrationId, key)
  await until('the endpoint is paused', async () => {
    const { endpoint } = (await operator.get(path)).body as { endpoint: { circuit: string } }
    return endpoint.circuit === 'paused'
  })
  await tell(integrationId, key)
  const other = await startReceiver({ after })
  assert.equal((await operator.patch(path, { webhook_url: other.url })).status, 200)
  await other.until((accepted) => accepted.length === 1)
})
