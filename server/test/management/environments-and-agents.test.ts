import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { assertRefused, type Item, operatorOf } from '../support/operator.ts'
import { addParrot } from '../support/parrot.ts'
import type { Received } from '../support/receiver.ts'

const dragoman = await testDragoman({ after }, { demo: false, secrets: new Map([['KNOWN', 'a-secret']]) })
const operator = operatorOf(dragoman)

const documentThatSays = (text: string, name = 'Greeter') => ({
  agent: { name },
  intents: [
    { intent: 'hello', examples: ['hello', 'hi there', 'good morning', 'good day to you', 'hey'] },
    { intent: 'bye', examples: ['bye', 'goodbye', 'see you', 'until next time', 'farewell'] },
  ],
  workflows: [
    {
      workflow_id: 'main',
      name: 'Main',
      nodes: [
        {
          node_id: 'hello',
          name: 'Hello',
          type: 'intent',
          intent: 'hello',
          actions: [{ type: 'text', texts: [text] }],
        },
        {
          node_id: 'bye',
          name: 'Bye',
          type: 'intent',
          intent: 'bye',
          actions: [{ type: 'text', texts: ['Bye!'] }],
        },
      ],
    },
  ],
})

const publishNew = async (draft: object): Promise<string> => {
  const made = await operator.post('/agents', { draft })
  assert.equal(made.status, 201, made.text)
  const agentId = String(made.body['agent_id'])
  const published = await operator.post(`/agents/${agentId}/publish`)
  assert.equal(published.status, 201, published.text)
  assert.equal(published.body['agent_id'], agentId)
  assert.equal(published.body['version'], 1)
  return agentId
}

const textOf = (one: Received | undefined): string => {
  const event = one?.event as Item
  return event?.output?.responses?.[0]?.text
}

test('the bundles of an environment are in the agent’s sight with the next turn', async () => {
  const agentId = await publishNew(documentThatSays('Call {{$global.shop.phone}} ({{$global.client_url}})'))
  const customer = await addCustomer({ after }, dragoman)
  await operator.patch(`/environments/${customer.environmentId}`, { agent_id: agentId })
  const path = `/environments/${customer.environmentId}/bundles`
  const set = await operator.put(`${path}/shop`, { values: { phone: '555-1' } })
  assert.deepEqual(set.body, { bundle: 'shop', values: { phone: '555-1' } })
  const session = await customer.api.open({ context: { global: { client_url: 'https://shop.example' } } })
  await customer.api.say(session.path, 'hello')
  const [first] = await customer.receiver.until((accepted) => accepted.length === 1)
  assert.equal(textOf(first), 'Call 555-1 (https://shop.example)')
  await operator.put(`${path}/shop`, { values: { phone: '555-2' } })
  await customer.api.say(session.path, 'hello')
  const [, second] = await customer.receiver.until((accepted) => accepted.length === 2)
  assert.equal(textOf(second), 'Call 555-2 (https://shop.example)')
  assert.deepEqual((await operator.get(path)).body['items'], [{ bundle: 'shop', values: { phone: '555-2' } }])
  assert.equal((await operator.remove(`${path}/shop`)).status, 204)
  assertRefused(await operator.remove(`${path}/shop`), 404, 'not-found', /bundle/)
  assertRefused(await operator.put(`${path}/a.b`, { values: {} }), 400, 'invalid-payload', /bundle/)
  assertRefused(await operator.put(`${path}/__proto__`, { values: {} }), 400, 'invalid-payload', /^bundle: /)
  assertRefused(
    await operator.put(`${path}/shop`, { values: { 'a name': 1 } }),
    400,
    'invalid-payload',
    /^values: has a name that is not 1 to 128 letters/,
  )
  assertRefused(
    await operator.put(`${path}/shop`, { values: { text: 'x'.repeat(40_000) } }),
    400,
    'invalid-payload',
    /32768/,
  )
})

test('an agent is made, read, changed and listed with what is published of it', async () => {
  const made = await operator.post('/agents', { name: 'Helper' })
  assert.equal(made.status, 201, made.text)
  const agentId = String(made.body['agent_id'])
  const shown = (await operator.get(`/agents/${agentId}`)).body as Item
  assert.equal(shown.name, 'Helper')
  assert.equal(shown.newest_version, null)
  assert.deepEqual(shown.draft, { agent: { name: 'Helper' }, intents: [], workflows: [] })

  const draft = documentThatSays('Hello!')
  const kept = await operator.put(`/agents/${agentId}/draft`, draft)
  assert.equal(kept.status, 200, kept.text)
  assert.equal(kept.body['name'], 'Greeter')
  assert.deepEqual(((await operator.get(`/agents/${agentId}`)).body as Item).draft, draft)

  await operator.post(`/agents/${agentId}/publish`)
  const second = await operator.post(`/agents/${agentId}/publish`)
  assert.deepEqual([second.status, second.body], [201, { agent_id: agentId, version: 2, warnings: [] }])
  const listed = (await operator.all('/agents?limit=1')).find((agent) => agent.agent_id === agentId)
  assert.equal(listed.newest_version, 2)
  assert.equal(listed.draft, undefined)
})

test('a draft that cannot run is refused with every fault, its place and its cure, and nothing changes', async () => {
  const draft = documentThatSays('Hello!')
  const agentId = await publishNew(draft)
  const broken = {
    ...draft,
    workflows: [
      {
        workflow_id: 'main',
        name: 'Main',
        nodes: [
          {
            node_id: 'a',
            name: 'A',
            type: 'intent',
            intent: 'nobody',
            actions: [{ type: 'jump', node_id: 'b' }],
          },
        ],
      },
    ],
  }
  const refused = await operator.put(`/agents/${agentId}/draft`, broken)
  assertRefused(refused, 400, 'invalid-payload', /workflows\[0\]\.nodes\[0\]/)
  const errors = refused.body['errors'] as Item[]
  assert.ok(errors.length >= 2)
  for (const error of errors) assert.ok(error.path && error.message && error.cure, JSON.stringify(error))
  assertRefused(await operator.post('/agents', { draft: broken }), 400, 'invalid-payload', /nobody/)
  assert.deepEqual(((await operator.get(`/agents/${agentId}`)).body as Item).draft, draft)
})

test('whoever publishes an agent is told which of its secrets the server does not have', async () => {
  const draft = {
    ...documentThatSays('Hello!'),
    webhooks: [
      { id: 'log', kind: 'pre_message', url: 'https://example.com/log', token: 'LOG' },
      { id: 'open', kind: 'post_message', url: 'https://example.com/open' },
    ],
    models: [{ provider: 'openai', model: 'any', key: 'KNOWN' }],
  }
  const made = await operator.post('/agents', { draft })
  const { warnings } = (await operator.post(`/agents/${made.body['agent_id']}/publish`)).body
  assert.deepEqual(warnings, [
    {
      path: 'webhooks[0].token',
      message: 'names the secret LOG, which this server does not have',
      cure: 'set DRAGOMAN_SECRET_LOG where the server runs',
    },
  ])
})

test('an agent or environment that does not exist is told so by every endpoint', async () => {
  const agent = `/agents/${randomUUID()}`
  assertRefused(await operator.get(agent), 404, 'not-found', /agent_id/)
  assertRefused(await operator.put(`${agent}/draft`, documentThatSays('x')), 404, 'not-found', /agent_id/)
  assertRefused(await operator.post(`${agent}/publish`), 404, 'not-found', /agent_id/)
  const environment = `/environments/${randomUUID()}`
  assertRefused(await operator.patch(environment, { name: 'x' }), 404, 'not-found', /environment_id/)
})

test('bodies of the wrong form are refused by field', async () => {
  assertRefused(await operator.post('/agents', { nme: 'x' }), 400, 'invalid-payload', /"nme"/)
  assertRefused(await operator.post('/environments', {}), 400, 'invalid-payload', /^name: is required/)
  const over = await operator.post('/environments', { name: 'x', keep_alive: 901 })
  assertRefused(over, 400, 'invalid-payload', /^keep_alive: must be at most 900/)
  const unknown = await operator.post('/environments', { name: 'x', agent_id: randomUUID() })
  assertRefused(unknown, 400, 'invalid-payload', /^agent_id: there is no agent/)
})

test('a name that cannot be stored is refused, wherever it comes from', async () => {
  const draft = documentThatSays('Hello!', 'a\u0000b')
  assertRefused(await operator.post('/agents', { draft }), 400, 'invalid-payload', /name/)
  const agentId = await publishNew(documentThatSays('Hello!'))
  assertRefused(await operator.put(`/agents/${agentId}/draft`, draft), 400, 'invalid-payload', /name/)
  assertRefused(await operator.post('/agents', { name: 'a\u0000b' }), 400, 'invalid-payload', /^name: /)
  assertRefused(await operator.post('/environments', { name: 'a\u0000b' }), 400, 'invalid-payload', /^name: /)
})

test('a document with thousands of phrases is taken, and one beyond the limit is told so', async () => {
  const draft = documentThatSays('Hello!')
  const filler = (count: number) =>
    Array.from({ length: count }, (_, index) => `phrase number ${index} ${'and so on '.repeat(20)}`)
  const [first, ...others] = draft.intents
  const large = { ...draft, intents: [{ ...first, examples: filler(2000) }, ...others] }
  assert.equal((await operator.post('/agents', { draft: large })).status, 201)
  const tooLarge = { ...draft, note: 'x'.repeat(11 * 1024 * 1024) }
  assertRefused(
    await operator.post('/agents', { draft: tooLarge }),
    413,
    'payload-too-large',
    /10485760 bytes/,
  )
})

test('what is published answers new sessions at once, while a running one stays on its version', async () => {
  const customer = await addCustomer({ after }, dragoman)
  const agentId = await publishNew(documentThatSays('Hello, first.'))
  const environment = `/environments/${customer.environmentId}`
  const changed = await operator.patch(environment, { agent_id: agentId, keep_alive: 300 })
  assert.deepEqual(changed.body, {
    environment_id: customer.environmentId,
    name: 'test',
    keep_alive: 300,
    agent_id: agentId,
    agent_version: null,
  })
  const running = await customer.api.open()
  await operator.put(`/agents/${agentId}/draft`, documentThatSays('Hello, second.'))
  assert.equal((await operator.post(`/agents/${agentId}/publish`)).body['version'], 2)
  const fresh = await customer.api.open()
  await customer.api.say(running.path, 'hello')
  await customer.api.say(fresh.path, 'hello')
  const answers = await customer.receiver.until((accepted) => accepted.length === 2)
  const bySession = new Map(answers.map((one) => [one.event.session_id, textOf(one)]))
  assert.equal(bySession.get(running.sessionId), 'Hello, first.')
  assert.equal(bySession.get(fresh.sessionId), 'Hello, second.')

  // Back to the first one, without publishing anything.
  assert.equal((await operator.patch(environment, { agent_version: 1 })).status, 200)
  const back = await customer.api.open()
  await customer.api.say(back.path, 'hello')
  const [, , third] = await customer.receiver.until((accepted) => accepted.length === 3)
  assert.equal(textOf(third), 'Hello, first.')
})

test('an environment takes only agents and versions that exist, and forgets the version with the agent', async () => {
  const agentId = await publishNew(documentThatSays('Hello!'))
  const made = await operator.post('/environments', { name: 'Stage', agent_id: agentId })
  assert.equal(made.status, 201, made.text)
  const path = `/environments/${made.body['environment_id']}`
  const unpublished = await operator.patch(path, { agent_version: 2 })
  assertRefused(unpublished, 400, 'invalid-payload', /^agent_version: 2 is not published; the newest is 1/)
  assert.equal((await operator.patch(path, { agent_version: 1 })).body['agent_version'], 1)
  const other = await addParrot(dragoman.deps.db)
  assert.deepEqual(
    [(await operator.patch(path, { agent_id: other })).body].map((one) => [
      one['agent_id'],
      one['agent_version'],
    ]),
    [[other, null]],
  )
  assert.equal((await operator.patch(path, { agent_id: null })).body['agent_id'], null)
  const nobody = await operator.patch(path, { agent_version: 1 })
  assertRefused(nobody, 400, 'invalid-payload', /^agent_version: needs an agent_id/)
})
