import assert from 'node:assert/strict'
import { test } from 'node:test'
import { validateDocument } from '../../../src/brain/document/document-validation.ts'
import { smallDocument } from '../small-document.ts'

const turn = (expect: unknown) => ({ test: 'a', turns: [{ user: 'x', expect }] })

const errorsOf = (...tests: readonly unknown[]): string[] => {
  const webhooks = [{ id: 'orders', url: 'https://example.com', kind: 'first_message' }]
  const outcome = validateDocument({ ...smallDocument({}), webhooks, tests })
  return outcome.ok ? [] : outcome.errors.map(({ path, message, cure }) => `${path}: ${message}; ${cure}`)
}

test('a test with every kind of turn, expectation and answer is accepted', () => {
  const expect = {
    intent: 'drink',
    node: 'drink',
    responses: [{ exact: 'a' }, { contains: 'b' }, { pattern: '^c' }, { options: ['d'], type: 'text' }],
    never_says: ['e'],
    variables: { 'order.id': { any: ['json', 1] }, gone: null },
    events: ['handover', 'closed', { tag: 'f' }, { handover: 'sales' }],
    sources: ['g'],
  }
  const attachments = [{ type: 'image', mime_type: 'image/png', url: 'https://example.com/a.png' }]
  assert.deepEqual(
    errorsOf({
      test: 'all',
      context: { vip: true, user: { display_name: 'Alice' } },
      at: '2026-03-29T00:30:00+01:00',
      session_timeout: 600,
      turns: [
        { expect: { silence: false } },
        { user: 'x', expect },
        { attachments, expect: { intent: null, silence: true, events: [] } },
        { advance: '24h', expect: { events: ['expired'] } },
        { user: 'x', attachments },
      ],
      answers: [
        { webhook: 'orders', response: { responses: [] } },
        { webhook: 'orders', error: 'down' },
        { tool: 'shop.find', result: null },
        { model: 'Yes.' },
        { model: '', tool_calls: [{ tool: 'webhook.orders', arguments: { id: 1 } }] },
        { passages: [{ title: 'a', text: 'b', score: 0.5 }] },
      ],
      runs: 3,
      passes_min: 2,
    }),
    [],
  )
})

const faults: readonly (readonly [name: string, test: unknown, error: string])[] = [
  ['no turn', { test: 'a', turns: [] }, 'tests[0].turns: is empty; give at least 1'],
  [
    'a misspelt expectation',
    turn({ respones: [] }),
    'tests[0].turns[0].expect.respones: is an unknown key; did you mean responses? known here: intent, node, responses, never_says, variables, events, silence, sources',
  ],
  ['nothing expected', turn({}), 'tests[0].turns[0].expect: is empty; give at least 1'],
  [
    'an intent that is not there',
    turn({ intent: 'drinks' }),
    'tests[0].turns[0].expect.intent: "drinks" is none of the intents; did you mean drink? name an intent of this document, or null for none',
  ],
  [
    'a node that is not there',
    turn({ node: 'tabel' }),
    'tests[0].turns[0].expect.node: "tabel" is the node_id of no node; did you mean table? name a node_id of this document',
  ],
  [
    'an unknown event',
    turn({ events: ['handovr'] }),
    'tests[0].turns[0].expect.events[0]: "handovr" is not known; did you mean handover? use handover or closed or expired or {tag: ...} or {handover: ...}',
  ],
  [
    'silence that speaks',
    turn({ silence: true, responses: [{ contains: 'a' }] }),
    'tests[0].turns[0].expect.silence: contradicts what is to be said; leave out one of the two',
  ],
  [
    'a time that is none',
    { test: 'a', turns: [{ advance: 'a day' }] },
    'tests[0].turns[0].advance: "a day" has not the right form; use a number with s, m, h or d, as 90s, 15m, 24h or 2d',
  ],
  [
    'time that passes while somebody speaks',
    { test: 'a', turns: [{ advance: '1h', user: 'x' }] },
    'tests[0].turns[0].advance: stands beside a message; make it a turn of its own, before',
  ],
  [
    'words expected of the clock',
    { test: 'a', turns: [{ advance: '1h', expect: { silence: true } }] },
    'tests[0].turns[0].expect.silence: is not answered by the clock; expect only events here; put the rest under the message that follows',
  ],
  [
    'a greeting in the middle',
    { test: 'a', turns: [{ user: 'x' }, { expect: { silence: true } }] },
    'tests[0].turns[1]: has no message; add user: text; only the first turn may expect what the agent says by itself',
  ],
  [
    'a start that is no moment',
    { test: 'a', at: '2026-13-45', turns: [{ user: 'x' }] },
    'tests[0].at: 2026-13-45 is no moment; write it like 2026-01-05T09:00:00Z',
  ],
  [
    'more passes than runs',
    { test: 'a', passes_min: 2, turns: [{ user: 'x' }] },
    'tests[0].passes_min: 2 of 1 runs cannot hold; raise runs, or ask for 1 or fewer',
  ],
  [
    'an answer of nobody',
    { test: 'a', turns: [{ user: 'x' }], answers: [{ response: {} }] },
    'tests[0].answers[0]: does not say who answers; name one of webhook, tool, model (with or without tool_calls) and passages',
  ],
  [
    'an answer of two',
    { test: 'a', turns: [{ user: 'x' }], answers: [{ webhook: 'orders', model: 'y', response: {} }] },
    'tests[0].answers[0]: answers for webhook and model at once; name one of webhook, tool, model (with or without tool_calls) and passages',
  ],
  [
    'an answer of a webhook that is not there',
    { test: 'a', turns: [{ user: 'x' }], answers: [{ webhook: 'order', response: {} }] },
    'tests[0].answers[0].webhook: "order" is none of the webhooks; did you mean orders? name the id of a webhook of this document',
  ],
  [
    'a webhook without its answer',
    { test: 'a', turns: [{ user: 'x' }], answers: [{ webhook: 'orders' }] },
    'tests[0].answers[0]: has no answer; add response: {} or error: why there is none',
  ],
]
for (const [name, one, error] of faults)
  test(`${name} in a test is an error with path and cure`, () => {
    assert.deepEqual(errorsOf(one), [error])
  })

test('a pattern that cannot run in linear time is an error', () => {
  const [error = '', ...others] = errorsOf(turn({ responses: [{ pattern: '(a)\\1' }] }))
  assert.match(error, /^tests\[0\]\.turns\[0\]\.expect\.responses\[0\]\.pattern: cannot be read: /)
  assert.deepEqual(others, [])
})

test('two tests of one name are an error', () => {
  const one = { test: 'a', turns: [{ user: 'x' }] }
  assert.deepEqual(errorsOf(one, one), [
    'tests[1].test: "a" stands at tests[0].test already; choose another name, or join the two',
  ])
})
