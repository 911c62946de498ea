import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareAgent } from '../../src/brain/agent.ts'
import { validateDocument } from '../../src/brain/document/document-validation.ts'
import { testAgent } from '../../src/usecases/test-agent.ts'

test('whoever hangs up on a test run ends it: nothing more is asked of models and webhooks', async () => {
  const checked = validateDocument({
    agent: { name: 'Caller' },
    intents: [],
    webhooks: [{ id: 'system', kind: 'action', name: 'System', url: 'https://system.example/' }],
    workflows: [
      {
        workflow_id: 'main',
        name: 'Main',
        nodes: [
          {
            node_id: 'any',
            name: 'Any',
            type: 'unknown',
            actions: [{ type: 'webhook', webhook_id: 'system' }],
          },
        ],
      },
    ],
    tests: ['one', 'two', 'three'].map((name) => ({
      test: name,
      turns: [{ user: 'hello', expect: { events: [] } }],
    })),
  })
  assert.ok(checked.ok, JSON.stringify(checked))
  const agent = prepareAgent(checked.document, null)
  const hangUp = new AbortController()
  const asked: boolean[] = []
  const run = testAgent(
    {
      agents: { version: async () => agent },
      clock: { now: () => 0 },
      newId: () => '00000000-0000-4000-8000-000000000000',
      answerAsk: async (_, { signal }) => {
        hangUp.abort(new Error('hung up'))
        asked.push(signal.aborted)
        return { ok: false, error: 'not now' }
      },
    },
    { agentId: 'a', version: 0, live: true, hungUp: hangUp.signal },
  )
  await assert.rejects(run, /hung up/)
  assert.deepEqual(asked, [true])
})
