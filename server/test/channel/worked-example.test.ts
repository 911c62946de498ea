import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { verify } from '@dragoman/sdk'
import { changeIntegration } from '../../src/usecases/change-integration.ts'
import { apiOf } from '../support/api.ts'
import { testDragoman } from '../support/dragoman.ts'
import { startReceiver } from '../support/receiver.ts'

/** The example of the wire (spec 1.1), to the letter, against the demo that every first start makes. */
test('open a session, ask what plans there are, receive the signed answer', async () => {
  const dragoman = await testDragoman({ after })
  const { demo, deps } = dragoman
  assert.ok(demo)
  const receiver = await startReceiver({ after })
  const webhookSecret = 'the secret of the example'
  await changeIntegration(deps, demo.integrationId, { webhookUrl: receiver.url, webhookSecret })
  const api = apiOf(dragoman.url, { integrationId: demo.integrationId, key: demo.apiKey })

  const opened = await api.send({
    path: '/sessions',
    rawBody:
      '{"external_session_id":"chat-session-001","channel_user_id":"user-12345","context":{"user":{"display_name":"Alice Smith","email":"alice@example.com","language":"en"},"source_page":"pricing"}}',
  })
  assert.equal(opened.status, 201)
  assert.deepEqual(Object.keys(opened.body), ['request_id', 'session_id', 'context'])

  const asked = await api.send({
    path: `/sessions/${String(opened.body['session_id'])}/messages`,
    rawBody: '{"input":{"text":"What pricing plans do you offer?"}}',
  })
  assert.equal(asked.status, 202)

  const [received] = await receiver.until((all) => all.length === 1)
  assert.ok(received)
  const event = await verify(received.body, received.headers, webhookSecret)
  assert.ok(event.event_type === 'message:brain_send')
  assert.equal(event.session_id, opened.body['session_id'])
  assert.equal(event.external_session_id, 'chat-session-001')
  assert.equal(event.in_reply_to, asked.body['request_id'])
  assert.ok(Math.abs(Date.now() - event.timestamp) < 60_000)
  assert.deepEqual(event.output, {
    responses: [
      {
        type: 'text',
        text: 'We offer three pricing plans: Starter, Professional, and Enterprise.',
        options: [
          { label: 'See Starter', text: 'Tell me about the Starter plan' },
          { label: 'See Professional', text: 'Tell me about the Professional plan' },
          { label: 'See Enterprise', text: 'Tell me about the Enterprise plan' },
        ],
      },
    ],
  })
})
