import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, type TestContext, test } from 'node:test'
import type { AgentDocument } from '../../src/brain/document/document.ts'
import { addAgent, publishVersion } from '../../src/store/agents.ts'
import { createEnvironment } from '../../src/usecases/create-environment.ts'
import { createIntegration } from '../../src/usecases/create-integration.ts'
import { createKey } from '../../src/usecases/create-key.ts'
import { type ModelLine, type ModelServer, modelServer } from '../outside/model-server.ts'
import { httpAnswer, rawReceiver } from '../outside/raw-receiver.ts'
import { apiOf } from '../support/api.ts'
import { testDragoman } from '../support/dragoman.ts'
import { type Received, type Receiver, startReceiver } from '../support/receiver.ts'

/** From a message to the webhook with a language model in between, over every real wire. */
const dragoman = await testDragoman({ after }, { demo: false, secrets: new Map([['OPENAI', 'sk-1']]) })
const { deps } = dragoman

const overview = 'Delivery takes 3 days and costs $5. Our shop is in Athens.'

const conversationWith = async (
  t: TestContext,
  lines: readonly ModelLine[],
  changes: Partial<AgentDocument> = {},
): Promise<{
  readonly say: (text: string) => Promise<string>
  readonly model: ModelServer
  readonly receiver: Receiver
}> => {
  const model = await modelServer(t, lines)
  const document: AgentDocument = {
    agent: { name: 'Ida' },
    guidelines: { overview },
    intents: [],
    workflows: [],
    models: [{ provider: 'openai', model: 'small', key: 'OPENAI', base_url: `${model.url}/v1` }],
    ...changes,
  }
  const agentId = randomUUID()
  await addAgent(deps.db, { agentId, name: 'Ida', draft: JSON.parse(JSON.stringify(document)) })
  await publishVersion(deps.db, {
    agentId,
    document: JSON.parse(JSON.stringify(document)),
    intentModel: null,
  })
  const receiver = await startReceiver(t)
  const environment = await createEnvironment(deps, { name: 'test', agentId, keepAliveSeconds: undefined })
  const { settings } = await createIntegration(deps, {
    name: 'test',
    webhookUrl: receiver.url,
    webhookSecret: undefined,
    allowedIps: undefined,
    subscribedEvents: ['message:brain_send', 'message:compose'],
    sessionTimeoutSeconds: undefined,
    environmentId: environment.environment_id,
  })
  const { apiKey } = await createKey(deps, settings.integrationId, 'test')
  const api = apiOf(dragoman.url, { integrationId: settings.integrationId, key: apiKey })
  const { path } = await api.open()
  let answers = 0
  return {
    model,
    receiver,
    say: async (text) => {
      await api.say(path, text)
      answers += 1
      const received = (await receiver.until((all) => all.filter(isAnswer).length >= answers)).filter(
        isAnswer,
      )
      const event = received[answers - 1]?.event
      assert.ok(event?.event_type === 'message:brain_send')
      return event.output.responses
        .map((response) => (response.type === 'text' ? response.text : response.type))
        .join('\n')
    },
  }
}

const isAnswer = ({ event }: Received): boolean => event.event_type === 'message:brain_send'

test('while a model writes, the webhook hears that the agent types, and that it has stopped', async (t) => {
  const { say, receiver } = await conversationWith(t, [{ text: 'Delivery takes three days.' }])
  await say('How long is delivery?')
  const told = await receiver.until((all) => all.length === 3)
  const compose = told.flatMap(({ event }) => (event.event_type === 'message:compose' ? [event] : []))
  assert.deepEqual(
    compose.map(({ action, author }) => [action, author]),
    [
      ['start', 'brain'],
      ['stop', 'brain'],
    ],
  )
  assert.ok(compose.every((event) => !('sequence' in event)))
})

test('a message is answered by the model, which hears what was said before', async (t) => {
  const { say, model } = await conversationWith(t, [
    { text: 'Delivery takes three days.' },
    { text: 'It costs $5.' },
  ])
  assert.equal(await say('How long is delivery?'), 'Delivery takes three days.')
  assert.equal(await say('And how much?'), 'It costs $5.')
  const messages = JSON.stringify(model.requests[1]?.body['messages'])
  for (const part of ['How long is delivery?', 'Delivery takes three days.', 'And how much?'])
    assert.ok(messages.includes(part), part)
})

test('a lie of the model is never sent; the agent says that it did not understand', async (t) => {
  const { say } = await conversationWith(t, [
    { text: 'Delivery takes 2 days.' },
    { status: 500 },
    { status: 500 },
  ])
  assert.match(await say('How long is delivery?'), /did not understand/)
  assert.match(await say('Hm?'), /did not understand|can help/)
})

test('a tool of the model is an agent webhook, signed, and what it answers carries the answer', async (t) => {
  const crm = await rawReceiver(t, (socket) =>
    socket.write(httpAnswer(200, '{"context":{"parcel":{"days":6}}}')),
  )
  const { say, model } = await conversationWith(
    t,
    [{ tool: { name: 'webhook_track', input: { order: '77' } } }, { text: 'Order 77 arrives in 6 days.' }],
    {
      webhooks: [
        {
          id: 'track',
          kind: 'action',
          url: crm.url,
          token: 'OPENAI',
          tool: { description: 'Tracks an order', parameters: { order: { type: 'string' } } },
        },
      ],
    },
  )
  assert.equal(await say('Where is order 77?'), 'Order 77 arrives in 6 days.')
  const [request = ''] = crm.requests
  assert.match(request, /\r\nx-moveo-signature: [0-9a-f]{64}\r\n/)
  const body = JSON.parse(request.split('\r\n\r\n')[1] ?? '')
  assert.deepEqual(body.input, { text: 'Where is order 77?', arguments: { order: '77' } })
  assert.deepEqual(Object.keys(body).sort(), [
    ...[
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
    ],
  ])
  assert.equal(model.requests.length, 2)
})

test('a model calls for a person, and one is called', async (t) => {
  const { say } = await conversationWith(t, [{ tool: { name: 'handover', input: { reason: 'very angry' } } }])
  assert.match(await say('This is the third time!'), /colleague[\s\S]*handover/)
})
