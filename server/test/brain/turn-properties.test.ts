import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { prepareAgent } from '../../src/brain/agent.ts'
import type { AgentDocument, DocumentAction, DocumentNode } from '../../src/brain/document/document.ts'
import { trainIntents } from '../../src/brain/intents/train.ts'
import type { DialogState, TurnInput } from '../../src/brain/turn-types.ts'
import type { JsonObject } from '../../src/domain/json.ts'
import { smallExamples } from './small-examples.ts'
import { thinkThrough } from './think-through.ts'

/*
 * Documents here are of the right form but not validated: jumps lead nowhere or in circles, parents are missing or
 * their own children, templates are broken. A stored version may be older than today's rules.
 */
const ids = fc.constantFrom('n1', 'n2', 'n3', 'n4', 'gone')
const intents = fc.constantFrom('drink', 'bill', 'table', 'allergy', 'offtopics', 'nobody')
const texts = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '{{$user.display_name}}',
    '{{$a.b | upcase}}',
    '{{ broken',
    '{% if %}',
    '{{$__proto__}}',
    'Hello',
  ),
)
const urls = fc.oneof(texts, fc.constant('https://example.com/{{$a}}'))
const actions: fc.Arbitrary<DocumentAction> = fc.oneof(
  fc.record({
    type: fc.constant('text' as const),
    texts: fc.array(texts, { minLength: 1, maxLength: 3 }),
    options: fc.array(fc.record({ label: texts, text: texts }), { maxLength: 2 }),
  }),
  fc.record({ type: fc.constantFrom('image' as const, 'audio' as const, 'video' as const), url: urls }),
  fc.record({ type: fc.constant('file' as const), url: urls, name: texts }),
  fc.record({ type: fc.constant('webview' as const), url: urls, label: texts, trigger_node_id: ids }),
  fc.record({ type: fc.constant('pause' as const), duration: fc.nat({ max: 1000 }) }),
  fc.record({
    type: fc.constant('set_variables' as const),
    variables: fc.dictionary(
      fc.constantFrom('a', 'a.b', 'user.plan', 'sys-desk', '__proto__', 'tags', 'user', 'a.__proto__.c'),
      fc.oneof(texts, fc.integer(), fc.constant(null), fc.array(texts)),
    ),
  }),
  fc.record({ type: fc.constant('tag' as const), tag: texts }),
  fc.record({ type: fc.constant('jump' as const), node_id: ids }),
  fc.record({ type: fc.constant('handover' as const), department: texts }),
  fc.record({ type: fc.constant('close' as const) }),
  fc.record({
    type: fc.constant('carousel' as const),
    cards: fc.array(
      fc.record({
        title: texts,
        buttons: fc.array(fc.record({ type: fc.constant('url' as const), label: texts, url: urls }), {
          maxLength: 3,
        }),
      }),
      { maxLength: 3 },
    ),
  }),
)
const nodes: fc.Arbitrary<DocumentNode> = fc.record(
  {
    node_id: ids,
    name: fc.string(),
    type: fc.constantFrom('intent' as const, 'event' as const, 'unknown' as const),
    parent_id: ids,
    intent: intents,
    event: fc.constant('attachment' as const),
    actions: fc.array(actions, { maxLength: 4 }),
  },
  { requiredKeys: ['node_id', 'name', 'type', 'actions'] },
)
const documents: fc.Arbitrary<AgentDocument> = fc.record({
  agent: fc.record(
    {
      name: fc.string(),
      language: fc.constantFrom('en', 'de', 'xx', ''),
      confidence_threshold: fc.constantFrom('auto' as const, 0, 0.5, 1),
      starting_node_id: ids,
      unknown_handover_after: fc.integer({ min: 1, max: 3 }),
    },
    { requiredKeys: ['name'] },
  ),
  guidelines: fc.record({ support_handover: fc.boolean() }),
  intents: fc.constant([]),
  workflows: fc.array(
    fc.record({ workflow_id: fc.string(), name: fc.string(), nodes: fc.array(nodes, { maxLength: 6 }) }),
    { maxLength: 2 },
  ),
})

const contexts: fc.Arbitrary<JsonObject> = fc
  .dictionary(fc.constantFrom('user', 'a', 'tags', 'sys-desk', '__proto__', 'constructor'), fc.jsonValue())
  .map((context) => JSON.parse(JSON.stringify(context)))
const states: fc.Arbitrary<DialogState> = fc.record(
  { unknown_counter: fc.oneof(fc.nat({ max: 4 }), fc.constantFrom(-1, 0.5)), node_id: ids },
  { requiredKeys: ['unknown_counter'] },
)
const inputs: fc.Arbitrary<TurnInput> = fc.record(
  {
    kind: fc.constantFrom('message' as const, 'session_start' as const),
    text: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...smallExamples.map(({ text }) => text), 'talk to a human', 'two cold beers', ''),
    ),
    attachments: fc.array(
      fc.constant({ type: 'image', mime_type: 'image/png', url: 'https://a.example' } as const),
    ),
    context: contexts,
    state: states,
    now: fc.nat(),
    seed: fc.nat(),
  },
  { requiredKeys: ['kind', 'context', 'state', 'now', 'seed'] },
)

const model = trainIntents(smallExamples, { seed: 1 })
const turns = fc
  .record({ document: documents, input: inputs, isTrained: fc.boolean() })
  .map((turn) => structuredClone(turn))

test('whatever the document, the message, the context and the state: a turn ends, and ends the same twice', () => {
  fc.assert(
    fc.property(turns, ({ document, input, isTrained }) => {
      const before = structuredClone({ document, input })
      const agent = prepareAgent(document, isTrained ? model : null)
      const result = thinkThrough(agent, input)
      assert.deepEqual(thinkThrough(prepareAgent(document, isTrained ? model : null), input), result)
      assert.deepEqual({ document, input }, before)
    }),
    { numRuns: 2_000 },
  )
})

test('every turn keeps its bounds: responses, nodes, a sane counter, JSON only, nothing empty said', () => {
  fc.assert(
    fc.property(turns, ({ document, input, isTrained }) => {
      const result = thinkThrough(prepareAgent(document, isTrained ? model : null), input)
      assert.ok(result.responses.length <= 52 && result.trace.nodes.length <= 160)
      assert.deepEqual(JSON.parse(JSON.stringify(result)), result)
      for (const response of result.responses) {
        if (response.type === 'text') assert.notEqual(response.text.trim(), '')
        if ('url' in response) assert.match(response.url, /^https?:/i)
      }
      if (input.kind === 'message')
        assert.ok(Number.isSafeInteger(result.state.unknown_counter) && result.state.unknown_counter >= 0)
    }),
    { numRuns: 2_000 },
  )
})

test('the prototype of objects is the same after all of it', () => {
  assert.deepEqual(Object.keys(Object.prototype), [])
  assert.equal(Reflect.get({}, 'polluted'), undefined)
})
