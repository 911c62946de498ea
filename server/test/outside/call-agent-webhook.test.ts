import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import type { DocumentWebhook } from '../../src/brain/document/document.ts'
import type { Answer } from '../../src/brain/turn-types.ts'
import type { Circumstances } from '../../src/outside/answer-asks.ts'
import { createWebhookCaller } from '../../src/outside/call-agent-webhook.ts'
import { circumstancesOf, requestId, sessionId } from './circumstances.ts'
import { httpAnswer, rawReceiver } from './raw-receiver.ts'

const body = { channel: 'custom', session_id: sessionId, input: { text: 'grün' } }

const callAt = (
  t: TestContext,
  webhook: Partial<DocumentWebhook> & { readonly url: string },
  options: {
    readonly circumstances?: Partial<Circumstances>
    readonly allowPrivate?: boolean
    readonly secrets?: ReadonlyMap<string, string>
  } = {},
): Promise<Answer> => {
  const { secrets = new Map([['CRM', 'a secret']]), allowPrivate = true } = options
  const caller = createWebhookCaller({ secrets, allowPrivate })
  t.after(caller.close)
  const webhooks: DocumentWebhook[] = [{ id: 'crm', kind: 'action', ...webhook }]
  return caller.call(
    { kind: 'webhook', webhook_id: 'crm', body },
    circumstancesOf({ webhooks }, options.circumstances),
  )
}

const errorOf = (answer: Answer): string => (answer.ok ? 'it worked' : answer.error)

test('an agent webhook gets the body as JSON, signed with its token, with the ids of request and session', async (t) => {
  const receiver = await rawReceiver(t, (socket) => socket.write(httpAnswer(200, '{}')))
  const answer = await callAt(t, {
    url: `${receiver.url}?a=1`,
    token: 'CRM',
    headers: { 'X-Tenant': 'seven', 'X-Moveo-Signature': 'forged', Host: 'elsewhere', 'Content-Length': '3' },
  })
  assert.deepEqual(answer, { ok: true, value: {} })
  const [request = ''] = receiver.requests
  const [head = '', sent = ''] = request.split('\r\n\r\n')
  assert.deepEqual(JSON.parse(sent), body)
  const signature = createHmac('sha256', 'a secret').update(sent).digest('hex')
  assert.ok(head.startsWith('POST /hook?a=1 HTTP/1.1'), head)
  for (const line of [
    'content-type: application/json',
    `x-moveo-signature: ${signature}`,
    `x-moveo-request-id: ${requestId}`,
    `x-moveo-session-id: ${sessionId}`,
    'x-tenant: seven',
    `host: localhost:${receiver.port}`,
  ])
    assert.equal(head.split('\r\n').filter((one) => one === line).length, 1, line)
  assert.doesNotMatch(head, /forged|elsewhere/)
})

test('of its answer responses and variables are kept, and nothing that nobody reads', async (t) => {
  const sent = { responses: [{ type: 'text', text: 'Hi' }], context: { a: 1 }, output: { b: 2 }, extra: 'x' }
  const receiver = await rawReceiver(t, (socket) => socket.write(httpAnswer(200, JSON.stringify(sent))))
  const { extra: _, ...kept } = sent
  assert.deepEqual(await callAt(t, { url: receiver.url }), { ok: true, value: kept })
})

test('an empty answer is one without responses', async (t) => {
  const receiver = await rawReceiver(t, (socket) => socket.write(httpAnswer(204)))
  assert.deepEqual(await callAt(t, { url: receiver.url }), { ok: true, value: {} })
})

const refusals: readonly (readonly [string, string, RegExp])[] = [
  ['an error status', httpAnswer(500, '{"responses":[]}'), /^answered 500$/],
  ['a redirect, which is not followed', httpAnswer(302, '', { location: 'http://127.0.0.1/' }), /redirect/],
  ['an answer that is no JSON', httpAnswer(200, '<html>'), /not a JSON object/],
  ['an answer that is a list', httpAnswer(200, '[]'), /not a JSON object/],
  [
    'an answer over 256 KiB',
    httpAnswer(200, JSON.stringify({ context: { a: 'x'.repeat(256 * 1024) } })),
    /larger/,
  ],
]
for (const [what, reply, sentence] of refusals)
  test(`${what} is a failure with its reason`, async (t) => {
    const receiver = await rawReceiver(t, (socket) => socket.write(reply))
    assert.match(errorOf(await callAt(t, { url: receiver.url })), sentence)
    assert.equal(receiver.requests.length, 1)
  })

test('an answer of just 256 KiB is taken', async (t) => {
  const frame = JSON.stringify({ context: { a: '' } }).length
  const sent = { context: { a: 'x'.repeat(256 * 1024 - frame) } }
  const receiver = await rawReceiver(t, (socket) => socket.write(httpAnswer(200, JSON.stringify(sent))))
  assert.deepEqual(await callAt(t, { url: receiver.url }), { ok: true, value: sent })
})

test('a broken connection is tried again twice, where the webhook may be asked twice', async (t) => {
  const receiver = await rawReceiver(t, (socket, _request, nth) =>
    nth < 2 ? socket.destroy() : socket.write(httpAnswer(200, '{"context":{"a":1}}')),
  )
  assert.deepEqual(await callAt(t, { url: receiver.url, idempotent: true }), {
    ok: true,
    value: { context: { a: 1 } },
  })
  assert.equal(receiver.requests.length, 3)
})

test('a webhook that stays broken is given up after the second retry', async (t) => {
  const receiver = await rawReceiver(t, (socket) => socket.destroy())
  assert.equal((await callAt(t, { url: receiver.url, idempotent: true })).ok, false)
  assert.equal(receiver.requests.length, 3)
})

test('a webhook that must not be asked twice is asked once, and an error status is no broken connection', async (t) => {
  const broken = await rawReceiver(t, (socket) => socket.destroy())
  assert.equal((await callAt(t, { url: broken.url })).ok, false)
  assert.equal(broken.requests.length, 1)
  const failing = await rawReceiver(t, (socket) => socket.write(httpAnswer(503)))
  assert.equal((await callAt(t, { url: failing.url, idempotent: true })).ok, false)
  assert.equal(failing.requests.length, 1)
})

test('a webhook that does not answer is given up at the deadline of the turn', async (t) => {
  const receiver = await rawReceiver(t, () => {})
  const circumstances = { deadlineAt: Date.now() + 100 }
  assert.match(errorOf(await callAt(t, { url: receiver.url }, { circumstances })), /no answer within/)
})

test('a token that is not set is named with the cure, and nothing is sent', async (t) => {
  const receiver = await rawReceiver(t, (socket) => socket.write(httpAnswer(200)))
  assert.match(errorOf(await callAt(t, { url: receiver.url, token: 'OTHER' })), /DRAGOMAN_SECRET_OTHER/)
  assert.equal(receiver.requests.length, 0)
})

test('private addresses are refused unless the operator allows them', async (t) => {
  const receiver = await rawReceiver(t, (socket) => socket.write(httpAnswer(200)))
  const urls = [
    receiver.url,
    `http://127.0.0.1:${receiver.port}/`,
    `https://127.0.0.1:${receiver.port}/`,
    `https://2130706433:${receiver.port}/`,
    `https://[::ffff:7f00:1]:${receiver.port}/`,
    'https://169.254.169.254/latest/meta-data',
  ]
  for (const url of urls) assert.equal((await callAt(t, { url }, { allowPrivate: false })).ok, false, url)
  assert.equal(receiver.connections(), 0)
})
