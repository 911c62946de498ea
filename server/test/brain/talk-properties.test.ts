import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { prepareAgent } from '../../src/brain/agent.ts'
import type {
  AgentDocument,
  DocumentAction,
  DocumentCondition,
  DocumentNode,
  DocumentRequisite,
} from '../../src/brain/document/document.ts'
import {
  type Answer,
  type Ask,
  type DialogState,
  initialDialogState,
  type TurnInput,
  type TurnResult,
} from '../../src/brain/turn-types.ts'
import { isFilled, variable } from '../../src/brain/variables.ts'
import { mergeContext } from '../../src/domain/context.ts'
import { isJsonObject, type Json, type JsonObject } from '../../src/domain/json.ts'
import { at } from './conversation.ts'
import { thinkThrough } from './think-through.ts'

/*
 * Whole talks: documents with questions, conditions, jumps, webhooks, knowledge, models and fallbacks in any order;
 * ten messages that answer, digress, ask for a person, say nothing or make no sense; and whoever is asked outside
 * answers well, badly, too much or not at all.
 */
const ids = ['n1', 'n2', 'n3', 'n4', 'n5']
const idOrNone = fc.constantFrom(...ids, 'gone')
const intents = ['alpha', 'beta', 'gamma']
const variables = ['a', 'b', 'c.d', 'tags', 'sys-desk']

const says = (text: string) => ({ type: 'text' as const, texts: [text] })
const quiet: fc.Arbitrary<DocumentAction> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('Said.', '{{$a}}', '{{$gone}}').map(says) },
  { weight: 3, arbitrary: idOrNone.map((id) => ({ type: 'jump' as const, node_id: id })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...variables), fc.constantFrom('x', 7, null, '{{$b}}'))
      .map(([name, value]) => ({ type: 'set_variables' as const, variables: { [name]: value } })),
  },
  fc.constant({ type: 'reset' as const }),
  fc.constant({ type: 'tag' as const, tag: 'seen' }),
  fc.constantFrom({ type: 'handover' as const }, { type: 'close' as const }),
)
const fallback = fc.constantFrom(undefined, [says('Fallback.')])
const asking: fc.Arbitrary<DocumentAction> = fallback.chain((otherwise) => {
  const more = otherwise ? { fallback: [...otherwise] } : {}
  const one: DocumentAction[] = [
    { type: 'webhook', webhook_id: 'crm', ...more },
    { type: 'knowledge', ...more },
    { type: 'generate', instructions: 'Greet.', ...more },
  ]
  return fc.constantFrom(...one)
})
const actions = fc.array(fc.oneof({ weight: 3, arbitrary: quiet }, asking), { maxLength: 4 })

const strict: fc.Arbitrary<NonNullable<DocumentRequisite['validate']>> = fc.constantFrom(
  { entity: 'sys-number' },
  { entity: 'sys-date' },
  { enum: ['Red', 'Cancel'] },
  { pattern: '(x*)y.*' },
)
const requisiteOf = (
  validate: fc.Arbitrary<DocumentRequisite['validate'] | undefined>,
): fc.Arbitrary<DocumentRequisite> =>
  fc
    .record({
      save_as: fc.constantFrom(...variables),
      validate,
      attempts_max: fc.integer({ min: 1, max: 3 }),
      required: fc.boolean(),
    })
    .map(({ validate: form, ...rest }) => ({
      ...rest,
      prompt: [says(`${rest.save_as}?`)],
      ...(form ? { validate: form } : {}),
    }))

const conditions: fc.Arbitrary<DocumentCondition[]> = fc.array(
  fc.oneof(
    fc.record({
      match: fc.constantFrom('all' as const, 'any' as const),
      rules: fc.array(
        fc.oneof(
          fc.record({
            operator: fc.constantFrom('equal' as const, 'exists' as const, 'matches' as const),
            name: fc.constantFrom(...variables),
            value: fc.constantFrom('x', 7, '{{$b}}', '('),
          }),
          fc.constant({ operator: 'guideline' as const, value: 'The user is angry.' }),
        ),
        { maxLength: 2 },
      ),
      actions,
    }),
    fc.record({ match: fc.constant('else' as const), actions }),
  ),
  { maxLength: 2 },
)

const nodesWith = (validate: Parameters<typeof requisiteOf>[0]): fc.Arbitrary<DocumentNode[]> =>
  fc.tuple(
    ...ids.map((id) =>
      fc.record(
        {
          node_id: fc.constant(id),
          name: fc.constant(id),
          type: fc.constantFrom('intent' as const, 'intent' as const, 'event' as const, 'unknown' as const),
          parent_id: fc.constantFrom(...ids),
          intent: fc.constantFrom(...intents),
          event: fc.constant('attachment' as const),
          requisites: fc.array(requisiteOf(validate), { maxLength: 2 }),
          actions,
          conditions,
          enhance: fc.boolean(),
        },
        { requiredKeys: ['node_id', 'name', 'type', 'intent', 'actions'] },
      ),
    ),
  )

const hooks = fc.subarray([
  { id: 'pre', kind: 'pre_message' as const, url: 'https://a.example', fail_on_error: true },
  { id: 'post', kind: 'post_message' as const, url: 'https://a.example', fail_on_error: true },
])
const documentsWith = (validate: Parameters<typeof requisiteOf>[0]): fc.Arbitrary<AgentDocument> =>
  fc
    .record({
      nodes: nodesWith(validate),
      hooks,
      nodesMax: fc.constantFrom(5, 80),
      start: idOrNone,
      hasKnowledge: fc.boolean(),
      hasModels: fc.boolean(),
    })
    .map(({ nodes, hooks: around, nodesMax, start, hasKnowledge, hasModels }) => ({
      agent: { name: 'Any', starting_node_id: start, turn_limits: { nodes_max: nodesMax } },
      intents: intents.map((intent) => ({ intent, examples: [`say ${intent}`] })),
      workflows: [{ workflow_id: 'main', name: 'Main', nodes }],
      webhooks: [{ id: 'crm', kind: 'action', url: 'https://a.example' }, ...around],
      ...(hasKnowledge ? { knowledge: [{ collection: 'faq', name: 'FAQ', sources: [] }] } : {}),
      ...(hasModels ? { models: [{ provider: 'ollama', model: 'small' }] } : {}),
    }))

const messages: fc.Arbitrary<Partial<TurnInput>> = fc.oneof(
  fc
    .constantFrom(
      ...intents.map((intent) => `say ${intent}`),
      ...['7', 'tomorrow', 'red', 'Cancel', 'yes', 'xy', 'y', 'zzz qqq', 'stop', 'talk to a human', ''],
    )
    .map((text) => ({ text })),
  fc.constant({ attachments: [{ type: 'image', mime_type: 'image/png', url: 'https://a.example' }] }),
)

const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.constantFrom<Json[]>(
    { context: { a: 1 } },
    { context: { a: null, 'sys-desk': 'mine', user: { user_id: 'mine' } } },
    { context: { a: 'x'.repeat(40_000) } },
    { responses: [{ type: 'text', text: 'From outside.' }] },
    { responses: [{ type: 'text', text: '' }] },
    { passages: [{ passage_id: 'p', title: 'T', text: 'We open at nine. It is free.', score: 0.9 }] },
    { text: 'It is free.', model: 'm', tokens: { input: 1, output: 1 } },
    { text: '{"holds":true}', model: 'm', tokens: { input: 1, output: 1 } },
    null,
    [1],
    'words',
  ),
)
const answers: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 4, arbitrary: value.map((one): Answer => ({ ok: true, value: one })) },
  fc.constant<Answer>({ ok: false, error: 'down' }),
)

interface Turn {
  readonly before: DialogState
  readonly input: TurnInput
  readonly result: TurnResult
  readonly asked: readonly Answer[]
  readonly contextAfter: JsonObject
}

/** The talk as a session has it: state and context go on through JSON. */
function* talk(
  document: AgentDocument,
  said: Iterable<Partial<TurnInput>>,
  answer: (ask: Ask) => Answer,
): Generator<Turn> {
  let state = initialDialogState
  let context: JsonObject = {}
  let count = 0
  const agent = prepareAgent(document, null)
  for (const message of [{ kind: 'session_start' } as const, ...said]) {
    const asked: Answer[] = []
    const own: JsonObject = { ...context, 'sys-user_message_counter': count++ }
    const input: TurnInput = { kind: 'message', context: own, now: at, seed: count, state, ...message }
    const result = thinkThrough(agent, input, (ask) => {
      const one = answer(ask)
      asked.push(one)
      return one
    })
    context = mergeContext(context, result.contextPatch ?? {})
    yield { before: state, input, result, asked, contextAfter: context }
    state = JSON.parse(JSON.stringify(result.state))
  }
}

const talks = fc
  .record({
    document: documentsWith(fc.option(strict, { nil: undefined })),
    said: fc.array(messages, { minLength: 10, maxLength: 10 }),
    outside: fc.array(answers, { minLength: 1, maxLength: 12 }),
  })
  .map((one) => structuredClone(one))

const inTurnOf = (outside: readonly Answer[]): (() => Answer) => {
  let next = 0
  return () => outside[next++ % outside.length] ?? { ok: false, error: 'down' }
}

const checkTalks = (check: (turn: Turn, document: AgentDocument) => void): void =>
  fc.assert(
    fc.property(talks, ({ document, said, outside }) => {
      for (const turn of talk(document, said, inTurnOf(outside))) check(turn, document)
    }),
    { numRuns: 1_000 },
  )

test('every turn of every talk keeps its bounds: nodes, asks, state, and nothing empty is said', () => {
  checkTalks(({ result, asked }, { agent }) => {
    assert.ok(result.trace.nodes.length <= (agent.turn_limits?.nodes_max ?? 80))
    assert.ok(asked.length <= 40 && result.responses.length <= 50 && result.trace.notes.length <= 50)
    assert.deepEqual(JSON.parse(JSON.stringify(result)), result)
    assert.ok(JSON.stringify(result.state).length < 2_000)
    for (const response of result.responses)
      if (response.type === 'text') assert.notEqual(response.text.trim(), '')
  })
})

test('thought again with the recorded answers, every turn of every talk is the same to the letter', () => {
  checkTalks(({ input, result, asked }, document) => {
    const again = thinkThrough(
      prepareAgent(JSON.parse(JSON.stringify(document)), null),
      JSON.parse(JSON.stringify(input)),
      inTurnOf(asked),
    )
    assert.equal(JSON.stringify(again), JSON.stringify(result))
  })
})

interface Question {
  readonly node_id: string
  readonly save_as: string
}

const questionsIn = (state: DialogState): readonly Question[] => {
  const { question, suspended } = state
  return [
    ...(Array.isArray(suspended) ? suspended : []),
    ...(isJsonObject(question) ? [question] : []),
  ].filter((one): one is JsonObject & Question => isJsonObject(one) && typeof one['node_id'] === 'string')
}

test('an open question is answered, asked again, kept, begun anew or given up for a reason; it is never just lost', () => {
  checkTalks(({ before, result, contextAfter }) => {
    const { path, nodes, notes } = result.trace
    const hasEnded = result.effects.some(({ type }) => type !== 'tag') || path.includes('stop')
    if (hasEnded) return
    const kept = questionsIn(result.state)
    for (const { node_id: nodeId, save_as: saveAs } of questionsIn(before)) {
      const isKept = kept.some((one) => one.node_id === nodeId && one.save_as === saveAs)
      const isAnswered = isFilled(variable(contextAfter, saveAs))
      const isGivenUp = notes.some((note) => note.includes(`answers for ${saveAs} were not valid`))
      assert.ok(isKept || isAnswered || isGivenUp || nodes.includes(nodeId), `${nodeId} ${saveAs} is lost`)
    }
  })
})

test('no question waits twice, and none waits behind another of its own node', () => {
  checkTalks(({ result }) => {
    const nodes = questionsIn(result.state).map(({ node_id: nodeId }) => nodeId)
    assert.equal(new Set(nodes).size, nodes.length)
  })
})

test('whoever is never understood reaches a person, whatever the document asks for', () => {
  fc.assert(
    fc.property(
      documentsWith(strict).map((document) => structuredClone(document)),
      fc.array(messages, { maxLength: 4 }),
      (document, said) => {
        const gibberish = Array<Partial<TurnInput>>(60).fill({ text: 'zzz qqq' })
        const turns = [...talk(document, [...said, ...gibberish], () => ({ ok: false, error: 'down' }))]
        assert.ok(
          turns
            .slice(1 + said.length)
            .some(({ result }) => result.effects.some(({ type }) => type !== 'tag')),
        )
      },
    ),
    { numRuns: 500 },
  )
})
