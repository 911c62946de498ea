import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { Agent } from 'undici'
import { dataFolder } from './support/data-folder.ts'
import { startDragomanProcess } from './support/dragoman-process.ts'
import { addIntegration } from './support/integration.ts'
import { type Chance, chanceOf, settings } from './support/settings.ts'
import { startWebhook } from './support/webhook.ts'

/**
 * Malformed requests over every endpoint of the channel: whatever comes, the answer is one of the documented ones
 * in the documented form, never a 500, and the server does not grow. The seed is printed; the same seed sends the
 * same requests.
 */
const documented: Readonly<Record<number, readonly string[]>> = {
  400: ['invalid-payload'],
  401: ['unauthorized'],
  404: ['session-not-found', 'file-not-found', 'integration-not-found', 'not-found'],
  409: ['conversation-closed', 'idempotency-conflict'],
  413: ['payload-too-large'],
}

const memoryMaxMb = 600
const requestsInFlight = 32

test('malformed requests get documented errors only, and the server neither fails nor grows', async (t) => {
  const chance = chanceOf(settings.seed)
  const webhook = await startWebhook(t)
  const dragoman = await startDragomanProcess(t, { DRAGOMAN_DATA_DIR: await dataFolder(t) })
  const channel = await addIntegration(t, dragoman.url, webhook.url)
  const opened = await channel.call(dragoman.url, 'POST', '/sessions', {})
  const ids: Ids = {
    integrationId: channel.integrationId,
    sessionId: String(opened.body['session_id']),
    apiKey: channel.apiKey,
  }
  const agent = new Agent({ connections: requestsInFlight })
  t.after(() => agent.destroy())

  const statuses = new Map<number, number>()
  const faults: string[] = []
  let left = settings.requests
  const sendSome = async (): Promise<void> => {
    while (left > 0 && faults.length < 5) {
      left -= 1
      const one = malformed(chance, ids)
      const answer = await send(agent, dragoman.url, one)
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      const fault = faultOf(answer)
      if (fault !== undefined) faults.push(`${fault} for ${JSON.stringify(one).slice(0, 600)}`)
    }
  }
  await Promise.all(Array.from({ length: requestsInFlight }, sendSome))
  for (const bytes of brokenHttp) await sendBytes(dragoman.url, bytes)

  const memory = dragoman.memory()
  t.diagnostic(
    `seed ${settings.seed}; ${settings.requests} requests: ${JSON.stringify([...statuses].sort())}; memory ${JSON.stringify(memory)} MB`,
  )
  assert.deepEqual(faults, [])
  assert.ok(memory.now < memoryMaxMb, `the process has ${memory.now} MB`)
  assert.equal(dragoman.isAlive(), true)
  const session = await channel.call(dragoman.url, 'POST', '/sessions', {})
  const accepted = await channel.call(
    dragoman.url,
    'POST',
    `/sessions/${session.body['session_id']}/messages`,
    {
      input: { text: 'What pricing plans do you offer?' },
    },
  )
  assert.equal(accepted.status, 202)
})

interface Ids {
  readonly integrationId: string
  readonly sessionId: string
  readonly apiKey: string
}

interface Malformed {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Base64, because it need not be text. */
  readonly body: string | null
}

const endpoints = [
  [
    'POST',
    '/sessions',
    { external_session_id: 'a', channel_user_id: 'b', context: { user: { display_name: 'A' }, tags: ['x'] } },
  ],
  ['PATCH', '/sessions/S/context', { context: { a: { b: [1, null] }, user: { email: 'a@b.c' } } }],
  [
    'POST',
    '/sessions/S/messages',
    {
      input: {
        text: 'hello',
        attachments: [{ type: 'image', mime_type: 'image/png', url: 'https://x/y.png' }],
      },
      context: { k: 1 },
    },
  ],
  [
    'POST',
    '/sessions/S/messages/agent',
    { input: { text: 'hi' }, agent: { agent_id: 'a', agent_name: 'n' } },
  ],
  ['POST', '/sessions/S/messages/read', { message_ids: ['00000000-0000-4000-8000-000000000000'] }],
  ['POST', '/sessions/S/messages/delivered', { message_ids: [] }],
  ['POST', '/sessions/S/messages/compose', { action: 'start' }],
  ['POST', '/sessions/S/conversation/close', {}],
  ['POST', '/sessions/S/conversation/reopen', {}],
  ['POST', '/sessions/S/handover', { department: 'd', reason: 'r' }],
  ['POST', '/sessions/S/files/upload-url', { filename: 'a.png', content_type: 'image/png' }],
  ['POST', '/sessions/S/files/download-url', { file_id: '00000000-0000-4000-8000-000000000000' }],
  ['POST', '/sessions/X/close', { reason: 'r' }],
  ['GET', '/sessions/S', null],
  ['GET', '/sessions/S/messages?after=Q&limit=Q', null],
  ['GET', '/events?after=Q&limit=Q', null],
] as const

const junk: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1e308,
  1.5,
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '../..',
  "'; drop table sessions; --",
  '{{ constructor }}',
  'x'.repeat(300),
  'x'.repeat(11_000),
  [],
  [[]],
  [null],
  {},
  { a: {} },
  { 'sys-session': 1 },
  { user: null },
  { user: 1 },
  { 'bad key': 1 },
  { toString: 1, constructor: { prototype: {} } },
  Array(12).fill({ type: 'image' }),
]

const malformed = (chance: Chance, ids: Ids): Malformed => {
  const [method, template, valid] = chance.pick(endpoints)
  const session = chance.happens(0.8) ? ids.sessionId : oddId(chance)
  const integration = chance.happens(0.95) ? ids.integrationId : oddId(chance)
  const path = template
    .replace('/S', `/${session}`)
    .replace('/X', `/${oddId(chance)}`)
    .replaceAll('Q', () =>
      encodeURIComponent(
        String(chance.pick(['', '0', '-1', '1e9', 'x', '99999999999999999999', '\u0000', '5'])),
      ),
    )
  return {
    method: chance.happens(0.96) ? method : chance.pick(['GET', 'PUT', 'DELETE', 'PATCH', 'POST', 'OPTIONS']),
    path: `/v1/custom/${integration}${path}`,
    headers: headersOf(chance, ids),
    body: valid === null ? null : bodyOf(chance, valid),
  }
}

const oddId = (chance: Chance): string =>
  chance.pick([
    '00000000-0000-4000-8000-00000000000',
    'abc',
    '%00',
    '%2e%2e%2f',
    '-',
    '0',
    'x'.repeat(150),
    '%F0%9F%98%80',
    '%',
    `${chance.whole(10_000_000, 99_999_999)}-0000-4000-8000-000000000000`,
  ])

const headersOf = (chance: Chance, ids: Ids): Record<string, string> => ({
  ...(chance.happens(0.03)
    ? {}
    : {
        authorization: chance.happens(0.95)
          ? `apikey ${ids.apiKey}`
          : chance.pick(['apikey', 'apikey  ', `Bearer ${ids.apiKey}`, 'apikey x y', ids.apiKey]),
      }),
  ...(chance.happens(0.93)
    ? { 'content-type': 'application/json' }
    : chance.happens(0.5)
      ? {
          'content-type': chance.pick([
            'text/plain',
            'application/x-www-form-urlencoded',
            'application/json; charset=utf-16',
            'x',
            'multipart/form-data',
          ]),
        }
      : {}),
  ...(chance.happens(0.1)
    ? { 'idempotency-key': chance.pick(['k', 'k2', 'x'.repeat(300), ' ', 'ü', `k${chance.whole(1, 1e6)}`]) }
    : {}),
  ...(chance.happens(0.02) ? { 'x-forwarded-for': chance.pick(['1.2.3.4', '::1', 'x', ',,,']) } : {}),
})

const bodyOf = (chance: Chance, valid: object): string => {
  const text = JSON.stringify(mutated(chance, valid))
  const bytes = Buffer.from(text)
  const kind = chance.whole(1, 20)
  if (kind === 1) return bytes.subarray(0, chance.whole(0, bytes.length)).toString('base64')
  if (kind === 2)
    return Buffer.from(Array.from({ length: chance.whole(1, 60) }, () => chance.whole(0, 255))).toString(
      'base64',
    )
  if (kind === 3) return Buffer.from('['.repeat(chance.whole(1, 5_000))).toString('base64')
  if (kind === 4) return Buffer.from(text.replace('{', '{"__proto__":{"x":1},')).toString('base64')
  if (kind === 5 && chance.happens(0.05))
    return Buffer.from(`{"context":{"a":"${'x'.repeat(300_000)}"}}`).toString('base64')
  if (kind === 6)
    return Buffer.from(`${text}${chance.pick(['}', ',', '\u0000', ' {}', '//'])}`).toString('base64')
  if (kind === 7)
    return Buffer.concat([bytes.subarray(0, 3), Buffer.from([0xff, 0xc0]), bytes.subarray(3)]).toString(
      'base64',
    )
  if (kind === 8) return Buffer.from(JSON.stringify(chance.pick(junk))).toString('base64')
  return bytes.toString('base64')
}

/** One place of the value becomes something else, or goes. */
const mutated = (chance: Chance, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || chance.happens(0.2)) return chance.pick(junk)
  if (Array.isArray(value))
    return value.length === 0 ? [chance.pick(junk)] : value.map((item) => mutated(chance, item))
  const keys = Object.keys(value)
  if (keys.length === 0) return { [chance.pick(['a', 'message_ids', 'reason', ''])]: chance.pick(junk) }
  const chosen = chance.pick(keys)
  if (chance.happens(0.15)) return Object.fromEntries(Object.entries(value).filter(([key]) => key !== chosen))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === chosen ? mutated(chance, item) : item]),
  )
}

interface Answer {
  readonly status: number
  readonly text: string
}

const send = async (agent: Agent, origin: string, one: Malformed): Promise<Answer> => {
  const answer = await agent.request({
    origin,
    path: one.path,
    method: one.method as 'POST',
    headers: Object.fromEntries(
      Object.entries(one.headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
    ),
    body: one.body === null ? null : Buffer.from(one.body, 'base64'),
  })
  return { status: answer.statusCode, text: await answer.body.text() }
}

const faultOf = ({ status, text }: Answer): string | undefined => {
  if (status >= 200 && status < 300) return undefined
  const codes = documented[status]
  if (!codes) return `status ${status} ${text.slice(0, 200)}`
  try {
    const body = JSON.parse(text) as Record<string, unknown>
    const hasForm =
      Object.keys(body).sort().join() === 'error_code,error_message' &&
      String(body['error_message']).length > 10
    return hasForm && codes.includes(String(body['error_code'])) ? undefined : `body ${text.slice(0, 200)}`
  } catch {
    return `no JSON: ${text.slice(0, 200)}`
  }
}

/** What is not HTTP, or only half of it. */
const brokenHttp = [
  'GET\r\n\r\n',
  'POST /v1/custom/x/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"half',
  'POST /v1/custom/x/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
  'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
  `GET /${'a'.repeat(70_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  '\u0000\u0001\u0002\u0003\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n',
]

const sendBytes = (origin: string, bytes: string): Promise<void> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(origin)
    const socket = connect(Number(port), hostname, () => socket.end(bytes))
    socket.on('error', () => resolve())
    socket.on('close', () => resolve())
    socket.resume()
  })
