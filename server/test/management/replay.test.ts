import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { addCustomer, type Customer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { assertRefused, type Item, operatorOf } from '../support/operator.ts'

const dragoman = await testDragoman({ after }, { demo: false })
const operator = operatorOf(dragoman)

/** The customer's own system, as the agent's webhook knows it. */
let ordersAsked = 0
const orders = createServer((request, response) => {
  ordersAsked++
  request.resume().on('end', () => response.end(JSON.stringify({ context: { order: { state: 'sent' } } })))
}).listen(0, '127.0.0.1')
after(() => void orders.close())
const ordersUrl = () => `http://127.0.0.1:${(orders.address() as AddressInfo).port}/`

interface ShopNode {
  readonly node_id: string
  readonly name: string
  readonly type: string
  readonly intent?: string
  readonly actions: object[]
}

const says = (...texts: string[]) => ({ type: 'text', texts })
const node = (intent: string, ...actions: object[]): ShopNode => ({
  node_id: intent,
  name: intent,
  type: 'intent',
  intent,
  actions,
})

const shop = (changes: { readonly plans?: string; readonly more?: readonly ShopNode[] } = {}) => ({
  agent: { name: 'Shop', starting_node_id: 'welcome' },
  intents: [
    {
      intent: 'plans',
      examples: [
        'which plans are there',
        'show me the plans',
        'plans please',
        'list all plans',
        'what can I book',
      ],
    },
    {
      intent: 'order',
      examples: ['where is my order', 'order status', 'track my parcel', 'has it been sent', 'my delivery'],
    },
    {
      intent: 'joke',
      examples: ['tell me a joke', 'make me laugh', 'something funny', 'humour me', 'a good joke please'],
    },
    {
      intent: 'person',
      examples: ['get me a human', 'an agent please', 'talk to somebody real', 'a person', 'call staff'],
    },
  ],
  webhooks: [{ id: 'orders', url: ordersUrl(), kind: 'action' }],
  workflows: [
    {
      workflow_id: 'main',
      name: 'Main',
      nodes: [
        { node_id: 'welcome', name: 'Welcome', type: 'event', actions: [says('Welcome!')] },
        node(
          'plans',
          { type: 'set_variables', variables: { topic: 'plans' } },
          says(changes.plans ?? 'Small and large.'),
        ),
        node('order', { type: 'webhook', webhook_id: 'orders' }, says('It is {{$order.state}}.')),
        node('joke', says('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')),
        node('person', { type: 'handover' }),
        ...(changes.more ?? []),
      ],
    },
  ],
})

const talk = async (customer: Customer, ...texts: string[]): Promise<string> => {
  const session = await customer.api.open({ channel_user_id: 'someone', context: { vip: true } })
  const turns = texts.length + 1
  const isDone = async (): Promise<boolean> => {
    const { body } = await operator.get(`/sessions/${session.sessionId}/trace`)
    return (body['items'] as Item[]).filter(({ outcome }) => outcome !== null).length >= turns
  }
  for (const text of texts) await customer.api.say(session.path, text)
  await customer.receiver.until(() => true)
  while (!(await isDone())) await new Promise((resolve) => setImmediate(resolve))
  return session.sessionId
}

const agentOf = async (customer: Customer): Promise<string> => {
  const made = await operator.post('/agents', { draft: shop() })
  const agentId = String(made.body['agent_id'])
  const published = await operator.post(`/agents/${agentId}/publish`)
  assert.equal(published.status, 201, published.text)
  await operator.patch(`/environments/${customer.environmentId}`, { agent_id: agentId })
  return agentId
}

const customer = await addCustomer({ after }, dragoman)
const agentId = await agentOf(customer)
const first = await talk(customer, 'which plans are there', 'tell me a joke', 'where is my order', 'qwertz')
const second = await talk(customer, 'where is my order', 'show me the plans', 'get me a human')
const third = await talk(customer, 'make me laugh', 'something funny')
const turnsInAll = 12

const replay = async (body: object = {}): Promise<Item> => {
  const answer = await operator.post(`/agents/${agentId}/replay`, body)
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}
const changedTurns = (report: Item): string[] =>
  report.conversations
    .flatMap(({ session_id, turns }: Item) => turns.map(({ turn }: Item) => `${session_id} ${turn}`))
    .sort()
const whatOf = (report: Item): string[] => [
  ...new Set<string>(
    report.conversations.flatMap(({ turns }: Item) =>
      turns.flatMap(({ differences }: Item) => differences.map(({ what }: Item) => what)),
    ),
  ),
]
const draft = async (document: object): Promise<void> => {
  const kept = await operator.put(`/agents/${agentId}/draft`, document)
  assert.equal(kept.status, 200, kept.text)
}

for (const mode of ['turn_by_turn', 'threaded'])
  test(`recorded conversations replayed ${mode} on their own version give no difference at all`, async () => {
    const report = await replay({ version: 1, against: 'recorded', mode })
    const { totals } = report
    assert.deepEqual(report.conversations, [])
    assert.deepEqual(
      [
        totals.conversations,
        totals.turns,
        totals.turns_changed,
        totals.turns_identical,
        totals.turns_refused,
      ],
      [3, turnsInAll, 0, turnsInAll, 0],
    )
    assert.deepEqual(totals.containment, { before: 2 / 3, after: 2 / 3 })
  })

test('a replay asks nobody outside and leaves the conversations as they are', async () => {
  const before = [ordersAsked, (await operator.get(`/sessions/${first}/trace`)).text]
  await replay({ version: 1 })
  assert.deepEqual([ordersAsked, (await operator.get(`/sessions/${first}/trace`)).text], before)
  assert.equal(ordersAsked, 2)
})

test('a changed node is found in exactly the turns that walked it', async () => {
  await draft(shop({ plans: 'Tiny and huge.' }))
  const report = await replay()
  assert.deepEqual(changedTurns(report), [`${first} 2`, `${second} 3`].sort())
  assert.deepEqual(whatOf(report), ['responses'])
  const { totals } = report
  assert.deepEqual(
    [totals.turns_changed, totals.turns_identical, totals.changed.responses],
    [2, turnsInAll - 2, 2],
  )
  const [difference] = report.conversations.find(({ session_id }: Item) => session_id === first).turns[0]
    .differences
  assert.equal(difference.before[0].text, 'Small and large.')
  assert.equal(difference.after[0].text, 'Tiny and huge.')
})

test('a phrase that moved to another intent is found in exactly the turns that said it', async () => {
  const moved = shop()
  for (const intent of moved.intents)
    intent.examples = intent.examples.filter((text) => text !== 'where is my order')
  moved.intents[2]?.examples.push('where is my order')
  await draft(moved)
  const report = await replay()
  const said = report.conversations.flatMap(({ turns }: Item) =>
    turns
      .filter(({ differences }: Item) => differences.some(({ what }: Item) => what === 'intent'))
      .map(({ said }: Item) => said),
  )
  assert.deepEqual([...new Set(said)], ['where is my order'])
  assert.equal(said.length, 2)
})

test('what was not asked when it was recorded is a finding, and nobody is asked now', async () => {
  const asking = shop()
  asking.workflows[0]?.nodes[3]?.actions.unshift({ type: 'webhook', webhook_id: 'orders' })
  await draft(asking)
  const asked = ordersAsked
  const report = await replay()
  assert.equal(report.totals.changed.unrecorded_ask, 3)
  assert.deepEqual(
    report.conversations.find(({ session_id }: Item) => session_id === third).turns[0].differences.at(-1),
    { what: 'unrecorded_ask', before: null, after: { kind: 'webhook', webhook_id: 'orders' } },
  )
  assert.equal(ordersAsked, asked)
})

test('threaded, a conversation ends where the draft hands it over', async () => {
  const handing = shop()
  handing.workflows[0]?.nodes[1]?.actions.push({ type: 'handover' })
  await draft(handing)
  const report = await replay({ mode: 'threaded', sessions: [first] })
  assert.deepEqual(changedTurns(report), [`${first} 2`])
  assert.deepEqual([report.totals.turns, report.totals.turns_unreached], [2, 3])
  assert.deepEqual(report.totals.containment, { before: 1, after: 0 })
  const byTurn = await replay({ sessions: [first] })
  assert.deepEqual([byTurn.totals.turns, byTurn.totals.turns_unreached], [5, 0])
})

test('publishing can show its impact first, and then publishes nothing', async () => {
  await draft(shop({ plans: 'Tiny and huge.' }))
  const dry = await operator.post(`/agents/${agentId}/publish?dry_run=true&last=2`)
  assert.equal(dry.status, 200, dry.text)
  const { totals } = dry.body as Item
  assert.deepEqual([totals.conversations, totals.turns_changed], [2, 1])
  assert.equal(((await operator.get(`/agents/${agentId}`)).body as Item).newest_version, 1)
})

test('a dry run that is asked for wrongly is refused, and publishes nothing', async () => {
  const publish = `/agents/${agentId}/publish`
  assertRefused(await operator.post(`${publish}?dryrun=true`), 400, 'invalid-payload', /"dryrun"/)
  assertRefused(await operator.post(publish, { dry_run: true }), 400, 'invalid-payload', /"dry_run"/)
  assert.equal(((await operator.get(`/agents/${agentId}`)).body as Item).newest_version, 1)
})

test('a replay can be watched', async () => {
  const answer = await operator.post(
    `/agents/${agentId}/replay`,
    { version: 1 },
    { accept: 'application/x-ndjson' },
  )
  const lines = answer.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    lines.slice(0, 3),
    [1, 2, 3].map((done) => ({ progress: { done, total: 3 } })),
  )
  assert.equal(lines[3].report.totals.turns, turnsInAll)
  assert.equal(lines.length, 4)
})

test('a replay of what is not there is refused', async () => {
  const path = `/agents/${agentId}/replay`
  assertRefused(await operator.post(path, { version: 99 }), 404, 'not-found', /no version 99/)
  assertRefused(
    await operator.post(path, { sessions: [agentId] }),
    404,
    'session-not-found',
    /had no session/,
  )
  assertRefused(await operator.post(`/agents/${first}/replay`, {}), 404, 'not-found')
  assertRefused(await operator.post(path, { last: 0 }), 400, 'invalid-payload', /last/)
})

test('a real conversation becomes a test that its agent passes', async () => {
  const answer = await operator.get(`/sessions/${second}/as-test`)
  assert.equal(answer.status, 200, answer.text)
  const { test: made, yaml } = answer.body as Item
  assert.match(yaml, /user: show me the plans\n/)
  assert.deepEqual(
    made.turns
      .filter(({ advance }: Item) => advance === undefined)
      .map(({ user, expect }: Item) => [user, expect?.node, expect?.events]),
    [
      [undefined, 'welcome', []],
      ['where is my order', 'order', []],
      ['show me the plans', 'plans', []],
      ['get me a human', 'person', ['handover']],
    ],
  )
  assert.deepEqual(made.turns.find(({ user }: Item) => user === 'where is my order').expect.responses, [
    { exact: 'It is sent.' },
  ])
  assert.deepEqual(made.answers, [{ webhook: 'orders', response: { context: { order: { state: 'sent' } } } }])
  await draft({ ...shop(), tests: [made] })
  const tested = await operator.post(`/agents/${agentId}/test`, {})
  assert.equal((tested.body as Item).passed, true, tested.text)
  await draft({ ...shop({ plans: 'Tiny.' }), tests: [made] })
  assert.equal(((await operator.post(`/agents/${agentId}/test`, {})).body as Item).passed, false)
})
