import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { addAgent, publishVersion } from '../../src/store/agents.ts'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { operatorOf } from '../support/operator.ts'

/** What becomes of a question that the agent has asked when a person takes the conversation and gives it back. */
const dragoman = await testDragoman({ after }, { demo: false })
const operator = operatorOf(dragoman)
const { db } = dragoman.deps

const asking = {
  agent: { name: 'Asks' },
  intents: [
    { intent: 'return', examples: ['send it back'] },
    { intent: 'hours', examples: ['opening hours'] },
  ],
  workflows: [
    {
      workflow_id: 'main',
      name: 'Main',
      nodes: [
        {
          node_id: 'return',
          name: 'Return',
          type: 'intent',
          intent: 'return',
          requisites: [{ save_as: 'why', prompt: [{ type: 'text', texts: ['Why?'] }] }],
          actions: [{ type: 'text', texts: ['Because: {{$why}}'] }],
        },
        {
          node_id: 'hours',
          name: 'Hours',
          type: 'intent',
          intent: 'hours',
          actions: [{ type: 'text', texts: ['9 to 5'] }],
        },
      ],
    },
  ],
}

const agentId = randomUUID()
await addAgent(db, { agentId, name: 'Asks', draft: asking })
await publishVersion(db, { agentId, document: asking, intentModel: null })
const customer = await addCustomer({ after }, dragoman, { subscribedEvents: ['message:brain_send'] })
await operator.patch(`/environments/${customer.environmentId}`, { agent_id: agentId })

const ann = { agent_id: 'ann', agent_name: 'Ann' }
const words = { input: { text: 'Never mind, it is paid back.' }, agent: ann }

/** A session in which the agent waits for an answer; `ask` says something and gives what the agent says to it. */
const openQuestion = async () => {
  const { path, sessionId } = await customer.api.open()
  const ask = async (text: string): Promise<string> => {
    const requestId = await customer.api.say(path, text)
    const answerOf = (list: typeof customer.receiver.accepted) =>
      list
        .map(({ event }) => event)
        .find((event) => 'in_reply_to' in event && event.in_reply_to === requestId)
    const event = answerOf(await customer.receiver.until((list) => answerOf(list) !== undefined))
    const [response] = event?.event_type === 'message:brain_send' ? event.output.responses : []
    return response?.type === 'text' ? response.text : ''
  }
  assert.equal(await ask('send it back'), 'Why?')
  const atDesk = async (verb: string, body: object): Promise<void> => {
    const answer = await operator.post(`/desk/sessions/${sessionId}/${verb}`, body)
    assert.ok(answer.status < 300, answer.text)
  }
  return { path, ask, atDesk }
}

test('once a person has spoken, nothing is taken any more for the answer to what the agent had asked before', async () => {
  const fromOurDesk = await openQuestion()
  await fromOurDesk.atDesk('reply', words)
  await fromOurDesk.atDesk('hand-back', { agent: ann })
  assert.match(await fromOurDesk.ask('thank you so much'), /did not understand/)

  const fromTheirs = await openQuestion()
  await customer.api.post(`${fromTheirs.path}/messages/agent`, words)
  await customer.api.post(`${fromTheirs.path}/conversation/close`)
  assert.match(await fromTheirs.ask('thank you so much'), /did not understand/)
})

test('a person who only looked leaves the question of the agent open', async () => {
  const { ask, atDesk } = await openQuestion()
  await atDesk('take', { agent: ann })
  await atDesk('hand-back', { agent: ann })
  assert.equal(await ask('it is too small'), 'Because: it is too small')
})
