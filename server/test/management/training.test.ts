import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { TrainingProgress } from '../../src/deps.ts'
import { vectorOfBase64 } from '../../src/domain/vector-base64.ts'
import { publishAgent } from '../../src/usecases/publish-agent.ts'
import { testDragoman } from '../support/dragoman.ts'
import { operatorOf } from '../support/operator.ts'
import { understood } from '../support/understood.ts'
import { until } from '../support/until.ts'

const dragoman = await testDragoman({ after }, { demo: false, inbox: false, embeddings: true })
const operator = operatorOf(dragoman)

const draft = {
  agent: { name: 'Greeter' },
  intents: [
    {
      intent: 'hello',
      examples: [
        'hello',
        'hi',
        'good morning',
        'good day',
        'hey there',
        'good afternoon',
        'welcome',
        'howdy',
      ],
    },
    {
      intent: 'price',
      examples: [
        'how much is it',
        'what does this cost',
        'tell me the price',
        'is there a fee',
        'what do you charge',
        'is it expensive',
        'any discounts',
        'monthly rate',
      ],
    },
  ],
  workflows: [],
}

const newAgent = async (): Promise<string> =>
  String((await operator.post('/agents', { draft })).body['agent_id'])

const trainingOf = async (agentId: string): Promise<unknown> =>
  (await operator.get(`/agents/${agentId}`)).body['training']

test('whoever reads an agent that is being published sees the phase and how far it is, and nothing afterwards', async () => {
  const agentId = await newAgent()
  assert.equal(await trainingOf(agentId), null)
  const trained = Promise.withResolvers<Uint8Array>()
  const begun = Promise.withResolvers<(progress: TrainingProgress) => void>()
  const published = publishAgent(
    {
      ...dragoman.deps,
      trainIntents: (_, onProgress) => {
        begun.resolve(onProgress ?? (() => {}))
        return trained.promise
      },
    },
    agentId,
  )
  const tell = await begun.promise
  tell({ phase: 'embedding', done: 0.25 })
  assert.deepEqual(await trainingOf(agentId), { phase: 'embedding', done: 0.25 })
  tell({ phase: 'training', done: 0.5 })
  assert.deepEqual(await trainingOf(agentId), { phase: 'training', done: 0.5 })
  trained.reject(new Error('the thread died'))
  await assert.rejects(published, /the thread died/)
  assert.equal(await trainingOf(agentId), null)
})

test('an agent that is published twice at once is trained once, and both publications succeed', async () => {
  const agentId = await newAgent()
  let asked = 0
  let trainings = 0
  const trained = Promise.withResolvers<Uint8Array>()
  const deps: typeof dragoman.deps = {
    ...dragoman.deps,
    trainIntents: () => {
      trainings += 1
      return trained.promise
    },
    trainings: {
      ...dragoman.deps.trainings,
      run: (...training) => {
        asked += 1
        return dragoman.deps.trainings.run(...training)
      },
    },
  }
  const published = [publishAgent(deps, agentId), publishAgent(deps, agentId)]
  await until('both wait for a training', () => asked === 2)
  trained.resolve(await dragoman.deps.trainIntents([{ intent: 'hello', text: 'hello' }]))
  const versions = await Promise.all(published)
  assert.deepEqual(versions.map(({ version }) => version).sort(), [1, 2])
  assert.equal(trainings, 1)
})

test('a published agent understands by meaning what shares no word with its phrases', async () => {
  const agentId = await newAgent()
  assert.equal((await operator.post(`/agents/${agentId}/publish`)).status, 201)
  const agent = await dragoman.deps.agents.version(agentId, 1)
  assert.ok(agent?.model?.fused)
  const answer = await dragoman.deps.answerAsk(
    { kind: 'embed', text: 'greetings' },
    {
      ...{
        agent,
        agentId,
        version: 1,
        sessionId: 's',
        integrationId: 'i',
        environmentId: 'e',
        requestId: 'r',
      },
      ...{ channel: 'custom', deadlineAt: Date.now() + 60_000, signal: new AbortController().signal },
    },
  )
  assert.ok(answer.ok && typeof answer.value === 'string')
  const { ranking } = understood(agent.model, 'greetings', vectorOfBase64(answer.value))
  assert.equal(ranking[0]?.name, 'hello')
})

test('where embeddings are switched off the same agent is trained by words alone', async () => {
  const plain = await testDragoman({ after }, { demo: false, inbox: false, embeddings: false })
  const plainOperator = operatorOf(plain)
  const agentId = String((await plainOperator.post('/agents', { draft })).body['agent_id'])
  assert.equal((await plainOperator.post(`/agents/${agentId}/publish`)).status, 201)
  const agent = await plain.deps.agents.version(agentId, 1)
  assert.equal(agent?.model?.fused, null)
})
