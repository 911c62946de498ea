import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import type { AgentDocument } from '../../src/brain/document/document.ts'
import type { Answer, Ask } from '../../src/brain/turn-types.ts'
import { addAgent, publishVersion } from '../../src/store/agents.ts'
import { outcomeUnknown, storeUnavailable } from '../../src/store/store-errors.ts'
import { createEnvironment } from '../../src/usecases/create-environment.ts'
import { createIntegration } from '../../src/usecases/create-integration.ts'
import { createKey } from '../../src/usecases/create-key.ts'
import { startTurns } from '../../src/workers/turns.ts'
import { apiOf } from '../support/api.ts'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { startReceiver } from '../support/receiver.ts'
import { run } from '../support/sql.ts'
import { until } from '../support/until.ts'

/** The product without its own turns: the loop under test runs them, with few slots and webhooks that hang. */
const dragoman = await testDragoman({ after }, { demo: false, roles: new Set(['http', 'deliver']) })
const { deps } = dragoman

const slots = { all: 8, ofOne: 4 }

const asking: AgentDocument = {
  agent: { name: 'Asks' },
  intents: [],
  workflows: [],
  webhooks: [{ id: 'crm', kind: 'pre_message', url: 'https://crm.example', timeout: 10 }],
}

const addAskingCustomer = async (language?: string) => {
  const agentId = randomUUID()
  const document = JSON.parse(JSON.stringify({ ...asking, agent: { ...asking.agent, language } }))
  await addAgent(deps.db, { agentId, name: 'Asks', draft: document })
  await publishVersion(deps.db, { agentId, document, intentModel: null })
  const receiver = await startReceiver({ after })
  const environment = await createEnvironment(deps, { name: 'asks', agentId, keepAliveSeconds: undefined })
  const { settings } = await createIntegration(deps, {
    name: 'asks',
    webhookUrl: receiver.url,
    webhookSecret: undefined,
    allowedIps: undefined,
    subscribedEvents: ['message:brain_send'],
    sessionTimeoutSeconds: undefined,
    environmentId: environment.environment_id,
  })
  const { apiKey } = await createKey(deps, settings.integrationId, 'test')
  const api = apiOf(dragoman.url, { integrationId: settings.integrationId, key: apiKey })
  return { api, receiver, integrationId: settings.integrationId }
}

test('while the webhook of one agent hangs for all its users, it holds its share and the neighbours are answered', async (t) => {
  const hung = await addAskingCustomer()
  const alsoHung = await addAskingCustomer()
  const neighbour = await addCustomer({ after }, dragoman, { subscribedEvents: ['message:brain_send'] })
  const asked: string[] = []
  const hangs = Promise.withResolvers<Answer>()
  const answerAll = (): void => hangs.resolve({ ok: true, value: {} })
  const hangingOf = ({ integrationId }: { readonly integrationId: string }): number =>
    asked.filter((id) => id === integrationId).length

  for (const customer of [hung, alsoHung])
    for (let user = 0; user < 12; user++) await customer.api.say((await customer.api.open()).path, 'hello')
  const turns = startTurns(
    {
      ...deps,
      answerAsk: (_, { integrationId }) => {
        asked.push(integrationId)
        return hangs.promise
      },
    },
    slots,
  )
  t.after(() => {
    answerAll()
    return turns.stop()
  })
  await until('the hanging agents have their share', () => hangingOf(hung) + hangingOf(alsoHung) >= 6)

  for (let user = 0; user < 6; user++) {
    const { path } = await neighbour.api.open()
    await neighbour.api.say(path, 'hello')
  }
  await neighbour.receiver.until((all) => all.length >= 6)
  assert.ok(asked.length < slots.all)
  assert.ok(hangingOf(hung) <= slots.ofOne && hangingOf(alsoHung) <= slots.ofOne)

  answerAll()
  for (const { receiver } of [hung, alsoHung]) await receiver.until((all) => all.length >= 12)
})

test('a person takes over while a webhook hangs: nothing is said, nothing remembered, and what waits is not thought', async (t) => {
  const { api, receiver } = await addAskingCustomer()
  const { path, sessionId } = await api.open()
  await api.say(path, 'hello')
  await api.say(path, 'are you there?')
  const asked: Ask[] = []
  const hangs = Promise.withResolvers<Answer>()
  const turns = startTurns({
    ...deps,
    answerAsk: (ask) => {
      asked.push(ask)
      return hangs.promise
    },
  })
  t.after(() => {
    hangs.resolve({ ok: false, error: 'late' })
    return turns.stop()
  })
  await until('the webhook hangs', () => asked.length > 0)
  const stateOf = () =>
    run<{ state: unknown }>(deps.db, 'select dialog_state as state from sessions where session_id = $1', [
      sessionId,
    ])
  const before = await stateOf()
  await api.post(`${path}/messages/agent`, {
    input: { text: 'I am here.' },
    agent: { agent_id: 'ann', agent_name: 'Ann' },
  })
  hangs.resolve({ ok: true, value: { context: { order: 7 } } })
  const outcomes = () =>
    run<{ outcome: string; kind: string }>(
      deps.db,
      `select outcome from turns where session_id = $1 and kind = 'message' and finished_at is not null`,
      [sessionId],
    )
  await until('both turns ended', async () => (await outcomes()).length === 2)
  assert.deepEqual(
    (await outcomes()).map(({ outcome }) => outcome),
    ['silent', 'silent'],
  )
  assert.equal(asked.length, 1)
  assert.deepEqual(await stateOf(), before)
  assert.deepEqual(receiver.received, [])
})

test('a turn whose end the store cannot take at once is kept for it: no webhook is asked twice, nothing said twice', async (t) => {
  const { api, receiver } = await addAskingCustomer()
  const asked: Ask[] = []
  const failures = [
    () => Promise.reject(storeUnavailable('the connection broke', undefined)),
    async (commit: () => Promise<unknown>) => {
      await commit()
      throw outcomeUnknown(undefined)
    },
  ]
  const turns = startTurns({
    ...deps,
    answerAsk: async (ask) => {
      asked.push(ask)
      return { ok: true, value: {} }
    },
    changeSession: async (request) => {
      const commit = () => deps.changeSession(request)
      await failures.shift()?.(commit)
      return await commit()
    },
  })
  t.after(() => turns.stop())
  const { path } = await api.open()
  await api.say(path, 'hello')
  await api.say(path, 'are you there?')
  await receiver.until((all) => all.length === 2)
  assert.deepEqual([asked.length, failures.length, receiver.received.length], [2, 0, 2])
})

test('a turn that fails to the last tells the user that a person comes, in the language of the agent, and one is awaited', async (t) => {
  const { api, receiver } = await addAskingCustomer('de')
  const turns = startTurns({
    ...deps,
    limits: { ...deps.limits, turnAttemptsMax: 1 },
    answerAsk: () => Promise.reject(new Error('a fault of ours')),
  })
  t.after(() => turns.stop())
  const { path } = await api.open()
  const requestId = await api.say(path, 'hello')
  const [sent] = await receiver.until((all) => all.length === 1)
  assert.ok(sent?.event.event_type === 'message:brain_send')
  assert.equal(sent.event.in_reply_to, requestId)
  assert.deepEqual(sent.event.output.responses, [
    { type: 'text', text: 'Ich gebe Sie an eine Kollegin oder einen Kollegen weiter.' },
    { type: 'handover' },
  ])
  assert.equal((await api.get(path)).body['owner'], 'waiting')
  const messages = (await api.get(`${path}/messages`)).body['items'] as { message_id: string }[]
  assert.equal(messages.at(-1)?.message_id, sent.event.message_id)
})

test('a slot that is free again while a claim is under way goes to who was left out of it, without waiting for the poll', async (t) => {
  const { api } = await addAskingCustomer()
  const asked: { readonly sessionId: string; readonly answer: () => void }[] = []
  let onClaim = async (): Promise<void> => undefined
  const turns = startTurns(
    {
      ...deps,
      limits: { ...deps.limits, pollMs: 60_000 },
      relaxedDb: {
        ...deps.relaxedDb,
        rows: async <Row>(...statement: Parameters<typeof deps.relaxedDb.rows>) => {
          const rows = await deps.relaxedDb.rows<Row>(...statement)
          if (statement[0].name === 'claim-turns') await onClaim()
          return rows
        },
      },
      answerAsk: (_, { sessionId }) =>
        new Promise((resolve) => {
          asked.push({ sessionId, answer: () => resolve({ ok: true, value: {} }) })
        }),
    },
    slots,
  )
  t.after(async () => {
    const stopping = turns.stop()
    for (const { answer } of asked) answer()
    await stopping
  })
  const paths: string[] = []
  for (let user = 0; user <= slots.ofOne; user++) paths.push((await api.open()).path)
  await until('nothing is behind', () => turns.inFlight() === 0)
  for (const path of paths.slice(1)) await api.say(path, 'hello')
  await until('its slots are taken', () => asked.length === slots.ofOne)

  onClaim = async () => {
    onClaim = async () => undefined
    asked[0]?.answer()
    await until('a slot is free', () => turns.inFlight() < slots.ofOne)
  }
  await api.say(paths[0] ?? '', 'hello')
  await until('the one that was left out is asked', () => asked.length > slots.ofOne)
})
