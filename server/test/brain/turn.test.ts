import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareAgent, trainingExamples } from '../../src/brain/agent.ts'
import type { AgentDocument, DocumentAction } from '../../src/brain/document/document.ts'
import { trainIntents } from '../../src/brain/intents/train.ts'
import { initialDialogState, type TurnInput, type TurnResult } from '../../src/brain/turn-types.ts'
import type { JsonObject } from '../../src/domain/json.ts'
import { intentNode, says, smallDocument } from './small-document.ts'
import { thinkThrough } from './think-through.ts'

const conversation = (document: AgentDocument) => {
  const agent = prepareAgent(document, trainIntents(trainingExamples(document), { seed: 1 }))
  let state = initialDialogState
  return (input: string | Partial<TurnInput>): TurnResult => {
    const given = typeof input === 'string' ? { text: input } : input
    const result = thinkThrough(agent, { kind: 'message', context: {}, now: 0, seed: 1, state, ...given })
    state = result.state
    return result
  }
}

const textsOf = ({ responses }: TurnResult): readonly string[] =>
  responses.flatMap((response) => (response.type === 'text' ? [response.text] : []))

const image = { type: 'image', mime_type: 'image/png', url: 'https://example.com/a.png' } as const

test('a message that is understood gets the actions of its node', () => {
  const result = conversation(smallDocument({}))('two cold beers')
  assert.deepEqual(result.responses, [{ type: 'text', text: 'Coming!' }])
  assert.deepEqual(result.trace.nodes, ['drink'])
  assert.equal(result.trace.intent?.name, 'drink')
  assert.deepEqual(result.effects, [])
  assert.equal(result.contextPatch, undefined)
})

test('without a model the very phrases are understood, and nothing else', () => {
  const agent = prepareAgent(smallDocument({}), null)
  const ask = (text: string) =>
    thinkThrough(agent, { kind: 'message', text, context: {}, state: initialDialogState, now: 0, seed: 1 })
  const known = ask('The bill, please!')
  const unknown = ask('two cold beers')
  assert.deepEqual(known.trace.nodes, ['bill'])
  assert.deepEqual(unknown.trace.nodes, [])
})

test('a new session is greeted by the starting node, and met with silence without one', () => {
  const greeted = conversation(smallDocument({ agent: { starting_node_id: 'table' } }))({
    kind: 'session_start',
  })
  assert.deepEqual(textsOf(greeted), ['This way.'])
  assert.deepEqual(conversation(smallDocument({}))({ kind: 'session_start' }).responses, [])
})

test('the unknown node answers what is not understood; without one a built-in sentence in the language does', () => {
  const own = smallDocument({
    nodes: [{ node_id: 'lost', name: 'Lost', type: 'unknown', actions: [says('Pardon?')] }],
  })
  assert.deepEqual(textsOf(conversation(own)('quantum chromodynamics')), ['Pardon?'])
  const german = conversation(smallDocument({ agent: { language: 'de-AT' } }))('quantum chromodynamics')
  assert.match(textsOf(german).join(), /nicht verstanden/)
  const other = conversation(smallDocument({ agent: { language: 'fi' } }))('quantum chromodynamics')
  assert.match(textsOf(other).join(), /did not understand/)
})

test('the third message in a row that is not understood calls a person, and understanding starts the count anew', () => {
  const say = conversation(smallDocument({}))
  assert.equal(say('quantum chromodynamics').state.unknown_counter, 1)
  assert.equal(say('two cold beers').state.unknown_counter, 0)
  assert.deepEqual(say('quantum chromodynamics').effects, [])
  assert.deepEqual(say('quantum chromodynamics').effects, [])
  const third = say('quantum chromodynamics')
  assert.deepEqual(third.responses.at(-1), { type: 'handover' })
  assert.deepEqual(third.effects, [{ type: 'handover', reason: '3 messages in a row were not understood' }])
  assert.equal(third.state.unknown_counter, 0)
})

test('after how many a person is called is the document’s choice', () => {
  const say = conversation(smallDocument({ agent: { unknown_handover_after: 1 } }))
  assert.equal(say('quantum chromodynamics').effects[0]?.type, 'handover')
})

test('where handover is switched off nobody is called, neither by counting nor by asking', () => {
  const say = conversation(smallDocument({ guidelines: { support_handover: false } }))
  for (let count = 1; count <= 5; count++) {
    const { effects, state } = say('quantum chromodynamics')
    assert.deepEqual([effects, state.unknown_counter], [[], count])
  }
  assert.deepEqual(say('I want to talk to a human').effects, [])
})

test('whoever asks for a person gets one from a document that has no intent for it', () => {
  const { responses, effects, state } = conversation(smallDocument({}))('can I talk to a human please')
  assert.deepEqual(responses.at(-1), { type: 'handover' })
  assert.deepEqual(effects, [{ type: 'handover', reason: 'the user asked for a person' }])
  assert.equal(state.unknown_counter, 0)
})

test('a document’s own intent for people is stronger than the built-in handover', () => {
  const document = smallDocument({
    intents: [
      {
        intent: 'waiter',
        examples: ['can I talk to a person', 'get me a human', 'call the waiter', 'waiter'],
      },
    ],
    nodes: [
      intentNode('waiter', [says('The waiter is coming.'), { type: 'handover', department: 'Service' }]),
    ],
  })
  for (const text of ['call the waiter', 'please connect me to an operator']) {
    const { effects, responses } = conversation(document)(text)
    assert.deepEqual(effects, [{ type: 'handover', department: 'Service' }], text)
    assert.deepEqual(responses.at(-1), { type: 'handover', name: 'Service' })
  }
})

test('the very phrase of another intent is stronger than the guard', () => {
  const document = smallDocument({
    intents: [{ intent: 'party', examples: ['I need a live agent', 'we want a party'] }],
    nodes: [intentNode('party', [says('Party!')])],
  })
  assert.deepEqual(textsOf(conversation(document)('I need a live agent!')), ['Party!'])
})

test('the system’s own class offtopics is answered like what is not understood', () => {
  const document = smallDocument({
    intents: [{ intent: 'offtopics', examples: ['tell me a joke', 'sing a song', 'how old are you'] }],
  })
  const { trace, state } = conversation(document)('tell me a joke')
  assert.deepEqual([trace.intent?.name, trace.nodes, state.unknown_counter], ['offtopics', [], 1])
})

test('an intent that no node listens to is not understood, and the trace says so', () => {
  const document = smallDocument({
    intents: [{ intent: 'wifi', examples: ['what is the wifi password', 'wifi'] }],
  })
  const { trace, state } = conversation(document)('wifi')
  assert.equal(state.unknown_counter, 1)
  assert.match(trace.notes.join(), /wifi was understood, but no node listens/)
})

test('a threshold set by hand decides, except over a training phrase', () => {
  const say = conversation(smallDocument({ agent: { confidence_threshold: 1 } }))
  assert.deepEqual(say('two cold beers').trace.nodes, [])
  assert.deepEqual(say('the bill please').trace.nodes, ['bill'])
})

test('even with a threshold of 0 a text without a known part is not understood', () => {
  const say = conversation(smallDocument({ agent: { confidence_threshold: 0 } }))
  assert.deepEqual(say('Ωψ').trace.nodes, [])
})

test('an attachment without words goes to the node for attachments, and is unknown without one', () => {
  const document = smallDocument({
    nodes: [
      {
        node_id: 'got',
        name: 'Got it',
        type: 'event',
        event: 'attachment',
        actions: [says('Nice picture.')],
      },
    ],
  })
  assert.deepEqual(textsOf(conversation(document)({ attachments: [image] })), ['Nice picture.'])
  assert.equal(conversation(smallDocument({}))({ attachments: [image] }).state.unknown_counter, 1)
  assert.deepEqual(textsOf(conversation(document)({ text: 'the bill please', attachments: [image] })), [
    'Here is your bill.',
  ])
})

test('a node under another is heard only while the conversation stands there', () => {
  const document = smallDocument({
    nodes: [
      { ...intentNode('bill', [says('Splitting it.')]), node_id: 'split', parent_id: 'table' },
      {
        node_id: 'lost',
        name: 'Lost',
        type: 'unknown',
        parent_id: 'table',
        actions: [says('About your table?')],
      },
    ],
  })
  const say = conversation(document)
  assert.deepEqual(textsOf(say('the bill please')), ['Here is your bill.'])
  assert.deepEqual(textsOf(say('a table for two')), ['This way.'])
  assert.deepEqual(textsOf(say('quantum chromodynamics')), ['About your table?'])
  assert.deepEqual(textsOf(say('the bill please')), ['Splitting it.'])
  assert.deepEqual(textsOf(say('a cold beer please')), ['Coming!'])
  assert.deepEqual(textsOf(say('the bill please')), ['Here is your bill.'])
})

test('what is heard higher up is heard further down too, the nearest first', () => {
  const under = (node_id: string, parent_id: string, intent: string, text: string) => ({
    ...intentNode(intent, [says(text)]),
    node_id,
    parent_id,
  })
  const document = smallDocument({
    nodes: [
      under('child', 'table', 'drink', 'child'),
      under('sibling', 'table', 'allergy', 'sibling'),
      under('grandchild', 'child', 'bill', 'grandchild'),
    ],
  })
  const say = conversation(document)
  const said = ['a table for two', 'a cold beer please', 'the bill please', 'is there gluten in this'].map(
    (text) => textsOf(say(text)).join(),
  )
  assert.deepEqual(said, ['This way.', 'child', 'grandchild', 'sibling'])
})

test('one of several texts is said, as the seed decides', () => {
  const say = conversation(smallDocument({ drink: [says('a', 'b', 'c')] }))
  const said = (seed: number) => textsOf(say({ text: 'beer', seed })).join()
  const all = Array.from({ length: 50 }, (_, seed) => said(seed))
  assert.deepEqual(new Set(all), new Set(['a', 'b', 'c']))
  assert.deepEqual(
    Array.from({ length: 50 }, (_, seed) => said(seed)),
    all,
  )
})

test('texts, labels and options are templates; an option that renders empty is left out', () => {
  const document = smallDocument({
    drink: [
      {
        type: 'text',
        texts: ['For {{$user.display_name}}'],
        options: [
          { label: 'More {{$kind}}', text: 'more {{$kind}}' },
          { label: '{{$missing}}', text: 'x' },
        ],
      },
    ],
  })
  const result = conversation(document)({
    text: 'beer',
    context: { user: { display_name: 'Ann' }, kind: 'wine' },
  })
  assert.deepEqual(result.responses, [
    { type: 'text', text: 'For Ann', options: [{ label: 'More wine', text: 'more wine' }] },
  ])
  assert.match(result.trace.notes.join(), /\$missing/)
})

test('a text that renders as nothing is not said', () => {
  const result = conversation(smallDocument({ drink: [says('{{$missing}}'), says('b')] }))('beer')
  assert.deepEqual(textsOf(result), ['b'])
})

test('variables that are set are seen by what follows and end in the patch', () => {
  const document = smallDocument({
    drink: [
      { type: 'set_variables', variables: { 'order.drink': 'beer for {{$user.name}}', count: 2, old: null } },
      says('{{$order.drink}} x{{$count}}{{$old}}'),
    ],
  })
  const result = conversation(document)({
    text: 'beer',
    context: { user: { name: 'Ann' }, old: 'x', order: { id: 1 } },
  })
  assert.deepEqual(textsOf(result), ['beer for Ann x2'])
  assert.deepEqual(result.contextPatch, { order: { drink: 'beer for Ann' }, count: 2, old: null })
})

test('what is read-only stays as it is, with a note', () => {
  const action: DocumentAction = {
    type: 'set_variables',
    variables: { 'sys-desk': 'x', 'user.user_id': 'y' },
  }
  const context: JsonObject = { 'sys-desk': 'desk', user: { user_id: 'u' } }
  const result = conversation(smallDocument({ drink: [action] }))({ text: 'beer', context })
  assert.equal(result.contextPatch, undefined)
  assert.equal(result.trace.notes.length, 2)
})

test('every kind of response has the fields of the wire and no others', () => {
  const url = 'https://example.com/{{$id}}'
  const button = { type: 'url', label: 'Open', url } as const
  const document = smallDocument({
    drink: [
      { type: 'image', url, name: 'Menu' },
      { type: 'video', url, size: 10 },
      { type: 'audio', url },
      { type: 'file', url, name: 'menu.pdf', size: 3 },
      { type: 'webview', url, label: 'Open', height: 'tall' },
      { type: 'pause', duration: 500, show_typing: true },
      { type: 'carousel', cards: [{ title: 'A', media: { type: 'image', url }, buttons: [button] }] },
      { type: 'tag', tag: 'thirsty' },
      { type: 'close' },
      says('never said'),
    ],
  })
  const { responses, effects } = conversation(document)({ text: 'beer', context: { id: 7 } })
  const there = 'https://example.com/7'
  assert.deepEqual(responses, [
    { type: 'image', url: there, name: 'Menu' },
    { type: 'video', url: there, size: 10 },
    { type: 'audio', url: there },
    { type: 'file', url: there, name: 'menu.pdf', size: 3 },
    { type: 'webview', url: there, label: 'Open', height: 'tall' },
    { type: 'pause', duration: 500, show_typing: true },
    {
      type: 'carousel',
      cards: [
        {
          title: 'A',
          media: { type: 'image', url: there },
          buttons: [{ type: 'url', label: 'Open', url: there }],
        },
      ],
    },
  ])
  assert.deepEqual(effects, [{ type: 'tag', tag: 'thirsty' }, { type: 'close' }])
})

test('an address that a variable turned into something else than http is not sent', () => {
  const document = smallDocument({ drink: [{ type: 'image', url: '{{$link}}' }, says('b')] })
  for (const link of [
    'javascript:alert(1)',
    'javascript://%0aalert(1)',
    'file:///etc/passwd',
    '//host/a',
    '',
  ]) {
    const result = conversation(document)({ text: 'beer', context: { link } })
    assert.deepEqual(result.responses, [{ type: 'text', text: 'b' }], link)
    assert.match(result.trace.notes.join(), /no http\(s\) address/)
  }
})

test('one turn says at most 50 things', () => {
  const many = Array.from({ length: 40 }, () => says('a'))
  const document = smallDocument({
    drink: [...many, { type: 'jump', node_id: 'next' }],
    nodes: [{ node_id: 'next', name: 'Next', type: 'event', actions: many }],
  })
  const result = conversation(document)('beer')
  assert.equal(result.responses.length, 50)
  assert.match(result.trace.notes.join(), /more than 50 responses/)
})

test('jumps are followed and every node is in the trace', () => {
  const document = smallDocument({
    drink: [says('a'), { type: 'jump', node_id: 'next' }, says('never said')],
    nodes: [{ node_id: 'next', name: 'Next', type: 'event', actions: [says('b')] }],
  })
  const result = conversation(document)('beer')
  assert.deepEqual(textsOf(result), ['a', 'b'])
  assert.deepEqual(result.trace.nodes, ['drink', 'next'])
})

test('a circle of jumps ends after 80 nodes in the built-in sentence, and leaves nothing behind', () => {
  const document = smallDocument({
    drink: [
      says('round'),
      { type: 'tag', tag: 'x' },
      { type: 'set_variables', variables: { a: 1 } },
      { type: 'jump', node_id: 'drink' },
    ],
  })
  const result = conversation(document)('beer')
  assert.match(textsOf(result).join(), /^Sorry/)
  assert.deepEqual(result.effects, [])
  assert.equal(result.contextPatch, undefined)
  assert.equal(result.trace.nodes.length, 80)
  assert.match(result.trace.notes.join(), /circle of jumps/)
  assert.equal(result.state.unknown_counter, 1)
})

test('the trace keeps at most five intents and five reasons', () => {
  const { intent } = conversation(smallDocument({}))('can I pay by card').trace
  assert.equal(intent?.ranking[0]?.confidence, 1)
  assert.ok((intent?.ranking.length ?? 9) <= 5 && (intent?.because.length ?? 9) <= 5)
  assert.ok((intent?.threshold ?? 0) > 0)
})
