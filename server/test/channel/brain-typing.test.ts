import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'

const dragoman = await testDragoman({ after }, { demo: false })
const { deps } = dragoman

test('while a model works the webhook is told once that the agent types, and once that it stopped', async () => {
  const customer = await addCustomer({ after }, dragoman)
  const { sessionId } = await customer.api.open({ external_session_id: 'thread' })
  const requestId = deps.newId()
  const typing = deps.brainTyping({ sessionId, integrationId: customer.integrationId, requestId })
  typing.goesOn()
  typing.begins()
  typing.begins()
  typing.goesOn()
  typing.ends()
  typing.ends()
  const received = await customer.receiver.until((all) => all.length === 2)
  const composes = received.map(({ event }) => event)
  for (const event of composes) {
    assert.ok(event.event_type === 'message:compose')
    const { event_id: _, timestamp: __, action: ___, context: ____, ...rest } = event
    assert.deepEqual(rest, {
      event_type: 'message:compose',
      request_id: requestId,
      session_id: sessionId,
      external_session_id: 'thread',
      integration_id: customer.integrationId,
      desk_id: customer.environmentId,
      author: 'brain',
    })
  }
  const actions = composes.flatMap((event) => (event.event_type === 'message:compose' ? [event.action] : []))
  assert.deepEqual(actions.sort(), ['start', 'stop'])
})

test('a turn without a model tells of no typing, nor does one of an integration that does not want to know', async () => {
  const customer = await addCustomer({ after }, dragoman, { subscribedEvents: ['message:brain_send'] })
  const { path, sessionId } = await customer.api.open()
  const typing = deps.brainTyping({
    sessionId,
    integrationId: customer.integrationId,
    requestId: deps.newId(),
  })
  typing.begins()
  typing.ends()
  await customer.api.say(path, 'question 1')
  const received = await customer.receiver.until((all) => all.length > 0)
  assert.deepEqual(
    received.map(({ event }) => event.event_type),
    ['message:brain_send'],
  )
})
