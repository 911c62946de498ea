import assert from 'node:assert/strict'
import { createHmac, createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import { type Hmac, signBody, standardWebhooksSecret, webhookHeaders } from '@dragoman/sdk'
import { Webhook } from 'standardwebhooks'
import { legacySecret, type Vector, vectors } from './vectors.ts'

const nodeHmac: Hmac = (key, message) => createHmac('sha256', createSecretKey(key)).update(message).digest()

const signingInput = (vector: Vector) => ({
  secrets: vector.secrets,
  legacySecretIndex: vector.legacy_secret_index,
  eventId: vector.event_id,
  timestampSeconds: vector.attempt_seconds,
  rawBody: vector.body,
})

for (const vector of vectors) {
  test(`${vector.name}: the headers are the ones that other code computes`, async () => {
    assert.deepEqual(await webhookHeaders(signingInput(vector)), vector.headers)
    assert.equal(await signBody(legacySecret(vector), vector.body), vector.headers['X-Moveo-Signature'])
  })

  test(`${vector.name}: bytes and text, WebCrypto and node:crypto sign alike`, async () => {
    const rawBody = new TextEncoder().encode(vector.body)
    assert.deepEqual(await webhookHeaders({ ...signingInput(vector), rawBody }), vector.headers)
    assert.deepEqual(await webhookHeaders(signingInput(vector), nodeHmac), vector.headers)
  })
}

test('the Standard Webhooks package accepts each live secret and no other', async () => {
  for (const vector of vectors) {
    const fresh = { ...signingInput(vector), timestampSeconds: Math.floor(Date.now() / 1_000) }
    const headers: Record<string, string> = { ...(await webhookHeaders(fresh)) }
    for (const secret of vector.secrets) {
      const library = new Webhook(standardWebhooksSecret(secret))
      assert.deepEqual(library.verify(vector.body, headers), JSON.parse(vector.body), vector.name)
      assert.throws(() => library.verify(`${vector.body} `, headers), /No matching signature/, vector.name)
    }
    const stranger = new Webhook(standardWebhooksSecret('another secret'))
    assert.throws(() => stranger.verify(vector.body, headers), /No matching signature/, vector.name)
  }
})

test('the Standard Webhooks package takes a plain secret as raw bytes too', async () => {
  const timestampSeconds = Math.floor(Date.now() / 1_000)
  const input = { secrets: ['geheim-ключ'], eventId: 'one', timestampSeconds, rawBody: '{"a":1}' }
  const library = new Webhook(new TextEncoder().encode('geheim-ключ'), { format: 'raw' })
  assert.deepEqual(library.verify('{"a":1}', { ...(await webhookHeaders(input)) }), { a: 1 })
})

test('a secret in the Standard Webhooks form stays as it is', () => {
  assert.equal(
    standardWebhooksSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLASw'),
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLASw',
  )
})

test('a secret that only looks like the Standard Webhooks form still signs', async () => {
  const input = { eventId: 'one', timestampSeconds: 1, rawBody: '{}' }
  for (const secret of ['whsec_', 'whsec_not base64!', 'whsec_a', 'whsec_ab=']) {
    const expected = createHmac('sha256', secret).update('one.1.{}').digest('base64')
    const headers = await webhookHeaders({ ...input, secrets: [secret] })
    assert.equal(headers['webhook-signature'], `v1,${expected}`, secret)
  }
})

test('an empty secret, with which anybody could sign, is refused', async () => {
  await assert.rejects(signBody('', '{}'), TypeError)
  const input = { eventId: 'one', timestampSeconds: 1, rawBody: '{}' }
  await assert.rejects(webhookHeaders({ ...input, secrets: [] }), RangeError)
  await assert.rejects(webhookHeaders({ ...input, secrets: ['a', ''] }), TypeError)
})

test('more secrets than are remembered still sign right', async () => {
  const secrets = Array.from({ length: 2_500 }, (_, index) => `secret ${index}`)
  for (const secret of [...secrets, ...secrets.slice(0, 5)]) {
    const expected = createHmac('sha256', secret).update('{}').digest('hex')
    assert.equal(await signBody(secret, '{}', nodeHmac), expected)
  }
})
