import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freezeAnswers, notRecorded, withFrozenAnswers } from '../../../src/brain/replay/frozen-answers.ts'
import type { Answer, Ask, RecordedAsk, Thinking } from '../../../src/brain/turn-types.ts'

const orders = (text: string, more: object = {}): Ask => ({
  kind: 'webhook',
  webhook_id: 'orders',
  body: {
    input: { text },
    context: { vip: true, 'sys-unknown_counter': 0 },
    tags: [],
    intents: [{ a: 1 }],
    ...more,
  },
})
const prices: Ask = { kind: 'webhook', webhook_id: 'prices', body: { input: { text: 'hi' } } }
const model = (system: string): Ask => ({
  kind: 'model',
  purpose: 'generate',
  system,
  messages: [],
  maxTokens: 1,
})
const tool = (id: number): Ask => ({
  kind: 'tool',
  server_id: 'shop',
  tool: 'find',
  arguments: { id, all: true },
})
const search: Ask = { kind: 'search', query: 'wool', passagesMax: 3 }
const embed = (text: string): Ask => ({ kind: 'embed', text })

const said = (value: string): Answer => ({ ok: true, value })
const kept = (ask: Ask, value: string): RecordedAsk => ({ ask, answer: said(value), ms: 1 })

/** Asks all of it in order; the answers, what was not recorded, and what was asked anew. */
const replayed = (asks: readonly Ask[], recorded: readonly RecordedAsk[], searchesAnew = false) => {
  function* thinking(): Thinking<readonly string[]> {
    const answers: string[] = []
    for (const ask of asks) {
      const answer = yield ask
      answers.push(answer.ok ? String(answer.value) : answer.error)
    }
    return answers
  }
  const anew: string[] = []
  const running = withFrozenAnswers(thinking(), freezeAnswers(recorded, searchesAnew))
  let step = running.next()
  while (!step.done) {
    anew.push(step.value.kind)
    step = running.next(said(`new ${step.value.kind}`))
  }
  return { ...step.value, anew }
}

test('an ask is answered by what it asks, wherever it stands', () => {
  const recorded = [kept(prices, 'p'), kept(tool(1), 't1'), kept(orders('a'), 'o'), kept(tool(2), 't2')]
  const { result, unrecorded, anew } = replayed([tool(2), orders('a'), tool(1), prices], recorded)
  assert.deepEqual([result, unrecorded, anew], [['t2', 'o', 't1', 'p'], [], []])
})

test('the same ask again gets the answers in their order, and then the last one', () => {
  const recorded = [kept(orders('a'), '1'), kept(orders('a'), '2')]
  assert.deepEqual(replayed([orders('a'), orders('a'), orders('a')], recorded).result, ['1', '2', '2'])
})

test('the order of keys does not make another ask', () => {
  const turned: Ask = { kind: 'tool', server_id: 'shop', tool: 'find', arguments: { all: true, id: 1 } }
  assert.deepEqual(replayed([turned], [kept(tool(1), 't')]).result, ['t'])
})

test('how sure the agent was does not make another ask of a webhook; what the user said does', () => {
  const recorded = [kept(orders('a'), 'o')]
  const surer = orders('a', {
    intents: [{ a: 2 }],
    entities: [1],
    debug: {},
    context: { 'sys-unknown_counter': 2, vip: true },
  })
  assert.deepEqual(replayed([surer], recorded).result, ['o'])
  for (const other of [orders('b'), orders('a', { context: { vip: false } }), orders('a', { tags: ['x'] })])
    assert.deepEqual(replayed([other], recorded), { result: [notRecorded], unrecorded: [other], anew: [] })
})

for (const ask of [orders('a'), model('x'), tool(1)])
  test(`a ${ask.kind} that was not asked is a finding, and nobody is asked`, () => {
    assert.deepEqual(replayed([ask], [kept(prices, 'p')]), {
      result: [notRecorded],
      unrecorded: [ask],
      anew: [],
    })
  })

test('a model that is told something else is asked something else', () => {
  assert.deepEqual(replayed([model('y')], [kept(model('x'), 'm')]).unrecorded, [model('y')])
})

test('a recorded failure fails again', () => {
  const failed: RecordedAsk = { ask: prices, answer: { ok: false, error: 'down' }, ms: 1 }
  assert.deepEqual(replayed([prices], [failed]), { result: ['down'], unrecorded: [], anew: [] })
})

test('the meaning of a text is taken from the record, and found anew when it is not there', () => {
  const { result, anew } = replayed([embed('a'), embed('b')], [kept(embed('a'), 'v')])
  assert.deepEqual([result, anew], [['v', 'new embed'], ['embed']])
})

test('the version that was recorded finds what it found; another one searches anew', () => {
  assert.deepEqual(replayed([search], [kept(search, 'old')]).result, ['old'])
  assert.deepEqual(replayed([search], [kept(search, 'old')], true).result, ['new search'])
})
