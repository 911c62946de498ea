import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { DocumentMcpServer } from '../../src/brain/document/document.ts'
import type { Answer } from '../../src/brain/turn-types.ts'
import { createAnswerAsk } from '../../src/outside/answer-asks.ts'
import { createMcpCaller, type McpCaller } from '../../src/outside/call-mcp-tool.ts'
import { createCheckedFetch } from '../../src/outside/checked-fetch.ts'
import { circumstancesOf } from './circumstances.ts'
import { toolServer } from './mcp-server.ts'

const tools = ['find_order', 'say', 'fail', 'flood', 'sleep', 'gone']

const shopAt = (url: string, changes: Partial<DocumentMcpServer> = {}) =>
  circumstancesOf({ mcp_servers: [{ id: 'shop', url, tools, ...changes }] })

const callerFor = (t: TestContext, allowPrivate = true): McpCaller => {
  const checked = createCheckedFetch({ allowPrivate, answerBytesMax: 256 * 1024 })
  t.after(checked.close)
  return createMcpCaller({
    secrets: new Map([
      ['SHOP', 'shop-key'],
      ['WRONG', 'wrong'],
    ]),
    fetch: checked.fetch,
  })
}

const calling = (
  caller: McpCaller,
  tool: string,
  circumstances: ReturnType<typeof shopAt>,
): Promise<Answer> => {
  const unused = (): never => assert.fail('not to be asked')
  const answerAsk = createAnswerAsk({ webhook: unused, model: unused, tool: caller.call })
  return answerAsk({ kind: 'tool', server_id: 'shop', tool, arguments: { order: '7' } }, circumstances)
}

const errorOf = (answer: Answer): string => (answer.ok ? 'it worked' : answer.error)

test('a tool of an MCP server is called with its arguments and answers with its structure, or its texts', async (t) => {
  const shop = await toolServer(t)
  const caller = callerFor(t)
  assert.deepEqual(await calling(caller, 'find_order', shopAt(shop.url)), {
    ok: true,
    value: { state: 'packed', boxes: 3 },
  })
  assert.deepEqual(await calling(caller, 'say', shopAt(shop.url)), {
    ok: true,
    value: { text: 'Order 7\nis packed' },
  })
})

test('the key goes as bearer token, beside the headers of the document', async (t) => {
  const shop = await toolServer(t)
  await calling(callerFor(t), 'say', shopAt(shop.url, { key: 'SHOP', headers: { 'X-Tenant': 'seven' } }))
  const calls = shop.requests.filter(({ rpc }) => rpc === 'tools/call')
  assert.equal(calls.length, 1)
  assert.equal(calls[0]?.headers.authorization, 'Bearer shop-key')
  assert.equal(calls[0]?.headers['x-tenant'], 'seven')
})

test("a tool's own error is told to the model as such", async (t) => {
  const shop = await toolServer(t)
  assert.deepEqual(await calling(callerFor(t), 'fail', shopAt(shop.url)), {
    ok: true,
    value: { is_error: true, text: 'no such order' },
  })
})

test('a tool that the document does not name is never called, though the server has it', async (t) => {
  const shop = await toolServer(t)
  assert.match(errorOf(await calling(callerFor(t), 'delete_all', shopAt(shop.url))), /no such tool/)
  assert.equal(shop.requests.length, 0)
})

test('the tools that the document names are described by their server, asked once for many turns', async (t) => {
  const shop = await toolServer(t)
  const caller = callerFor(t)
  const described = await caller.describe(shopAt(shop.url))
  assert.deepEqual(
    [...described.keys()].sort(),
    ['fail', 'find_order', 'flood', 'say', 'sleep'].map((name) => `mcp.shop.${name}`),
  )
  assert.equal(described.get('mcp.shop.find_order')?.description, 'Finds an order')
  assert.deepEqual(described.get('mcp.shop.find_order')?.parameters['required'], ['order'])
  await caller.describe(shopAt(shop.url))
  assert.equal(shop.requests.filter(({ rpc }) => rpc === 'tools/list').length, 1)
})

test('a server that is down describes nothing and stops no turn', async (t) => {
  const shop = await toolServer(t)
  const circumstances = circumstancesOf({
    mcp_servers: [
      { id: 'down', url: 'http://127.0.0.1:9/mcp', tools: ['a'] },
      { id: 'shop', url: shop.url, tools: ['say'] },
    ],
  })
  assert.deepEqual([...(await callerFor(t).describe(circumstances)).keys()], ['mcp.shop.say'])
})

test('a tool that takes pages to describe its arguments is not offered, because every question would pay for it', async (t) => {
  const shop = await toolServer(t)
  const circumstances = circumstancesOf({
    mcp_servers: [{ id: 'shop', url: shop.url, tools: ['wide', 'say'] }],
  })
  assert.deepEqual([...(await callerFor(t).describe(circumstances)).keys()], ['mcp.shop.say'])
})

test('an answer over 256 KiB is refused', async (t) => {
  const shop = await toolServer(t)
  assert.match(errorOf(await calling(callerFor(t), 'flood', shopAt(shop.url))), /larger than 262144 bytes/)
})

test('a tool that does not answer is given up in its time', async (t) => {
  const shop = await toolServer(t)
  assert.match(
    errorOf(await calling(callerFor(t), 'sleep', shopAt(shop.url, { timeout: 1 }))),
    /no answer within 1000 ms/,
  )
})

test('a key that is refused or missing is told, and not shown', async (t) => {
  const shop = await toolServer(t)
  const refused = errorOf(await calling(callerFor(t), 'say', shopAt(shop.url, { key: 'WRONG' })))
  assert.doesNotMatch(refused, /wrong/)
  assert.match(
    errorOf(await calling(callerFor(t), 'say', shopAt(shop.url, { key: 'OTHER' }))),
    /DRAGOMAN_SECRET_OTHER/,
  )
})

test('a server in a private network is refused unless the operator allows it', async (t) => {
  const shop = await toolServer(t)
  for (const url of [shop.url, 'https://10.0.0.1/mcp', 'https://[::1]/mcp'])
    assert.match(
      errorOf(await calling(callerFor(t, false), 'say', shopAt(url))),
      /private, local or reserved|loopback/,
    )
  assert.equal(shop.requests.length, 0)
})
