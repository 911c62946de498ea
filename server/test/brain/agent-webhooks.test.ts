import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DocumentNode } from '../../src/brain/document/document.ts'
import type { Answer, Ask, WebhookAsk } from '../../src/brain/turn-types.ts'
import type { Json } from '../../src/domain/json.ts'
import { conversation, textsOf } from './conversation.ts'
import { says, smallDocument } from './small-document.ts'

const track: DocumentNode = {
  node_id: 'track',
  name: 'Track an order',
  type: 'intent',
  intent: 'track',
  requisites: [
    {
      save_as: 'order_id',
      prompt: [{ type: 'text', texts: ['Which order?'] }],
      validate: { pattern: '[A-Z]\\d{4}' },
    },
  ],
  actions: [
    {
      type: 'webhook',
      webhook_id: 'orders',
      fallback: [{ type: 'text', texts: ['I cannot see the orders now.'] }],
    },
  ],
  conditions: [
    {
      match: 'all',
      rules: [{ operator: 'equal', name: 'order.state', value: 'shipped' }],
      actions: [says('Order {{$order_id}} comes on {{$order.day}}.')],
    },
  ],
}

const shop = (webhooks: NonNullable<ReturnType<typeof smallDocument>['webhooks']> = []) => ({
  ...smallDocument({
    intents: [
      {
        intent: 'track',
        examples: [
          'where is my order',
          'track my parcel',
          'has it shipped',
          'order status',
          'my delivery is late',
        ],
      },
    ],
    nodes: [track],
  }),
  webhooks: [{ id: 'orders', url: 'https://shop.example/orders', kind: 'action' as const }, ...webhooks],
})

const answering = (value: Json) => {
  const asked: WebhookAsk[] = []
  const answer = (ask: Ask): Answer => {
    if (ask.kind !== 'webhook') return { ok: false, error: 'not here' }
    asked.push(ask)
    return { ok: true, value }
  }
  return { asked, answer }
}

test('what a webhook answers as context is usable at once by the conditions behind it', () => {
  const { asked, answer } = answering({ context: { order: { state: 'shipped', day: 'Friday' } } })
  const talk = conversation(shop(), { answer, context: { tags: ['vip'] } })
  talk('where is my order')
  const result = talk('A1234')
  assert.deepEqual(textsOf(result), ['Order A1234 comes on Friday.'])
  assert.deepEqual(result.contextPatch, { order_id: 'A1234', order: { state: 'shipped', day: 'Friday' } })
  const [ask] = asked
  assert.equal(ask?.webhook_id, 'orders')
  assert.deepEqual(Object.keys(ask?.body ?? {}).sort(), [
    'brain_id',
    'channel',
    'context',
    'debug',
    'entities',
    'input',
    'intents',
    'lang',
    'session_id',
    'tags',
  ])
  assert.deepEqual(ask?.body['tags'], ['vip'])
  assert.deepEqual(ask?.body['input'], { text: 'A1234' })
  assert.deepEqual(ask?.body['debug'], { dialog_stack: ['track'] })
})

test('`output`, the older name of context, works too, and responses are said', () => {
  const { answer } = answering({
    output: { order: { state: 'lost' } },
    responses: [{ type: 'text', text: 'Hello from the shop.', options: [{ label: 'Ok', text: 'ok' }] }],
  })
  const talk = conversation(shop(), { answer })
  talk('where is my order')
  const result = talk('A1234')
  assert.deepEqual(textsOf(result), ['Hello from the shop.'])
  assert.deepEqual(result.contextPatch?.['order'], { state: 'lost' })
})

test('a webhook that fails or answers nonsense runs the fallback, and the trace says why', () => {
  const nonsense: Answer[] = [
    { ok: false, error: 'answered 500' },
    { ok: true, value: 'text' },
    { ok: true, value: { responses: [{ type: 'text' }] } },
    { ok: true, value: { responses: [{ type: 'image', url: 'javascript:alert(1)' }] } },
    { ok: true, value: { context: [1] } },
    { ok: true, value: { context: { big: 'x'.repeat(40_000) } } },
  ]
  for (const answer of nonsense) {
    const talk = conversation(shop(), { answer: () => answer })
    talk('where is my order')
    const result = talk('A1234')
    assert.deepEqual(textsOf(result), ['I cannot see the orders now.'])
    assert.ok(result.trace.notes.some((note) => note.startsWith('webhook orders: ')))
  }
})

test('a webhook cannot change what is ours', () => {
  const { answer } = answering({
    context: { 'sys-session': 'x', channels: {}, user: { user_id: 'x', name: 'Ada' } },
  })
  const talk = conversation(shop(), { answer })
  talk('where is my order')
  assert.deepEqual(talk('A1234').contextPatch, { order_id: 'A1234', user: { name: 'Ada' } })
})

test('webhooks around a message: first_message once, pre_message each time; one that speaks answers in the agent’s place', () => {
  const kinds: string[] = []
  const answer = (ask: Ask): Answer => {
    if (ask.kind !== 'webhook') return { ok: false, error: 'not here' }
    kinds.push(ask.webhook_id)
    const isPaused = ask.webhook_id === 'pre' && kinds.length > 2
    return {
      ok: true,
      value: isPaused
        ? { responses: [{ type: 'text', text: 'We are closed.' }] }
        : { context: { seen: true } },
    }
  }
  const url = 'https://shop.example/hook'
  const document = shop([
    { id: 'first', url, kind: 'first_message' },
    { id: 'pre', url, kind: 'pre_message' },
  ])
  const talk = conversation(document, { answer })
  const first = talk('the bill please')
  assert.deepEqual(textsOf(first), ['Here is your bill.'])
  assert.deepEqual(first.contextPatch, { seen: true })
  assert.deepEqual(textsOf(talk('the bill please')), ['We are closed.'])
  assert.deepEqual(kinds, ['first', 'pre', 'pre'])
})

test('a post_message webhook sees what the agent says and may say something else instead', () => {
  const bodies: Json[] = []
  const answer = (ask: Ask): Answer => {
    if (ask.kind !== 'webhook') return { ok: false, error: 'not here' }
    bodies.push(ask.body['output'] ?? null)
    return {
      ok: true,
      value: bodies.length === 1 ? {} : { responses: [{ type: 'text', text: 'Reworded.' }] },
    }
  }
  const talk = conversation(shop([{ id: 'post', url: 'https://shop.example/p', kind: 'post_message' }]), {
    answer,
  })
  assert.deepEqual(textsOf(talk('the bill please')), ['Here is your bill.'])
  assert.deepEqual(textsOf(talk('the bill please')), ['Reworded.'])
  assert.deepEqual(bodies[0], { responses: [{ type: 'text', text: 'Here is your bill.' }] })
})

test('a webhook that must not fail stops the turn; one that may is left out', () => {
  const answer = (): Answer => ({ ok: false, error: 'no connection' })
  const hook = { id: 'pre', url: 'https://shop.example/p', kind: 'pre_message' as const }
  const strict = conversation(shop([{ ...hook, fail_on_error: true }]), { answer })('the bill please')
  assert.notDeepEqual(textsOf(strict), ['Here is your bill.'])
  assert.deepEqual(strict.trace.path, ['pre_message webhook', 'fallen back'])
  assert.deepEqual(textsOf(conversation(shop([hook]), { answer })('the bill please')), ['Here is your bill.'])
})
