import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { operatorOf } from '../support/operator.ts'
import { slowServer } from '../support/slow-server.ts'

const dragoman = await testDragoman({ after }, { demo: false })
const operator = operatorOf(dragoman)

test('a message that was accepted while the agent was about to close the conversation is answered', async (t) => {
  const slow = await slowServer(t)
  const made = await operator.post('/agents', { draft: closingAgent(slow.url) })
  assert.equal(made.status, 201, made.text)
  const agentId = made.body['agent_id']
  assert.equal((await operator.post(`/agents/${agentId}/publish`)).status, 201)
  const customer = await addCustomer(t, dragoman, {
    subscribedEvents: ['message:brain_send', 'conversation:closed'],
  })
  await operator.patch(`/environments/${customer.environmentId}`, { agent_id: agentId })
  const { path } = await customer.api.open()
  await customer.api.say(path, 'goodbye')
  await slow.asked
  await customer.api.say(path, 'good morning')
  slow.answer()
  const events = await customer.receiver.until((accepted) => accepted.length === 2)
  const texts = events.map(({ event }) =>
    event.event_type === 'message:brain_send' && event.output.responses[0]?.type === 'text'
      ? event.output.responses[0].text
      : event.event_type,
  )
  assert.deepEqual(texts, ['Bye!', 'Hello!'])
})

const closingAgent = (url: string): object => ({
  agent: { name: 'Closer' },
  intents: [
    { intent: 'hello', examples: ['hello', 'hi there', 'good morning', 'good day to you', 'hey'] },
    { intent: 'bye', examples: ['bye', 'goodbye', 'see you', 'until next time', 'farewell'] },
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
          node_id: 'bye',
          name: 'Bye',
          type: 'intent',
          intent: 'bye',
          actions: [
            { type: 'webhook', webhook_id: 'slow' },
            { type: 'text', texts: ['Bye!'] },
            { type: 'close' },
          ],
        },
      ],
    },
  ],
})
