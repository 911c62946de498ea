import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { parseAllowList } from '../../src/domain/address.ts'
import { changeIntegration } from '../../src/usecases/change-integration.ts'
import { createKey } from '../../src/usecases/create-key.ts'
import { revokeKey } from '../../src/usecases/revoke-key.ts'
import { type ApiAnswer, apiOf, request } from '../support/api.ts'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { until } from '../support/until.ts'

/** Who may call: the right key, from the right address, for the right integration. Everybody else gets the 401 (spec 1.3). */
const dragoman = await testDragoman({ after }, { demo: false })
const { url, deps } = dragoman
const { api, integrationId, key } = await addCustomer({ after }, dragoman)
const other = await addCustomer({ after }, dragoman)

const assertUnauthorized = (answer: ApiAnswer, sentence: RegExp): void => {
  const shown = `${answer.status} ${answer.text}`
  assert.deepEqual(Object.keys(answer.body), ['error_code', 'error_message'], shown)
  assert.deepEqual([answer.status, answer.body['error_code']], [401, 'unauthorized'], shown)
  assert.match(String(answer.body['error_message']), sentence)
  assert.match(answer.headers.get('x-request-id') ?? '', /^[\da-f-]{36}$/)
}

const withAuthorization = (authorization: string | undefined): Promise<ApiAnswer> =>
  api.send({ path: '/sessions', key: null, body: {}, headers: { authorization } })

test('without a key, or with one that is not written "apikey KEY", nobody gets in, and is told how to write it', async () => {
  assertUnauthorized(
    await withAuthorization(undefined),
    /^Authorization: header is missing; send "Authorization: apikey KEY"/,
  )
  const malformed = [
    key,
    'apikey',
    'apikey ',
    `Bearer ${key}`,
    `Basic ${key}`,
    `apikey${key}`,
    `apikey ${key} x`,
    `apikey=${key}`,
  ]
  for (const authorization of malformed)
    assertUnauthorized(await withAuthorization(authorization), /^Authorization: must be "apikey KEY"/)
})

test('a key that is wrong by one character, longer or shorter, opens nothing', async () => {
  const last = key.at(-1) === 'a' ? 'b' : 'a'
  for (const wrong of [
    key.slice(0, -1) + last,
    `${key}a`,
    key.slice(0, -1),
    key.toUpperCase(),
    'x',
    'x'.repeat(5_000),
  ])
    assertUnauthorized(
      await withAuthorization(`apikey ${wrong}`),
      /^Authorization: this API key is unknown or revoked/,
    )
})

test('no refusal repeats the key that was sent', async () => {
  for (const authorization of [`Bearer ${key}`, 'apikey some-secret', `apikey ${other.key}`]) {
    const { text } = await withAuthorization(authorization)
    assert.ok(!text.includes(authorization.split(' ')[1] ?? ''), text)
  }
})

test("another integration's key gets 401, never 404, whether the integration in the path exists or not", async () => {
  const answers: ApiAnswer[] = []
  for (const wanted of [integrationId, randomUUID(), 'no-uuid'])
    answers.push(await request(url, { path: `/v1/custom/${wanted}/sessions`, key: other.key, body: {} }))
  for (const answer of answers) {
    assertUnauthorized(answer, /^Authorization: this API key does not belong to the integration in the path/)
    assert.equal(answer.text, answers[0]?.text)
  }
})

test('a stranger is refused before anything else is looked at: path, session, content type, size', async () => {
  const wrong = apiOf(url, { integrationId, key: 'wrong' })
  const refused = [
    await wrong.post('/sessions/no-uuid/messages', { input: {} }),
    await wrong.send({ path: '/sessions', rawBody: '{' }),
    await wrong.send({ path: '/sessions', rawBody: '<a/>', headers: { 'content-type': 'text/xml' } }),
    await wrong.send({ path: '/sessions', rawBody: ' '.repeat(300 * 1024) }),
    await wrong.get('/events?limit=x'),
    await wrong.get(`/sessions/${randomUUID()}/events`),
  ]
  for (const answer of refused) assertUnauthorized(answer, /unknown or revoked/)
})

test('several keys of one integration live side by side; a revoked one is refused from the next request on', async () => {
  const second = await createKey(deps, integrationId, 'second')
  const withSecond = apiOf(url, { integrationId, key: second.apiKey })
  assert.equal((await withSecond.post('/sessions', {})).status, 201)
  await revokeKey(deps, integrationId, second.keyId)
  assertUnauthorized(await withSecond.post('/sessions', {}), /unknown or revoked/)
  assert.equal((await api.post('/sessions', {})).status, 201)
})

test('a key that another process revoked soon opens nothing here either', async () => {
  const elsewhere = await testDragoman(
    { after },
    { demo: false, databaseUrl: deps.db.url, roles: new Set(['http']) },
  )
  const second = await createKey(deps, integrationId, 'second')
  const there = apiOf(elsewhere.url, { integrationId, key: second.apiKey })
  assert.equal((await there.post('/sessions', {})).status, 201)
  await revokeKey(deps, integrationId, second.keyId)
  await until('the revoked key is refused', async () => (await there.post('/sessions', {})).status === 401)
})

test('an address outside allowed_ips is refused and named; inside, or with an empty list, it is let in', async () => {
  const customer = await addCustomer({ after }, dragoman, { allowedIps: ['203.0.113.0/24', '2001:db8::1'] })
  assertUnauthorized(
    await customer.api.post('/sessions', {}),
    /^source address 127\.0\.0\.1: is not in the integration's allowed_ips/,
  )
  for (const allowedIps of [['127.0.0.1'], ['127.0.0.0/8'], ['::ffff:127.0.0.1'], ['0.0.0.0/0'], []]) {
    await changeIntegration(deps, customer.integrationId, { allowedIps })
    assert.equal((await customer.api.post('/sessions', {})).status, 201, allowedIps.join())
  }
  for (const allowedIps of [['127.0.0.2'], ['::1'], ['::/0']]) {
    await changeIntegration(deps, customer.integrationId, { allowedIps })
    assert.equal((await customer.api.post('/sessions', {})).status, 401, allowedIps.join())
  }
})

test('a forwarding header counts only behind a proxy that is trusted', async () => {
  const trusted = parseAllowList(['127.0.0.1'])
  assert.ok(trusted.ok)
  const behindProxy = await testDragoman(
    { after },
    {
      demo: false,
      databaseUrl: deps.db.url,
      roles: new Set(['http']),
      limits: { trustedProxies: trusted.list },
    },
  )
  const customer = await addCustomer({ after }, dragoman, { allowedIps: ['203.0.113.7'] })
  const statusOf = async (baseUrl: string, forwardedFor: string): Promise<number> =>
    (await apiOf(baseUrl, customer).post('/sessions', {}, { 'x-forwarded-for': forwardedFor })).status
  assert.equal(await statusOf(behindProxy.url, '203.0.113.7'), 201)
  assert.equal(await statusOf(behindProxy.url, '198.51.100.1, 203.0.113.7'), 201)
  assert.equal(await statusOf(behindProxy.url, '203.0.113.7, 198.51.100.1'), 401)
  assert.equal(await statusOf(behindProxy.url, 'nonsense'), 401)
  assert.equal(await statusOf(url, '203.0.113.7'), 401)
})
