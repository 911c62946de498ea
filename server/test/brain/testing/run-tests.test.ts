import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareAgent } from '../../../src/brain/agent.ts'
import type { AgentDocument, ConversationTest, DocumentNode } from '../../../src/brain/document/document.ts'
import { validateDocument } from '../../../src/brain/document/document-validation.ts'
import { offlineAnswer } from '../../../src/brain/testing/offline-answer.ts'
import { printReport } from '../../../src/brain/testing/print-report.ts'
import { runTests, type TestReport } from '../../../src/brain/testing/run-tests.ts'
import type { Answer, Ask } from '../../../src/brain/turn-types.ts'

/** A shop that needs no training: its tests say the very phrases. */
const shop = (
  changes: { nodes?: readonly DocumentNode[]; more?: Partial<AgentDocument> } = {},
): AgentDocument => ({
  agent: { name: 'Shop', starting_node_id: 'welcome', inactivity_timeout: 3600 },
  intents: [
    { intent: 'plans', examples: ['which plans are there'] },
    { intent: 'order', examples: ['where is my order'] },
    { intent: 'person', examples: ['call someone'] },
    { intent: 'end', examples: ['we are done'] },
  ],
  webhooks: [{ id: 'orders', url: 'https://shop.example/orders', kind: 'action' }],
  workflows: [
    {
      workflow_id: 'main',
      name: 'Main',
      nodes: [
        { node_id: 'welcome', name: 'Welcome', type: 'event', actions: [says('Welcome!')] },
        {
          node_id: 'plans',
          name: 'Plans',
          type: 'intent',
          intent: 'plans',
          actions: [
            { type: 'set_variables', variables: { topic: 'plans' } },
            { type: 'text', texts: ['Small and large.'], options: [{ label: 'Small', text: 'small' }] },
          ],
          conditions: [
            {
              match: 'all',
              rules: [{ operator: 'equal', name: 'vip', value: true }],
              actions: [says('For you: huge.'), { type: 'tag', tag: 'vip' }],
            },
            { match: 'else', actions: [says('Which one?')] },
          ],
        },
        {
          node_id: 'order',
          name: 'Order',
          type: 'intent',
          intent: 'order',
          actions: [{ type: 'webhook', webhook_id: 'orders', fallback: [says('I cannot see it now.')] }],
        },
        {
          node_id: 'person',
          name: 'Person',
          type: 'intent',
          intent: 'person',
          actions: [{ type: 'handover', department: 'sales' }],
        },
        {
          node_id: 'end',
          name: 'End',
          type: 'intent',
          intent: 'end',
          actions: [says('Bye.'), { type: 'close' }],
        },
        ...(changes.nodes ?? []),
      ],
    },
  ],
  ...changes.more,
})

const says = (text: string) => ({ type: 'text' as const, texts: [text] })

const run = (
  tests: readonly ConversationTest[],
  {
    document = shop(),
    answerOf = offlineAnswer,
  }: { document?: AgentDocument; answerOf?: (ask: Ask) => Answer } = {},
): TestReport => {
  const checked = validateDocument({ ...document, tests })
  assert.ok(checked.ok, JSON.stringify(checked))
  const running = runTests(prepareAgent(checked.document, null), tests)
  let step = running.next()
  while (!step.done) step = running.next(answerOf(step.value))
  return step.value
}

const missesOf = (report: TestReport): string[] =>
  report.tests.flatMap(({ turns }) => turns.flatMap(({ misses }) => misses.map(({ what }) => what)))

const passes = (report: TestReport): void => {
  assert.deepEqual(missesOf(report), [])
  assert.equal(report.passed, true)
}

test('a conversation that goes as expected passes', () => {
  passes(
    run([
      {
        test: 'plans',
        turns: [
          { expect: { node: 'welcome', responses: [{ exact: 'Welcome!' }] } },
          {
            user: 'Which plans are there?',
            expect: {
              intent: 'plans',
              node: 'plans',
              responses: [{ contains: 'large', options: ['Small'] }, { pattern: '^Which .*\\?$' }],
              never_says: ['huge'],
              variables: { topic: 'plans', vip: null },
              events: [],
              silence: false,
            },
          },
        ],
      },
    ]),
  )
})

const wrong: readonly (readonly [
  name: string,
  expect: NonNullable<ConversationTest['turns'][number]['expect']>,
  what: string,
])[] = [
  ['intent', { intent: 'order' }, 'intent'],
  ['missing intent', { intent: null }, 'intent'],
  ['node', { node: 'order' }, 'node'],
  ['exact text', { responses: [{ exact: 'small and large.' }] }, 'responses[0]'],
  ['contained text', { responses: [{ contains: 'medium' }] }, 'responses[0]'],
  ['pattern', { responses: [{ pattern: '^large' }] }, 'responses[0]'],
  ['quick replies', { responses: [{ options: ['Small', 'Large'] }] }, 'responses[0]'],
  ['type', { responses: [{ type: 'image' }] }, 'responses[0]'],
  ['order of responses', { responses: [{ contains: 'Which' }, { contains: 'Small' }] }, 'responses[1]'],
  ['number of responses', { responses: [{ contains: 'Which' }, { contains: 'Which' }] }, 'responses[1]'],
  ['word that must not fall', { never_says: ['large'] }, 'never_says'],
  ['variable', { variables: { topic: 'Plans' } }, 'variables.topic'],
  ['absent variable', { variables: { topic: null } }, 'variables.topic'],
  ['event', { events: ['handover'] }, 'events'],
  ['tag', { events: [{ tag: 'vip' }] }, 'events'],
  ['silence', { silence: true }, 'silence'],
  ['source', { sources: ['Terms'] }, 'sources'],
]
for (const [name, expect, what] of wrong)
  test(`a wrong ${name} fails, and only that`, () => {
    const report = run([{ test: 'plans', turns: [{ user: 'which plans are there', expect }] }])
    assert.deepEqual(missesOf(report), [what])
    assert.equal(report.passed, false)
  })

test('a failure tells what was expected, what came and why', () => {
  const report = run([
    { test: 'prices', turns: [{ user: 'which plans are there', expect: { node: 'order' } }] },
    { test: 'welcome', turns: [{ expect: { responses: [{ exact: 'Welcome!' }] } }] },
  ])
  const printed = printReport(report)
  assert.match(printed, /^FAIL {2}prices$/m)
  assert.match(
    printed,
    /after "which plans are there"\n\s+node\n\s+expected {2}order\n\s+came {6}plans\n\s+because {3}.*plans/,
  )
  assert.match(printed, /^pass {2}welcome$/m)
  assert.match(printed, /1 of 2 tests passed; failed: prices/)
})

test('of a conversation that goes astray the first turn is told in full, what may follow from it in a line', () => {
  const ask: ConversationTest['turns'][number] = {
    user: 'which plans are there',
    expect: { node: 'order', events: ['closed'] },
  }
  const printed = printReport(run([{ test: 'prices', turns: [ask, ask, ask] }]))
  assert.equal(printed.match(/because {3}/g)?.length, 2)
  assert.equal(printed.match(/^ {8}after "which plans are there": node, events$/gm)?.length, 2)
})

test('the context of a test decides as a session’s context does', () => {
  passes(
    run([
      {
        test: 'vip',
        context: { vip: true },
        turns: [
          {
            user: 'which plans are there',
            expect: {
              responses: [{ exact: 'For you: huge.' }],
              events: [{ tag: 'vip' }],
              variables: { tags: ['vip'] },
            },
          },
        ],
      },
    ]),
  )
})

test('a webhook is answered by the test, in order, the last answer again and again', () => {
  const ask = (contains: string) => ({ user: 'where is my order', expect: { responses: [{ contains }] } })
  passes(
    run([
      {
        test: 'order',
        turns: [ask('Tomorrow'), ask('I cannot see'), ask('Today'), ask('Today')],
        answers: [
          { webhook: 'orders', response: { responses: [{ type: 'text', text: 'Tomorrow' }] } },
          { webhook: 'orders', error: 'it is down' },
          {
            webhook: 'orders',
            response: { responses: [{ type: 'text', text: 'Today' }], context: { at: 'door' } },
          },
        ],
      },
    ]),
  )
})

test('a webhook that the test does not answer fails it, also when the fallback is as expected', () => {
  const report = run([
    {
      test: 'order',
      turns: [{ user: 'where is my order', expect: { responses: [{ contains: 'I cannot see' }] } }],
    },
  ])
  assert.deepEqual(missesOf(report), ['answers'])
  assert.match(printReport(report), /an answer of webhook orders/)
})

test('after a handover the agent is silent, and the department is known', () => {
  passes(
    run([
      {
        test: 'person',
        turns: [
          { user: 'call someone', expect: { events: [{ handover: 'sales' }] } },
          { user: 'which plans are there', expect: { silence: true, events: [], intent: null } },
        ],
      },
    ]),
  )
})

test('the clock can be moved: the session expires, and the next message begins a new one', () => {
  passes(
    run([
      {
        test: 'a day later',
        turns: [
          { user: 'which plans are there', expect: { variables: { topic: 'plans' } } },
          { advance: '23h', expect: { events: [] } },
          { user: 'call someone', expect: { variables: { topic: 'plans' } } },
          { advance: '1d', expect: { events: ['expired'] } },
          { user: 'where is my order', expect: { variables: { topic: null }, node: 'order' } },
        ],
        answers: [{ webhook: 'orders', response: {} }],
      },
    ]),
  )
})

test('a resolved conversation is closed for good when its time has passed', () => {
  passes(
    run([
      {
        test: 'end',
        turns: [
          { user: 'we are done', expect: { events: ['closed'], responses: [{ exact: 'Bye.' }] } },
          { advance: '60s', expect: { events: [] } },
          { user: 'which plans are there', expect: { node: 'plans' } },
          { user: 'we are done' },
          { advance: '2m', expect: { events: ['closed'] } },
        ],
      },
    ]),
  )
})

const model: AgentDocument['models'] = [{ provider: 'ollama', model: 'small' }]

test('a test that asks a real model runs several times and says how often it held', () => {
  let asked = 0
  const answerOf = (ask: Ask): Answer => {
    if (ask.kind !== 'model') return offlineAnswer(ask)
    asked++
    const text = asked % 3 === 0 ? 'No.' : 'Yes.'
    return { ok: true, value: { text, model: 'ollama/small', tokens: { input: 1, output: 1 } } }
  }
  const generates: DocumentNode = {
    node_id: 'poem',
    name: 'Poem',
    type: 'unknown',
    actions: [{ type: 'generate', instructions: 'Say yes', fallback: [says('Sorry.')] }],
  }
  const document = shop({ nodes: [generates], more: { models: model } })
  const tests = [
    {
      test: 'poem',
      runs: 3,
      passes_min: 2,
      turns: [{ user: 'zzz', expect: { responses: [{ exact: 'Yes.' }] } }],
    },
  ]
  const { passed, tests: outcomes } = run(tests, { document, answerOf })
  const [outcome] = outcomes
  assert.deepEqual([outcome?.runs, outcome?.passes, passed], [3, 2, true])
  assert.deepEqual(
    run(tests, { document }).tests.map(({ runs, passes: held }) => [runs, held]),
    [[1, 0]],
  )
})

test('coverage counts nodes, branches, intents and what can happen', () => {
  const { coverage } = run([
    { test: 'plans', turns: [{ user: 'which plans are there' }] },
    { test: 'person', turns: [{ user: 'call someone' }] },
  ])
  assert.deepEqual(coverage, {
    nodes: { covered: 3, total: 5, missing: ['order', 'end'] },
    branches: { covered: 1, total: 2, missing: ['plans#0'] },
    intents: { covered: 2, total: 4, missing: ['order', 'end'] },
    events: { covered: 3, total: 5, missing: ['closed', 'tag'] },
  })
})

test('the same agent and tests give the same report', () => {
  const document = shop({
    nodes: [
      {
        node_id: 'what',
        name: 'What',
        type: 'unknown',
        actions: [{ type: 'text', texts: ['a', 'b', 'c', 'd'] }],
      },
    ],
  })
  const tests = [{ test: 'chance', turns: Array.from({ length: 2 }, () => ({ user: 'zzz' })) }]
  assert.deepEqual(run(tests, { document }), run(tests, { document }))
})
