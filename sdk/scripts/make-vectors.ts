import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'

/**
 * Writes test/vectors.json. It shares no line with src: the signatures are made with node:crypto from the wire's
 * description alone, so that the vectors can be trusted to check src.
 */
const utf8Secret = 'pricing-webhook-secret'
const unicodeSecret = 'geheim-ключ-🔑'
const base64Secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLASw'
const newSecret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'
const attemptSeconds = 1_760_000_060
const timestamp = 1_760_000_000_123

const event = (fields: object): object => ({
  event_type: 'message:brain_send',
  request_id: 'c0a80164-0000-4000-8000-000000000001',
  session_id: 'c0a80164-0000-4000-8000-000000000002',
  integration_id: 'c0a80164-0000-4000-8000-000000000003',
  desk_id: 'c0a80164-0000-4000-8000-000000000004',
  timestamp,
  event_id: 'c0a80164-0000-4000-8000-000000000005',
  sequence: 1,
  ...fields,
})

const textEvent = (text: string): object => event({ output: { responses: [{ type: 'text', text }] } })

const vector = (name: string, secrets: readonly string[], body: string, legacySecretIndex = 0) => {
  const eventId = 'c0a80164-0000-4000-8000-000000000005'
  const standard = secrets.map((secret) => {
    const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)
    return `v1,${createHmac('sha256', key).update(`${eventId}.${attemptSeconds}.${body}`).digest('base64')}`
  })
  return {
    name,
    secrets,
    legacy_secret_index: legacySecretIndex,
    event_id: eventId,
    attempt_seconds: attemptSeconds,
    body,
    headers: {
      'X-Moveo-Signature': createHmac('sha256', secrets[legacySecretIndex] ?? '')
        .update(body)
        .digest('hex'),
      'webhook-id': eventId,
      'webhook-timestamp': String(attemptSeconds),
      'webhook-signature': standard.join(' '),
    },
  }
}

const simple = JSON.stringify(textEvent('We offer three pricing plans.'))
const unicode = JSON.stringify(
  textEvent('Γειά σου 👋🏽 — 日本語, עברית, e\u0301 and é, \u2028\u2029 \u0000 \\ "'),
)
const vectors = [
  vector('a plain event', [utf8Secret], simple),
  vector('text in many scripts', [utf8Secret], unicode),
  vector('a secret in many scripts', [unicodeSecret], unicode),
  vector('a secret in the Standard Webhooks form', [base64Secret], simple),
  vector('two secrets, the older one signs', [utf8Secret, newSecret], simple),
  vector('two secrets, switched to the newer one', [utf8Secret, newSecret], simple, 1),
  vector('the smallest event', [utf8Secret], `{"event_type":"x","session_id":"","timestamp":${timestamp}}`),
  vector(
    'white space around and inside',
    [utf8Secret],
    `\n${JSON.stringify(textEvent('spaced'), null, '\t')} \n`,
  ),
  vector('escapes that need not be there', [utf8Secret], simple.replace('We offer', '\\u0057e\\/offer')),
  vector('a big body', [base64Secret], JSON.stringify(textEvent('0123456789 ÄÖÜ '.repeat(2_000)))),
]

writeFileSync(new URL('../test/vectors.json', import.meta.url), `${JSON.stringify(vectors, null, 2)}\n`)
