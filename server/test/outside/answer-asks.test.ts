import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer, Ask } from '../../src/brain/turn-types.ts'
import type { Json } from '../../src/domain/json.ts'
import { createAnswerAsk, type Performers } from '../../src/outside/answer-asks.ts'
import { circumstancesOf } from './circumstances.ts'

const unused = (): never => assert.fail('not to be asked')
const answerWith = (performers: Partial<Performers>) =>
  createAnswerAsk({ webhook: unused, model: unused, tool: unused, ...performers })

const webhookAsk: Ask = { kind: 'webhook', webhook_id: 'crm', body: {} }

test('each ask goes to who performs its kind', async () => {
  const saying = (value: string) => async (): Promise<Answer> => ({ ok: true, value })
  const answerAsk = createAnswerAsk({
    embed: saying('embed'),
    search: saying('search'),
    webhook: saying('webhook'),
    model: saying('model'),
    tool: saying('tool'),
  })
  const asks: Ask[] = [
    { kind: 'embed', text: 'a' },
    { kind: 'search', query: 'a', passagesMax: 1 },
    webhookAsk,
    { kind: 'model', purpose: 'answer', system: '', messages: [], maxTokens: 1 },
    { kind: 'tool', server_id: 'a', tool: 'b', arguments: {} },
  ]
  for (const ask of asks)
    assert.deepEqual(await answerAsk(ask, circumstancesOf({})), { ok: true, value: ask.kind })
})

test('what this server cannot do is an answer, not an exception', async () => {
  const answerAsk = answerWith({})
  assert.deepEqual(await answerAsk({ kind: 'embed', text: 'a' }, circumstancesOf({})), {
    ok: false,
    error: 'not available here',
  })
})

test('an exception outside is an answer with its sentence', async () => {
  const answerAsk = answerWith({
    webhook: async () => {
      throw new Error('out of order')
    },
  })
  assert.deepEqual(await answerAsk(webhookAsk, circumstancesOf({})), { ok: false, error: 'out of order' })
})

test('an answer that is nested without end is refused, because whoever walks through it would fall', async () => {
  const nested = (levels: number): Json => (levels === 0 ? 1 : { a: nested(levels - 1) })
  const answering = (levels: number) =>
    answerWith({ webhook: async () => ({ ok: true, value: nested(levels) }) })(
      webhookAsk,
      circumstancesOf({}),
    )
  assert.equal((await answering(64)).ok, true)
  for (const levels of [65, 5_000])
    assert.deepEqual(await answering(levels), {
      ok: false,
      error: 'its answer is nested deeper than 64 levels',
    })
})

test('what never answers is given up at the deadline, and is told so', async () => {
  let isTold = false
  const answerAsk = answerWith({
    webhook: (_ask, { signal }) =>
      new Promise(() => {
        signal.addEventListener('abort', () => (isTold = true))
      }),
  })
  const answer = await answerAsk(webhookAsk, circumstancesOf({}, { deadlineAt: Date.now() + 20 }))
  assert.deepEqual(answer, { ok: false, error: 'no answer before the time of the turn was up' })
  assert.ok(isTold)
})

test('after the deadline, or when the turn is called off, nothing is asked any more', async () => {
  const answerAsk = answerWith({})
  assert.equal((await answerAsk(webhookAsk, circumstancesOf({}, { deadlineAt: Date.now() - 1 }))).ok, false)
  assert.equal((await answerAsk(webhookAsk, circumstancesOf({}, { signal: AbortSignal.abort() }))).ok, false)
})

test('a turn that is called off does not wait for who is asked', async () => {
  const turn = new AbortController()
  const answerAsk = answerWith({
    webhook: () => {
      queueMicrotask(() => turn.abort())
      return new Promise(() => {})
    },
  })
  assert.equal((await answerAsk(webhookAsk, circumstancesOf({}, { signal: turn.signal }))).ok, false)
})
