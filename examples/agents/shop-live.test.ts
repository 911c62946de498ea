import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readAgentDirectory } from '../../server/src/outside/read-agent-directory.ts'
import { addCustomer } from '../../server/test/support/customer.ts'
import { testDragoman } from '../../server/test/support/dragoman.ts'
import { operatorOf } from '../../server/test/support/operator.ts'

/*
 * The shop as it runs at somebody's: Dragoman, the shop's own system as another process, and a customer who writes
 * over the channel API and reads what the signed webhook brings.
 */
const secret = 'a secret of the shop and Dragoman'
const shop = join(import.meta.dirname, 'shop')

const startOrders = async (): Promise<string> => {
  const child: ChildProcess = spawn(process.execPath, [join(shop, 'orders-webhook.ts')], {
    env: { ...process.env, SHOP_ORDERS: secret, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  after(() => void child.kill())
  assert.ok(child.stdout)
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data')
  const [url] = String(line).match(/http:\/\/\S+/) ?? []
  assert.ok(url, String(line))
  return url
}

const ordersUrl = await startOrders()
const dragoman = await testDragoman({ after }, { demo: false, secrets: new Map([['SHOP_ORDERS', secret]]) })
const customer = await addCustomer({ after }, dragoman)

const publishShop = async (): Promise<void> => {
  const operator = operatorOf(dragoman)
  const files = (await readAgentDirectory(shop, (path) => path.endsWith('.yaml'))).map(({ path, text }) => ({
    path,
    ...(text === undefined ? {} : { text: text.replaceAll('http://127.0.0.1:4600', ordersUrl) }),
  }))
  const { body: agent } = await operator.post('/agents', {})
  const kept = await operator.post(`/agents/${agent['agent_id']}/import`, { files })
  assert.equal(kept.status, 200, kept.text)
  const published = await operator.post(`/agents/${agent['agent_id']}/publish`, {})
  assert.equal(published.status, 201, published.text)
  const used = await operator.patch(`/environments/${customer.environmentId}`, {
    agent_id: agent['agent_id'],
  })
  assert.equal(used.status, 200, used.text)
}
await publishShop()

/** Opens a session and writes one message after the other, each after the answer to the one before. */
const talk = async (context: object, ...messages: readonly string[]): Promise<readonly string[]> => {
  const opened = await customer.api.post('/sessions', { context })
  const sessionId = opened.body['session_id']
  const spoken = (): readonly { readonly replyTo?: string; readonly text: string }[] =>
    customer.receiver.accepted.flatMap(({ event }) => {
      if (event.event_type !== 'message:brain_send' || event.session_id !== sessionId) return []
      const text = event.output.responses.map((one) => (one.type === 'text' ? one.text : `<${one.type}>`))
      return [{ ...(event.in_reply_to ? { replyTo: event.in_reply_to } : {}), text: text.join('\n') }]
    })
  const heard: string[] = []
  for (const text of messages) {
    const sent = await customer.api.post(`/sessions/${sessionId}/messages`, { input: { text } })
    const answer = () => spoken().find(({ replyTo }) => replyTo === sent.body['request_id'])
    await customer.receiver.until(() => answer() !== undefined)
    heard.push(answer()?.text ?? '')
  }
  return heard
}

test('the shop that is asked knows where the order is, and its words reach the customer', async () => {
  const [asked, found] = await talk({}, 'where is my order', 'll 10012')
  assert.match(asked ?? '', /number of your order/)
  assert.match(
    found ?? '',
    /^<pause>\nLL-10012 is on its way with Parcel Post and should be with you on \w+day/,
  )
})

test('an order that the shop does not know is not made up', async () => {
  const [answer = ''] = await talk({}, 'where is my order LL-99999')
  assert.match(answer, /I find no order LL-99999/)
})

test('a shop that answers too late is said to be silent, and the conversation goes on', async () => {
  const [late = '', next = ''] = await talk({}, 'where is my order LL-10017', 'how much is the Aurora')
  assert.match(late, /does not answer right now, so I cannot look up LL-10017/)
  assert.match(next, /Aurora is 79 euros, and 12 are in stock/)
})

test('who writes is looked up first, and gets a label for what came three days ago', async () => {
  const answers = await talk(
    { user: { email: 'ada@example.com' } },
    'I want to return something',
    'LL-10014',
    'changed my mind',
  )
  assert.match(answers.at(-1) ?? '', /label RT-10014 is on its way to ada@example.com/)
})

test('what came 60 days ago is not taken back', async () => {
  const answers = await talk(
    { user: { email: 'ada@example.com' } },
    'I want to return something',
    'LL-10015',
    'broken',
  )
  assert.match(answers.at(-1) ?? '', /delivered 60 days ago/)
})

test('the shop answers nobody who does not sign with its secret', async () => {
  for (const signature of [undefined, '', 'ab'.repeat(32)]) {
    const answer = await fetch(`${ordersUrl}/orders`, {
      method: 'POST',
      body: '{"context":{"order":{"number":"10012"}}}',
      headers: signature === undefined ? {} : { 'x-moveo-signature': signature },
    })
    assert.equal(answer.status, 401)
    assert.equal((await answer.text()).includes('shipped'), false)
  }
})
