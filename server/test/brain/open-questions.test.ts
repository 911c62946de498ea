import assert from 'node:assert/strict'
import { test } from 'node:test'
import type {
  AgentDocument,
  DocumentAction,
  DocumentNode,
  DocumentRequisite,
} from '../../src/brain/document/document.ts'
import { conversation, textsOf } from './conversation.ts'
import { intentNode, says, smallDocument } from './small-document.ts'

/** What becomes of an open question when something else happens: never lost, never answered twice, never for ever. */
const orderIntent = { intent: 'order', examples: ['place an order', 'I want to order'] }
const feesIntent = { intent: 'fees', examples: ['what are the fees', 'tell me the fees'] }
const personIntent = { intent: 'person', examples: ['talk to a human', 'speak to an agent please'] }

const when: DocumentRequisite = {
  save_as: 'when',
  prompt: [{ type: 'text', texts: ['When?'] }],
  validate: { entity: 'sys-date' },
}
const order = (requisite: DocumentRequisite = when): DocumentNode => ({
  ...intentNode('order', [says('Ordered for {{$when}}.')]),
  requisites: [requisite],
})
const shop = (nodes: readonly DocumentNode[], more: Partial<AgentDocument> = {}): AgentDocument => ({
  ...smallDocument({ intents: [orderIntent, feesIntent, personIntent], nodes }),
  ...more,
})

test('a digression that jumps back to the question does not run its node twice', () => {
  const back = intentNode('fees', [says('None.'), { type: 'jump', node_id: 'order' }])
  const talk = conversation(shop([order(), back]))
  talk('place an order')
  assert.deepEqual(textsOf(talk('what are the fees')), ['None.', 'When?'])
  assert.deepEqual(textsOf(talk('on 12 March 2026')), ['Ordered for 2026-03-12.'])
})

test('a node that is begun anew in a digression is not resumed as well', () => {
  const fees: DocumentNode = {
    ...intentNode('fees', [says('Free.')]),
    requisites: [
      { save_as: 'size', prompt: [{ type: 'text', texts: ['Size?'] }], validate: { entity: 'sys-number' } },
    ],
  }
  const talk = conversation(shop([order(), fees]))
  talk('place an order')
  talk('what are the fees')
  assert.deepEqual(textsOf(talk('place an order')), ['When?'])
  assert.deepEqual(textsOf(talk('on 12 March 2026')), ['Ordered for 2026-03-12.', 'Size?'])
  assert.deepEqual(textsOf(talk('7')), ['Free.'])
})

const unkept: readonly (readonly [why: string, requisite: DocumentRequisite])[] = [
  ['may not be set', { ...when, save_as: 'tags', validate: { pattern: '.*' } }],
  ['are empty', { ...when, validate: { pattern: '(x*)y.*' } }],
]
for (const [why, requisite] of unkept)
  test(`answers that ${why} are not asked for without end: a person is called`, () => {
    const talk = conversation(shop([order(requisite)]))
    talk('place an order')
    const ended = [1, 2, 3, 4, 5].findIndex(() => talk('yes').effects.some(({ type }) => type === 'handover'))
    assert.equal(ended, 4)
  })

test('an answer for which the context has no room is noted, and not asked for without end', () => {
  const talk = conversation(shop([order({ ...when, validate: { pattern: '.*' }, attempts_max: 2 })]), {
    context: { filler: 'x'.repeat(32_700) },
  })
  talk('place an order')
  const again = talk('y'.repeat(100))
  assert.deepEqual(textsOf(again), ['When?'])
  assert.ok(again.trace.notes.some((note) => note.includes('at most 32768')))
  assert.ok(talk('y'.repeat(100)).trace.path.includes('not understood'))
})

test('a choice that the question offers is its answer, also when it sounds like stopping or like asking for a person', () => {
  for (const choice of ['Cancel', 'Agent']) {
    const talk = conversation(shop([order({ ...when, validate: { enum: ['Cancel', 'Keep', 'Agent'] } })]))
    talk('place an order')
    assert.deepEqual(textsOf(talk(choice.toLowerCase())), [`Ordered for ${choice}.`])
  }
})

test('whoever asks for a person while a question is open is heard, though the words hold an answer', () => {
  const request = 'I want to talk to a human being now'
  const handing = conversation(shop([order(), intentNode('person', [{ type: 'handover' }])]))
  handing('place an order')
  assert.ok(handing(request).effects.some(({ type }) => type === 'handover'))
  const telling = conversation(shop([order(), intentNode('person', [says('Call 123.')])]))
  telling('place an order')
  assert.deepEqual(textsOf(telling(request)), ['Call 123.', 'When?'])
})

test('a question comes back after a digression that found nothing, and the misunderstandings still count', () => {
  const asking = intentNode('fees', [{ type: 'knowledge' }])
  const talk = conversation(
    shop([order(), asking], { knowledge: [{ collection: 'faq', name: 'FAQ', sources: [] }] }),
  )
  talk('place an order')
  const lost = talk('what are the fees')
  assert.equal(textsOf(lost).at(-1), 'When?')
  assert.equal(lost.trace.path.at(-1), 'resumed')
  assert.equal(lost.state.unknown_counter, 1)
  assert.deepEqual(textsOf(talk('on 12 March 2026')), ['Ordered for 2026-03-12.'])
})

test('a webhook before the message that fails leaves the question open', () => {
  let calls = 0
  const talk = conversation(
    shop([order()], {
      webhooks: [{ id: 'crm', kind: 'pre_message', url: 'https://crm.example', fail_on_error: true }],
    }),
    { answer: () => (calls++ === 1 ? { ok: false, error: 'down' } : { ok: true, value: {} }) },
  )
  talk('place an order')
  assert.deepEqual(talk('on 12 March 2026').trace.notes, ['webhook crm: down'])
  assert.deepEqual(textsOf(talk('on 12 March 2026')), ['Ordered for 2026-03-12.'])
})

test('a node of what was not understood that hands over ends the count', () => {
  const unknown: DocumentNode = {
    node_id: 'unknown',
    name: 'unknown',
    type: 'unknown',
    actions: [says('A colleague helps.'), { type: 'handover' }],
  }
  const talk = conversation(shop([unknown]))
  assert.equal(talk('zzz qqq').state.unknown_counter, 0)
})

test('forgetting a variable that is not there leaves no trace of it', () => {
  const talk = conversation(
    smallDocument({ drink: [{ type: 'set_variables', variables: { 'a.b': null } }, says('Ok.')] }),
  )
  assert.equal(talk('bring me a beer').contextPatch, undefined)
})

test('a turn asks outside forty times at most, and goes on without the rest', () => {
  const call: DocumentAction = { type: 'webhook', webhook_id: 'crm' }
  let asked = 0
  const talk = conversation(
    shop(
      [intentNode('order', [...Array<DocumentAction>(20).fill(call), { type: 'jump', node_id: 'order' }])],
      {
        webhooks: [{ id: 'crm', kind: 'action', url: 'https://crm.example' }],
      },
    ),
    {
      answer: () => {
        asked += 1
        return { ok: true, value: {} }
      },
    },
  )
  const turn = talk('place an order')
  assert.equal(asked, 40)
  assert.ok(turn.trace.notes.some((note) => note.includes('asked enough')))
})

test('a turn takes in a million characters of answers at most', () => {
  const call: DocumentAction = { type: 'webhook', webhook_id: 'crm' }
  let asked = 0
  const talk = conversation(
    shop([intentNode('order', Array<DocumentAction>(20).fill(call))], {
      webhooks: [{ id: 'crm', kind: 'action', url: 'https://crm.example' }],
    }),
    {
      answer: () => {
        asked += 1
        return { ok: true, value: { ignored: 'x'.repeat(250_000) } }
      },
    },
  )
  talk('place an order')
  assert.equal(asked, 4)
})

test('a user who is never clear is asked which of two was meant, and at last given to a person', () => {
  const talk = conversation(smallDocument({ agent: { confidence_threshold: 1 } }))
  const turns = [1, 2, 3, 4].map(() => talk('can I get the bill and a drink please'))
  assert.deepEqual(
    turns.map(({ trace }) => trace.path),
    [['clarify'], ['clarify'], ['clarify'], ['clarify']],
  )
  assert.deepEqual(
    turns.map(({ effects }) => effects.length),
    [0, 0, 0, 1],
  )
})
