import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  isSigned,
  signBody,
  standardWebhooksSecret,
  type VerificationReason,
  verify,
  WebhookVerificationError,
  webhookHeaders,
} from '@dragoman/sdk'
import { Webhook } from 'standardwebhooks'
import { legacySecret, vectors, vectorsNowMs } from './vectors.ts'

const now = () => vectorsNowMs
const hourMs = 3_600_000

const refuses = (reason: VerificationReason, attempt: Promise<unknown>, message?: string) =>
  assert.rejects(
    attempt,
    (error) => error instanceof WebhookVerificationError && error.reason === reason,
    message,
  )

const without = (headers: { readonly [name: string]: string }, pattern: RegExp) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !pattern.test(name)))

for (const vector of vectors) {
  const expected: unknown = JSON.parse(vector.body)
  const moveoOnly = without(vector.headers, /^webhook-/)
  const standardOnly = without(vector.headers, /^X-/)

  test(`${vector.name}: is accepted by either signature alone, as text or bytes`, async () => {
    const bytes = new TextEncoder().encode(vector.body)
    const secret = legacySecret(vector)
    for (const headers of [vector.headers, moveoOnly, standardOnly]) {
      assert.deepEqual(await verify(vector.body, headers, secret, { now }), expected)
      assert.deepEqual(await verify(bytes, headers, secret, { now }), expected)
    }
  })

  test(`${vector.name}: a changed body, secret or signed header is refused`, async () => {
    const secret = legacySecret(vector)
    for (const headers of [vector.headers, moveoOnly, standardOnly]) {
      await refuses('signature-mismatch', verify(`${vector.body} `, headers, secret, { now }))
      await refuses('signature-mismatch', verify(vector.body.slice(1), headers, secret, { now }))
      await refuses('signature-mismatch', verify(vector.body, headers, `${secret} `, { now }))
    }
    for (const change of [{ 'webhook-id': 'another' }, { 'webhook-timestamp': '1760000061' }]) {
      await refuses(
        'signature-mismatch',
        verify(vector.body, { ...standardOnly, ...change }, secret, { now }),
      )
    }
  })
}

const body = JSON.stringify({
  event_type: 'session:closed',
  session_id: 's',
  timestamp: vectorsNowMs,
  reason: 'api',
})
const secret = 'a secret'
const signed = async (attemptMs = vectorsNowMs, rawBody = body, secrets = [secret]) => ({
  ...(await webhookHeaders({
    secrets,
    eventId: 'e',
    timestampSeconds: Math.floor(attemptMs / 1_000),
    rawBody,
  })),
})

test('while a secret is rotated, each side may know the old one, the new one or both', async () => {
  const headers = await signed(vectorsNowMs, body, ['old', 'new'])
  for (const known of ['old', 'new', ['old', 'new'], ['new', 'older still']]) {
    assert.equal((await verify(body, headers, known, { now })).event_type, 'session:closed')
  }
  await refuses('signature-mismatch', verify(body, headers, ['neither', 'nor'], { now }))
})

test('what the Standard Webhooks package signs is accepted', async () => {
  const signature = new Webhook(standardWebhooksSecret(secret)).sign('msg_1', new Date(vectorsNowMs), body)
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(vectorsNowMs / 1_000),
    'webhook-signature': `v1a,AAAA v1,AAAA ${signature}`,
  }
  assert.equal((await verify(body, headers, secret, { now })).session_id, 's')
})

test('a retry hours after the event is accepted, because the time of the attempt is signed', async () => {
  const headers = await signed(vectorsNowMs + 71 * hourMs)
  const late = () => vectorsNowMs + 71 * hourMs
  assert.equal((await verify(body, headers, secret, { now: late })).event_type, 'session:closed')
})

test('a request sent again after the tolerance is refused, by either scheme', async () => {
  const headers = await signed()
  const after = (seconds: number) => ({ now: () => vectorsNowMs + seconds * 1_000 })
  const moveoOnly = { 'x-moveo-signature': await signBody(secret, body) }
  for (const given of [headers, moveoOnly]) {
    await verify(body, given, secret, after(300))
    await refuses('too-old', verify(body, given, secret, after(301)))
    await verify(body, given, secret, after(-300))
    await refuses('too-new', verify(body, given, secret, after(-301)))
    await refuses('too-old', verify(body, given, secret, { ...after(11), toleranceSeconds: 10 }))
  }
})

test('a replay cannot be made young by taking the Standard Webhooks headers away or changing them', async () => {
  const headers = await signed()
  const later = { now: () => vectorsNowMs + hourMs }
  await refuses('too-old', verify(body, without(headers, /^webhook-/), secret, later))
  const freshened = { ...headers, 'webhook-timestamp': String(vectorsNowMs / 1_000 + 3_600) }
  await refuses('too-old', verify(body, freshened, secret, later))
})

test('a request without a signature, or with a malformed one, is refused', async () => {
  await refuses('signature-missing', verify(body, {}, secret, { now }))
  await refuses('signature-missing', verify(body, new Headers({ 'webhook-id': 'e' }), secret, { now }))
  const headers = await signed()
  for (const malformed of ['', 'v1', 'v1,', 'v1,!', 'v2,AAAA', 'v1,é', ' ']) {
    const given = { ...without(headers, /^X-/), 'webhook-signature': malformed }
    await assert.rejects(verify(body, given, secret, { now }), WebhookVerificationError, malformed)
  }
  for (const malformed of ['zz', 'abc', 'é'.repeat(64), headers['X-Moveo-Signature'].slice(2)]) {
    await refuses(
      'signature-mismatch',
      verify(body, { 'x-moveo-signature': malformed }, secret, { now }),
      malformed,
    )
  }
  for (const timestamp of ['', '1e9', '-5', ' 1760000060', '9'.repeat(30)]) {
    const given = { ...without(headers, /^X-/), 'webhook-timestamp': timestamp }
    await refuses('signature-mismatch', verify(body, given, secret, { now }), timestamp)
  }
})

test('a signed body that is no event, or has no time where one is needed, is refused', async () => {
  for (const rawBody of ['', 'null', '[]', '"text"', '{', '{"event_type":1}', '{"event_type":"x"}']) {
    await refuses(
      'not-an-event',
      verify(rawBody, await signed(vectorsNowMs, rawBody), secret, { now }),
      rawBody,
    )
  }
  const timeless = '{"event_type":"x","session_id":"s"}'
  const moveoOnly = { 'x-moveo-signature': await signBody(secret, timeless) }
  await refuses('timestamp-missing', verify(timeless, moveoOnly, secret, { now }))
  await verify(timeless, await signed(vectorsNowMs, timeless), secret, { now })
})

test('an event of a type that this version does not know is accepted', async () => {
  const unknown = `{"event_type":"message:sung","session_id":"s","timestamp":${vectorsNowMs}}`
  assert.equal((await verify(unknown, await signed(vectorsNowMs, unknown), secret, { now })).session_id, 's')
})

test('headers are found in every shape that frameworks have', async () => {
  const headers = await signed()
  const upper = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
  )
  const lists = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]),
  )
  for (const shape of [headers, new Headers(headers), upper, lists]) {
    assert.equal((await verify(body, shape, secret, { now })).event_type, 'session:closed')
  }
})

test('a call of an agent is genuine when its signature is that of the body, with one of the secrets', async () => {
  const body = '{"channel":"custom"}'
  const headers = { 'x-moveo-signature': await signBody('of the agent', body) }
  assert.equal(await isSigned(body, headers, 'of the agent'), true)
  assert.equal(
    await isSigned(new TextEncoder().encode(body), new Headers(headers), ['other', 'of the agent']),
    true,
  )
  assert.equal(await isSigned(`${body} `, headers, 'of the agent'), false)
  assert.equal(await isSigned(body, headers, 'other'), false)
  assert.equal(await isSigned(body, {}, 'of the agent'), false)
  assert.equal(await isSigned(body, { 'x-moveo-signature': 'no hex' }, 'of the agent'), false)
  await assert.rejects(isSigned(body, headers, ''), TypeError)
})

test('no secret, or an empty one, accepts nothing', async () => {
  await assert.rejects(verify(body, await signed(), '', { now }), TypeError)
  await assert.rejects(verify(body, await signed(), [], { now }), TypeError)
})

test('bytes over shared memory are verified too', async () => {
  const bytes = new Uint8Array(new SharedArrayBuffer(body.length))
  bytes.set(new TextEncoder().encode(body))
  assert.equal((await verify(bytes, await signed(), secret, { now })).event_type, 'session:closed')
})
