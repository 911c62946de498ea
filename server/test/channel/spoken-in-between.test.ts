import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { type Item, operatorOf } from '../support/operator.ts'
import { slowServer } from '../support/slow-server.ts'

/** The word changes hands while the agent thinks, and is the agent's again before it has done thinking. */
const dragoman = await testDragoman({ after }, { demo: false })
const operator = operatorOf(dragoman)

const ann = { agent_id: 'ann', agent_name: 'Ann' }
const words = { agent: ann, input: { text: 'I have seen to it.' } }

/** The agent thinks about one message, and another one waits; `answer` lets it go on. */
const thinkingAgent = async (t: TestContext) => {
  const slow = await slowServer(t)
  const made = await operator.post('/agents', { draft: slowAgent(slow.url) })
  const agentId = made.body['agent_id']
  assert.equal((await operator.post(`/agents/${agentId}/publish`)).status, 201)
  const customer = await addCustomer(t, dragoman, { subscribedEvents: ['message:brain_send'] })
  await operator.patch(`/environments/${customer.environmentId}`, { agent_id: agentId })
  const { path, sessionId } = await customer.api.open()
  await customer.api.say(path, 'order it')
  await slow.asked
  await customer.api.say(path, 'good morning')
  const atDesk = async (verb: string, body: object): Promise<void> => {
    const answer = await operator.post(`/desk/sessions/${sessionId}/${verb}`, body)
    assert.ok(answer.status < 300, answer.text)
  }
  /** The user writes again, then the agent has done thinking: what it says until it has answered that message. */
  const saidAfterwards = async (): Promise<unknown[]> => {
    const last = await customer.api.say(path, 'good day to you')
    slow.answer()
    const events = await customer.receiver.until((accepted) =>
      accepted.some(({ event }) => 'in_reply_to' in event && event.in_reply_to === last),
    )
    return events.map(({ event }) =>
      'in_reply_to' in event && event.in_reply_to === last ? 'last' : 'older',
    )
  }
  const outcomes = async (): Promise<unknown[]> =>
    (await operator.all(`/sessions/${sessionId}/trace`)).map((turn: Item) => turn.outcome)
  return { customer, path, sessionId, atDesk, saidAfterwards, outcomes }
}

test('an answer thought before a person spoke is not said, though the agent has the word again', async (t) => {
  const { atDesk, saidAfterwards, outcomes, sessionId } = await thinkingAgent(t)
  await atDesk('take', { agent: ann })
  await atDesk('reply', words)
  await atDesk('hand-back', { agent: ann })
  assert.deepEqual(await saidAfterwards(), ['last'])
  assert.deepEqual(await outcomes(), ['silent', 'silent', 'answered'])
  const trace = await operator.get(`/sessions/${sessionId}/trace`)
  assert.match(trace.text, /the agent no longer had the word/)
})

test('nor when that person is in the system of the customer, and the conversation was closed meanwhile', async (t) => {
  const { customer, path, saidAfterwards, outcomes } = await thinkingAgent(t)
  await customer.api.post(`${path}/messages/agent`, words)
  await customer.api.post(`${path}/conversation/close`)
  assert.deepEqual(await saidAfterwards(), ['last'])
  assert.deepEqual(await outcomes(), ['silent', 'silent', 'answered'])
})

test('nor when a person was only called for, and the desk gave the conversation back', async (t) => {
  const { customer, path, atDesk, saidAfterwards, outcomes } = await thinkingAgent(t)
  await customer.api.post(`${path}/handover`)
  await atDesk('hand-back', { agent: ann })
  assert.deepEqual(await saidAfterwards(), ['last'])
  assert.deepEqual(await outcomes(), ['silent', 'silent', 'answered'])
})

test('where nobody came in between, all is answered', async (t) => {
  const { saidAfterwards, outcomes } = await thinkingAgent(t)
  assert.deepEqual(await saidAfterwards(), ['older', 'older', 'last'])
  assert.deepEqual(await outcomes(), ['answered', 'answered', 'answered'])
})

const slowAgent = (url: string): object => ({
  agent: { name: 'Slow' },
  intents: [
    { intent: 'hello', examples: ['hello', 'hi there', 'good morning', 'good day to you', 'hey'] },
    { intent: 'order', examples: ['order it', 'I take it', 'buy this one', 'send me one', 'purchase'] },
  ],
  webhooks: [{ id: 'slow', url, kind: 'action' }],
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
          actions: [{ type: 'text', texts: ['Hello!'] }],
        },
        {
          node_id: 'order',
          name: 'Order',
          type: 'intent',
          intent: 'order',
          actions: [
            { type: 'webhook', webhook_id: 'slow' },
            { type: 'text', texts: ['It is ordered.'] },
          ],
        },
      ],
    },
  ],
})
