import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { DocumentModel } from '../../src/brain/document/document.ts'
import type { Answer, ModelAsk } from '../../src/brain/turn-types.ts'
import type { Circumstances } from '../../src/outside/answer-asks.ts'
import { createModelAsker, type ModelDeps } from '../../src/outside/ask-model.ts'
import { createCheckedFetch } from '../../src/outside/checked-fetch.ts'
import { circumstancesOf } from './circumstances.ts'
import { type ModelLine, modelServer } from './model-server.ts'
import { rawReceiver } from './raw-receiver.ts'

const secret = 'sk-very-secret-key'

const providers: readonly (readonly [string, (url: string) => DocumentModel])[] = [
  ['openai', (url) => ({ provider: 'openai', model: 'gpt', base_url: `${url}/v1`, key: 'KEY_A' })],
  ['openai-compatible', (url) => ({ provider: 'openai-compatible', model: 'any', base_url: `${url}/v1` })],
  ['anthropic', (url) => ({ provider: 'anthropic', model: 'claude', base_url: `${url}/v1`, key: 'KEY_A' })],
  ['google', (url) => ({ provider: 'google', model: 'gemini', base_url: `${url}/v1beta`, key: 'KEY_A' })],
  ['ollama', (url) => ({ provider: 'ollama', model: 'llama', base_url: url })],
]

const plainAsk: ModelAsk = {
  kind: 'model',
  purpose: 'answer',
  system: 'Be kind.',
  messages: [{ role: 'user', text: 'How long?' }],
  maxTokens: 200,
}

const asking = (
  t: TestContext,
  models: readonly DocumentModel[],
  ask: Partial<ModelAsk> = {},
  options: {
    readonly circumstances?: Partial<Circumstances>
    readonly allowPrivate?: boolean
    readonly describeTools?: NonNullable<ModelDeps['describeTools']>
  } = {},
): Promise<Answer> => {
  const { allowPrivate = true, describeTools } = options
  const checked = createCheckedFetch({ allowPrivate, answerBytesMax: 1024 * 1024 })
  t.after(checked.close)
  const askModel = createModelAsker({
    secrets: new Map([['KEY_A', secret]]),
    fetch: checked.fetch,
    ...(describeTools ? { describeTools } : {}),
  })
  return askModel({ ...plainAsk, ...ask }, circumstancesOf({ models: [...models] }, options.circumstances))
}

const errorOf = (answer: Answer): string => (answer.ok ? 'it worked' : answer.error)

for (const [name, modelAt] of providers) {
  test(`${name}: a text is asked for and told, with its model and tokens`, async (t) => {
    const server = await modelServer(t, [{ text: 'Thirty days.' }])
    const model = modelAt(server.url)
    assert.deepEqual(await asking(t, [{ ...model, temperature: 0.5 }]), {
      ok: true,
      value: { text: 'Thirty days.', model: `${name}/${model.model}`, tokens: { input: 11, output: 7 } },
    })
    const [request] = server.requests
    assert.ok(request)
    const sent = JSON.stringify(request.body)
    for (const part of ['Be kind.', 'How long?', '200', '0.5']) assert.ok(sent.includes(part), part)
    const keys = [
      request.headers.authorization,
      request.headers['x-api-key'],
      request.headers['x-goog-api-key'],
    ]
    assert.equal(keys.filter((key) => key?.includes(secret)).length, model.key === undefined ? 0 : 1)
    assert.ok(!request.path.includes(secret))
  })

  test(`${name}: a text comes bit by bit where somebody wants to see it grow`, async (t) => {
    const server = await modelServer(t, [{ text: 'Thirty days.' }])
    const deltas: string[] = []
    const answer = await asking(
      t,
      [modelAt(server.url)],
      {},
      { circumstances: { onText: (delta) => deltas.push(delta) } },
    )
    assert.deepEqual(deltas, ['Thirty', ' days.'])
    assert.ok(answer.ok)
    assert.equal((answer.value as { text: string }).text, 'Thirty days.')
  })

  for (const onText of [undefined, () => {}])
    test(`${name}: a tool is offered, and called by its own name${onText ? ' in a stream' : ''}`, async (t) => {
      const server = await modelServer(t, [
        { tool: { name: 'webhook_find_order', input: { id: '7' } } },
        { text: 'Done.' },
      ])
      const parameters = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] }
      const tools = [{ name: 'webhook.find.order', description: 'Finds', parameters }]
      const circumstances = onText ? { onText } : {}
      const first = await asking(t, [modelAt(server.url)], { tools }, { circumstances })
      assert.ok(first.ok, errorOf(first))
      const { toolCalls } = first.value as { toolCalls: { callId: string }[] }
      const [call] = toolCalls
      assert.ok(call)
      assert.deepEqual(toolCalls, [
        { callId: call.callId, tool: 'webhook.find.order', arguments: { id: '7' } },
      ])
      const messages: ModelAsk['messages'] = [
        ...plainAsk.messages,
        {
          role: 'assistant',
          text: '',
          toolCalls: [{ callId: call.callId, tool: 'webhook.find.order', arguments: { id: '7' } }],
        },
        { role: 'tool', callId: call.callId, tool: 'webhook.find.order', result: 'found it' },
      ]
      const second = await asking(t, [modelAt(server.url)], { tools, messages }, { circumstances })
      assert.ok(second.ok, errorOf(second))
      const sent = JSON.stringify(server.requests[1]?.body)
      assert.ok(sent.includes('found it') && sent.includes('webhook_find_order'), sent)
    })

  test(`${name}: an answer of a certain form is asked for as such`, async (t) => {
    const line: ModelLine = name === 'anthropic' ? { text: '{"holds":true}' } : { text: '{"holds":true}' }
    const server = await modelServer(t, [line])
    const schema = { type: 'object', properties: { holds: { type: 'boolean' } }, required: ['holds'] }
    const answer = await asking(t, [modelAt(server.url)], { schema }, { circumstances: { onText: () => {} } })
    assert.ok(answer.ok, errorOf(answer))
    assert.equal((answer.value as { text: string }).text, '{"holds":true}')
    assert.match(JSON.stringify(server.requests[0]?.body), /json/i)
  })

  test(`${name}: a key that is refused is told, and never shown`, async (t) => {
    const body = JSON.stringify({
      error: { message: `Incorrect API key: ${secret}`, type: 'x' },
      type: 'error',
    })
    const server = await modelServer(t, [{ status: 401, body }])
    const error = errorOf(await asking(t, [modelAt(server.url)]))
    assert.match(error, new RegExp(`^${name}/\\w+: answered 401: its key was refused$`))
  })
}

const [, openaiAt] = providers[0] ?? assert.fail()

test('the next model is asked when one fails, in the order of the document', async (t) => {
  const broken = await modelServer(t, [{ status: 500 }])
  const good = await modelServer(t, [{ text: 'Hello.' }])
  const unused = await modelServer(t, [])
  const answer = await asking(t, [openaiAt(broken.url), openaiAt(good.url), openaiAt(unused.url)])
  assert.ok(answer.ok)
  assert.deepEqual([broken.requests.length, good.requests.length, unused.requests.length], [1, 1, 0])
})

test('when all fail, each is named with its reason', async (t) => {
  const one = await modelServer(t, [{ status: 500, body: `{"error":{"message":"down ${secret}"}}` }])
  const other = await modelServer(t, [{ status: 400, body: '{"error":{"message":"no such model"}}' }])
  const answer = await asking(t, [openaiAt(one.url), { ...openaiAt(other.url), model: 'two' }])
  assert.equal(
    errorOf(answer),
    'openai/gpt: answered 500: down <KEY_A>; openai/two: answered 400: no such model',
  )
})

test('of a key not even the beginning is told, wherever the sentence that has it is cut', async (t) => {
  for (const length of [260, 270, 280]) {
    const message = `${'x'.repeat(length)}${secret}`
    const server = await modelServer(t, [{ status: 400, body: JSON.stringify({ error: { message } }) }])
    assert.doesNotMatch(errorOf(await asking(t, [openaiAt(server.url)])), /sk-/)
  }
})

test('the last model is asked twice when its server is busy', async (t) => {
  const server = await modelServer(t, [
    { status: 503, headers: { 'retry-after-ms': '1' } },
    { text: 'Hello.' },
  ])
  assert.ok((await asking(t, [openaiAt(server.url)])).ok)
  assert.equal(server.requests.length, 2)
})

for (const line of ['hang', 'hang midway'] as const)
  test(`a model that does not answer is given up in its time, and the next one asked: ${line}`, async (t) => {
    const hanging = await modelServer(t, [line])
    const good = await modelServer(t, [{ text: 'Hello.' }])
    const circumstances = line === 'hang' ? {} : { onText: () => {} }
    const answer = await asking(
      t,
      [{ ...openaiAt(hanging.url), timeout: 1 }, openaiAt(good.url)],
      {},
      { circumstances },
    )
    assert.ok(answer.ok, errorOf(answer))
  })

test('a turn that is called off ends the request under way, and asks no other model', async (t) => {
  const hanging = await modelServer(t, ['hang'])
  const unused = await modelServer(t, [])
  const turn = new AbortController()
  const answer = asking(
    t,
    [openaiAt(hanging.url), openaiAt(unused.url)],
    {},
    { circumstances: { signal: turn.signal } },
  )
  while (hanging.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
  turn.abort()
  assert.match(errorOf(await answer), /time of the turn/)
  while (hanging.abandoned() === 0) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(unused.requests.length, 0)
})

const emptyAnswers: readonly (readonly [ModelLine, RegExp])[] = [
  [{ text: '' }, /wrote nothing/],
  [{ text: '', finish: 'length' }, /used up its tokens/],
  [{ text: 'I', finish: 'filtered' }, /content filter/],
  [{ status: 302, headers: { location: 'http://127.0.0.1:1/' } }, /redirects are not followed/],
  [{ status: 200, body: '<html>' }, /^openai\/gpt: /],
  [{ status: 200, body: JSON.stringify({ a: 'x'.repeat(1024 * 1024) }) }, /larger than/],
]
for (const [line, reason] of emptyAnswers)
  test(`an answer that is none is an error: ${JSON.stringify(line).slice(0, 60)}`, async (t) => {
    const server = await modelServer(t, [line, line])
    assert.match(errorOf(await asking(t, [openaiAt(server.url)])), reason)
  })

const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'
const bomb = gzipSync(Buffer.alloc(100_000_000))
const again = (socket: Socket, text: string): void => {
  const timer = setInterval(() => socket.write(text), 10)
  socket.on('close', () => clearInterval(timer))
}

const hostile: readonly (readonly [string, (socket: Socket) => void, RegExp])[] = [
  [
    'unpacks to a hundred megabytes',
    (socket) => {
      socket.write(`${head}content-encoding: gzip\r\n\r\n`)
      socket.write(bomb)
    },
    /larger than 1048576 bytes/,
  ],
  [
    'unpacks twice',
    (socket) => {
      socket.write(`${head}content-encoding: gzip, gzip\r\n\r\n`)
      socket.write(gzipSync(bomb))
    },
    /larger than 1048576 bytes/,
  ],
  [
    'comes byte by byte',
    (socket) => {
      socket.write(`${head}\r\n`)
      again(socket, ' ')
    },
    /no answer within 1000 ms/,
  ],
  [
    'is a stream of comments without end',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n')
      again(socket, ': hello\n\n')
    },
    /no answer within 1000 ms/,
  ],
]
for (const [what, answer, reason] of hostile)
  test(`an answer that ${what} costs no more than its bound, and its connection is cut`, async (t) => {
    const server = await rawReceiver(t, answer)
    const error = errorOf(await asking(t, [{ ...openaiAt(server.url), timeout: 1 }]))
    assert.match(error, reason)
    await server.allGone()
  })

test('a missing key is named with the cure, and the provider is not asked', async (t) => {
  const server = await modelServer(t, [])
  const error = errorOf(await asking(t, [{ ...openaiAt(server.url), key: 'OTHER' }]))
  assert.match(error, /DRAGOMAN_SECRET_OTHER/)
  const { key: _, ...keyless } = openaiAt(server.url)
  process.env['OPENAI_API_KEY'] = 'from the environment'
  t.after(() => delete process.env['OPENAI_API_KEY'])
  assert.match(errorOf(await asking(t, [keyless])), /needs a key/)
  assert.equal(server.requests.length, 0)
})

test('a base_url in a private network is refused unless the operator allows it', async (t) => {
  const server = await modelServer(t, [])
  const models = [server.url, server.url.replace('http:', 'https:'), 'https://169.254.169.254'].map(openaiAt)
  for (const model of models) {
    const error = errorOf(await asking(t, [model], {}, { allowPrivate: false }))
    assert.match(error, /private, local or reserved|loopback/, model.base_url)
  }
  assert.equal(server.requests.length, 0)
})

test('a tool of an MCP server is offered as its server describes it, and not at all when it does not', async (t) => {
  const server = await modelServer(t, [{ tool: { name: 'mcp_crm_find', input: { id: 7 } } }])
  const described = new Map([
    [
      'mcp.crm.find',
      {
        description: 'Finds a customer',
        parameters: { type: 'object', properties: { id: { type: 'number' } } },
      },
    ],
  ])
  const tools = ['mcp.crm.find', 'mcp.crm.gone'].map((name) => ({ name, description: '' }))
  const answer = await asking(t, [openaiAt(server.url)], { tools }, { describeTools: async () => described })
  assert.ok(answer.ok, errorOf(answer))
  const sent = JSON.stringify(server.requests[0]?.body)
  assert.match(sent, /Finds a customer/)
  assert.doesNotMatch(sent, /mcp_crm_gone/)
})
