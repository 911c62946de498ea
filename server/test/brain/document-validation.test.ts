import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import Schema from 'typebox/schema'
import { AgentDocument, type DocumentAction } from '../../src/brain/document/document.ts'
import { validateDocument } from '../../src/brain/document/document-validation.ts'
import { schemaFaults } from '../../src/brain/document/schema-faults.ts'
import { intentNode, says, smallDocument } from './small-document.ts'

const errorsOf = (document: unknown) => {
  const outcome = validateDocument(document)
  return outcome.ok ? [] : outcome.errors.map(({ path, message, cure }) => `${path}: ${message}; ${cure}`)
}
const warningsOf = (document: unknown) => {
  const outcome = validateDocument(document)
  assert.ok(outcome.ok, JSON.stringify(outcome))
  return outcome.warnings.map(({ path, message, cure }) => `${path}: ${message}; ${cure}`)
}

/** The small document with something at a path of it replaced, written as the errors write paths. */
const changed = (path: string, value: unknown): object => {
  const document: object = structuredClone(smallDocument({}))
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '')
  const last = keys.pop() ?? ''
  const target = keys.reduce<unknown>((at, key) => Reflect.get(Object(at), key), document)
  if (value === undefined) Reflect.deleteProperty(Object(target), last)
  else Reflect.set(Object(target), last, value)
  return document
}
const node = 'workflows[0].nodes[0]'
const action = `${node}.actions[0]`

/** The small document with a question for an order's number, and a webhook. */
const withOrder = (changes: Parameters<typeof smallDocument>[0], question: object = {}): unknown => ({
  ...smallDocument({
    ...changes,
    nodes: [
      {
        ...intentNode('bill', [{ type: 'webhook', webhook_id: 'orders' }]),
        node_id: 'order',
        parent_id: 'table',
        requisites: [{ save_as: 'order.number', prompt: [{ type: 'text', texts: ['Which?'] }], ...question }],
      },
    ],
  }),
  webhooks: [{ id: 'orders', url: 'https://shop.example', kind: 'action' }],
})

test('a document without faults is accepted without a word', () => {
  assert.deepEqual(warningsOf(smallDocument({})), [])
})

const faults: readonly (readonly [name: string, document: unknown, error: string | RegExp])[] = [
  ['no document', 'hello', ': is the text "hello"; use {agent: ..., intents: ..., workflows: ...}'],
  [
    'a missing part',
    changed('intents', undefined),
    'intents: is missing; add intents: a list of {intent: ..., examples: ...}',
  ],
  [
    'an unknown key',
    changed('agent.confidence_treshold', 0.5),
    'agent.confidence_treshold: is an unknown key; did you mean confidence_threshold? known here: name, description, language, inactivity_timeout, confidence_threshold, knowledge_threshold, disambiguation, starting_node_id, unknown_handover_after, turn_limits',
  ],
  ['a wrong type', changed('agent.name', 7), 'agent.name: is 7; use text, in quotes: "7"'],
  [
    'a time with a unit',
    changed('agent.inactivity_timeout', '10m'),
    'agent.inactivity_timeout: is the text "10m"; use a whole number from 10 to 2592000: seconds of silence after which the agent forgets where the conversation stood',
  ],
  [
    'one text in place of a list',
    changed(`${action}.texts`, 'Hello'),
    `${action}.texts: is the text "Hello"; use a list, as ["Hello"]`,
  ],
  [
    'one action in place of a list',
    changed(`${node}.actions`, { type: 'text', texts: ['Hello'] }),
    `${node}.actions: is an object; use a list: write - before each entry`,
  ],
  [
    'a text in place of actions',
    changed(`${node}.actions`, 'Hello'),
    `${node}.actions: is the text "Hello"; use a list, as [{type: text, texts: ["Hello"]}]`,
  ],
  [
    'an entry that was not written',
    changed(`${action}.texts[0]`, null),
    `${action}.texts[0]: is null; use text; nothing stands behind its - or :`,
  ],
  [
    'a template without quotes',
    changed(`${action}.texts[0]`, { '{ $name }': null }),
    `${action}.texts[0]: is an object; put a text with {{ in quotes, as "{{$name}}"; YAML takes it for an object otherwise`,
  ],
  [
    'a name that is too long',
    changed('agent.name', 'x'.repeat(33)),
    'agent.name: has 33 characters; 32 is the most; shorten or split it',
  ],
  [
    'a threshold above 1',
    changed('agent.confidence_threshold', 1.5),
    'agent.confidence_threshold: 1.5 is too large; use 1 or less',
  ],
  [
    'a threshold in words',
    changed('agent.confidence_threshold', 'high'),
    'agent.confidence_threshold: "high" is not known; use auto or a number',
  ],
  [
    'a slug with a space',
    changed('intents[0].intent', 'my drink'),
    'intents[0].intent: "my drink" has not the right form; use lower-case letters, digits, _ and -, as in opening_hours',
  ],
  [
    'an intent without examples',
    changed('intents[0].examples', []),
    'intents[0].examples: is empty; give at least 1',
  ],
  [
    'an example that is too long',
    changed('intents[0].examples[0]', 'x'.repeat(513)),
    'intents[0].examples[0]: has 513 characters; 512 is the most; shorten or split it',
  ],
  [
    'an unknown type of node',
    changed(`${node}.type`, 'intend'),
    `${node}.type: "intend" is not known; did you mean intent? use one of intent, event, unknown`,
  ],
  [
    'an action that is no object',
    changed(action, 'hi'),
    `${action}: is the text "hi"; use {type: text, texts: ["hi"]} to say it; types are text, image, video, audio, file, carousel, webview, pause, set_variables, reset, tag, jump, handover, close, webhook, knowledge, generate`,
  ],
  [
    'a type of action in place of the action',
    changed(action, 'close'),
    `${action}: is the text "close"; use {type: close}, with what else belongs to it`,
  ],
  [
    'a text that a colon of YAML has parted',
    changed(`${action}.texts[0]`, { Open: '6 to 23' }),
    `${action}.texts[0]: is an object; use text; with a colon in it, in quotes: "Open: 6 to 23"`,
  ],
  [
    'a name in place of a validation',
    changed(`${node}.requisites`, [{ save_as: 'a', prompt: [says('b')], validate: 'sys-date' }]),
    `${node}.requisites[0].validate: is the text "sys-date"; use {entity: ...} or {pattern: ...} or {enum: ...} or {guideline: ...}`,
  ],
  [
    'a key that belongs into another',
    changed(`${node}.requisites`, [{ save_as: 'a', prompt: [says('b')], entity: 'sys-date' }]),
    `${node}.requisites[0].entity: is an unknown key; write it below validate:, indented; known here: save_as, prompt, validate, reprompt, attempts_max, required`,
  ],
  [
    'a part that is indented too deep',
    changed('agent.entities', []),
    /^agent\.entities: is an unknown key; indent it less: it is known one level above; known here: name/,
  ],
  [
    'lines of a block in place of a list',
    changed('intents[0].examples', 'one beer\na cold beer\n'),
    'intents[0].examples: is the text "one beer\\na cold beer\\n"; use a list, as ["one beer", "a cold beer"]',
  ],
  [
    'a choice that stands twice',
    changed(`${node}.requisites`, [
      { save_as: 'a', prompt: [says('b')], validate: { enum: ['Yes', 'No', 'yes!'] } },
    ]),
    `${node}.requisites[0].validate.enum[2]: says the same as "Yes"; leave out one of the two`,
  ],
  [
    'an answer of a webhook without context',
    {
      ...changed('tests', [
        {
          test: 'a',
          turns: [{ user: 'b' }],
          answers: [{ webhook: 'w', response: { order: { state: 'sent' } } }],
        },
      ]),
      webhooks: [{ id: 'w', url: 'https://shop.example', kind: 'pre_message' }],
    },
    'tests[0].answers[0].response.order: is no part of an answer; write it below context:, as {context: {order: ...}}',
  ],
  [
    'an operator of another language',
    changed(`${node}.conditions`, [
      { match: 'all', rules: [{ operator: '==', name: 'user.plan', value: 'pro' }], actions: [says('b')] },
    ]),
    /rules\[0\]\.operator: "==" is not known; did you mean equal\? use one of equal, not_equal/,
  ],
  [
    'and in place of all',
    changed(`${node}.conditions`, [
      { match: 'and', rules: [{ operator: 'exists', name: 'user.plan' }], actions: [says('b')] },
    ]),
    `${node}.conditions[0].match: "and" is not known; did you mean all? use one of all, any, else`,
  ],
  [
    'a day in words',
    changed('tests', [{ test: 'a', at: 'tomorrow', turns: [{ user: 'b' }] }]),
    'tests[0].at: "tomorrow" has not the right form; write it like 2026-01-05T09:00:00Z',
  ],
  [
    'an unknown action',
    changed(action, { type: 'txt', texts: ['a'] }),
    `${action}.type: "txt" is not known; did you mean text? use one of text, image, video, audio, file, carousel, webview, pause, set_variables, reset, tag, jump, handover, close, webhook, knowledge, generate`,
  ],
  [
    'a text action without texts',
    changed(action, { type: 'text' }),
    `${action}.texts: is missing; add texts: a list of texts`,
  ],
  [
    'a misspelt key of an action',
    changed(`${action}.option`, []),
    `${action}.option: is an unknown key; did you mean options? known here: type, texts, options`,
  ],
  [
    'a variable with a strange name',
    changed(action, { type: 'set_variables', variables: { 'my plan': 1 } }),
    `${action}.variables["my plan"]: is no name of a variable; use letters, digits, _ and -; dots go into objects, as in user.plan`,
  ],
  [
    'a seventh card',
    changed(action, {
      type: 'carousel',
      cards: Array.from({ length: 7 }, () => ({ title: 'a', buttons: [{ type: 'postback', label: 'b' }] })),
    }),
    `${action}.cards: has 7 entries; 6 is the most; shorten or split it`,
  ],
  [
    'two intents of one name',
    smallDocument({ intents: [{ intent: 'drink', examples: ['a1'] }] }),
    'intents[4].intent: "drink" stands at intents[0].intent already; choose another intent, or join the two',
  ],
  [
    'two nodes of one id',
    changed('workflows[0].nodes[1].node_id', 'drink'),
    `workflows[0].nodes[1].node_id: "drink" stands at ${node}.node_id already; choose another node_id, or join the two`,
  ],
  [
    'an intent node without its intent',
    changed(`${node}.intent`, undefined),
    `${node}.intent: is missing; a node of type intent names its intent`,
  ],
  [
    'a node of an intent that is not there',
    changed(`${node}.intent`, 'drinks'),
    `${node}.intent: "drinks" is none of the intents; did you mean drink? name an intent of this document, or add it`,
  ],
  [
    'an intent where it means nothing',
    changed(`${node}.type`, 'unknown'),
    `${node}.intent: has no meaning in a node of type unknown; make the type intent, or leave it out`,
  ],
  [
    'an event where it means nothing',
    changed(`${node}.event`, 'attachment'),
    `${node}.event: has no meaning in a node of type intent; make the type event, or leave it out`,
  ],
  [
    'a jump to nowhere',
    changed(action, { type: 'jump', node_id: 'tabel' }),
    `${action}.node_id: "tabel" is the node_id of no node; did you mean table? name a node_id of this document`,
  ],
  [
    'a start that is not there',
    changed('agent.starting_node_id', 'hello'),
    'agent.starting_node_id: "hello" is the node_id of no node; name a node_id of this document',
  ],
  [
    'a parent that is not there',
    changed(`${node}.parent_id`, 'gone'),
    `${node}.parent_id: "gone" is no node of this workflow; name a node_id of the same workflow`,
  ],
  [
    'a node that is its own parent',
    changed(`${node}.parent_id`, 'drink'),
    `${node}.parent_id: makes the node its own ancestor; leave out one parent_id of the circle`,
  ],
  [
    'a read-only variable',
    changed(action, { type: 'set_variables', variables: { 'sys-desk': 1 } }),
    `${action}.variables.sys-desk: is read-only; choose a name of your own`,
  ],
  [
    'the user’s own id',
    changed(action, { type: 'set_variables', variables: { 'user.user_id': 1 } }),
    `${action}.variables["user.user_id"]: is read-only; choose a name of your own`,
  ],
  [
    'an address without its beginning',
    changed(action, { type: 'image', url: '/logo.png' }),
    `${action}.url: is no http(s) address; write it whole, as https://example.com/path`,
  ],
  [
    'the picture of a card without a server',
    changed(action, {
      type: 'carousel',
      cards: [
        {
          title: 'a',
          media: { type: 'image', url: 'logo.png' },
          buttons: [{ type: 'url', label: 'b', url: 'https://shop.example/{{$user.plan}}' }],
        },
      ],
    }),
    `${action}.cards[0].media.url: is no http(s) address; write it whole, as https://example.com/path`,
  ],
  [
    'a secret by its whole variable',
    changed('models', [{ provider: 'openai', model: 'a', key: 'DRAGOMAN_SECRET_OPENAI' }]),
    'models[0].key: begins with DRAGOMAN_SECRET_, which is added to it; write OPENAI',
  ],
  [
    'a broken template',
    changed(action, { type: 'text', texts: ['Hi {{$name'] }),
    `${action}.texts[0]: has a template that cannot be read: output "{{$name" not closed; write {{$name}} or {{$name | filter}}`,
  ],
  [
    'a filter that is misspelt',
    changed(`${action}.texts[0]`, '{{$name | upcasse}}'),
    /texts\[0\]: has a template that cannot be read: undefined filter: upcasse; did you mean upcase\? filters are append/,
  ],
  [
    'a tag that templates do not have',
    changed(`${action}.texts[0]`, '{% include "x" %}'),
    /texts\[0\]: has a template that cannot be read: tag "include" not found; tags are assign/,
  ],
  [
    'a tag that is not closed',
    changed(`${action}.texts[0]`, '{% if $name %}x'),
    /texts\[0\]: has a template that cannot be read: tag .* not closed; close it, as/,
  ],
]
for (const [name, document, error] of faults)
  test(`${name} is an error with path and cure`, () => {
    const [first = '', ...others] = errorsOf(document)
    if (typeof error === 'string') assert.equal(first, error)
    else assert.match(first, error)
    assert.deepEqual(others, [])
  })

const warned: readonly (readonly [name: string, document: unknown, warning: RegExp])[] = [
  [
    'a variable without its $',
    changed(`${action}.texts[0]`, '{% assign own = 1 %}{{own}} {{user.display_name}}'),
    /texts\[0\]: shows nothing for \{\{user\.display_name\}\}.*; write \{\{\$user\.display_name\}\}/,
  ],
  [
    'a variable that is a letter off, though a webhook may set any',
    withOrder({
      drink: [says('{{$order.number}} {{$order.numer | upcase}} {{$order.items.first}} {{$shop.name}}')],
    }),
    /texts\[0\]: names \$order\.numer, which nothing here sets; did you mean \$order\.number\?/,
  ],
  [
    'a misspelt variable to forget',
    withOrder({ drink: [{ type: 'reset', variables: ['ordr', 'order'] }] }),
    /variables\[0\]: names \$ordr, which nothing here sets; did you mean \$order\?/,
  ],
  [
    'a variable without its braces',
    changed(`${action}.texts[0]`, `It is 5$, $5, $price, {{$user.plan}} and \${user.display_name}`),
    /texts\[0\]: shows \$\{user\.display_name\} as it stands; write \{\{\$user\.display_name\}\}/,
  ],
  [
    'a phrase with the marks of another system',
    changed('intents[0].examples[0]', 'a cold [beer](drink) please'),
    /intents\[0\]\.examples\[0\]: has marks that no user writes; write plain words/,
  ],
  [
    'a guideline for an answer without a model',
    withOrder({}, { validate: { guideline: 'it is a number' } }),
    /requisites\[0\]\.validate\.guideline: holds for every answer: there are no models/,
  ],
  [
    'a button that does nothing',
    changed(action, {
      type: 'carousel',
      cards: [
        {
          title: 'a',
          buttons: [
            { type: 'url', label: 'b', url: 'https://shop.example' },
            { type: 'postback', label: 'c' },
          ],
        },
      ],
    }),
    /cards\[0\]\.buttons\[1\]\.value: is missing: a button of type postback does nothing without it/,
  ],
  [
    'a pattern between slashes',
    changed('entities', [{ entity: 'aa', type: 'pattern', patterns: ['/A(\\d)/i', 'a/b'] }]),
    /patterns\[0\]: is looked for with its slashes; leave them out/,
  ],
  [
    'one word for two values',
    changed('entities', [
      {
        entity: 'size',
        type: 'synonym',
        values: [
          { value: 'S', synonyms: ['small', 'Small'] },
          { value: 'M', synonyms: ['mid', 'SMALL'] },
        ],
      },
    ]),
    /entities\[0\]\.values\[1\]\.synonyms\[1\]: stands for "S" already/,
  ],
  [
    'a language that is none',
    changed('agent.language', 'gr'),
    /agent\.language: "gr" is the tag of no language; write it as ISO 639 does/,
  ],
  [
    'a node that does nothing',
    smallDocument({ nodes: [{ node_id: 'x', name: 'x', type: 'unknown' }] }),
    /nodes\[4\]: says and does nothing/,
  ],
  [
    'a secret in a header',
    changed('webhooks', [
      {
        id: 'a',
        url: 'https://shop.example',
        kind: 'pre_message',
        headers: { 'x-tenant': 'seven', Authorization: 'Bearer abc' },
      },
    ]),
    /webhooks\[0\]\.headers\.Authorization: looks like a secret/,
  ],
  [
    'an intent that no node uses',
    smallDocument({ intents: [{ intent: 'wifi', examples: ['a1', 'b1', 'c1', 'd1', 'e1'] }] }),
    /intents\[4\]: "wifi" is used by no node/,
  ],
  [
    'an intent with few examples',
    changed('intents[0].examples', ['one beer']),
    /intents\[0\]\.examples: has only 1; give at least 5/,
  ],
  [
    'one phrase in two intents',
    changed('intents[1].examples[0]', 'A cold beer, please'),
    /intents\[1\]\.examples\[0\]: is an example of "drink" too/,
  ],
  [
    'one phrase twice',
    changed('intents[0].examples[1]', 'A cold beer, please'),
    /intents\[0\]\.examples\[1\]: says the same as intents\[0\]\.examples\[0\]/,
  ],
  [
    'a phrase without a word',
    changed('intents[0].examples[1]', '?!'),
    /intents\[0\]\.examples\[1\]: has no word/,
  ],
  [
    'a node that is never heard',
    smallDocument({ nodes: [{ ...intentNode('drink', [says('a')]), node_id: 'drink2' }] }),
    /nodes\[4\]: is never heard: workflows\[0\]\.nodes\[0\] listens to the same/,
  ],
  [
    'a node that is never reached',
    smallDocument({ nodes: [{ node_id: 'x', name: 'x', type: 'event', actions: [] }] }),
    /nodes\[4\]: is never reached/,
  ],
  [
    'an action behind a handover',
    smallDocument({ drink: [{ type: 'handover' }, says('a')] }),
    /actions\[1\]: never runs: the handover before it ends the node/,
  ],
  [
    'a circle of jumps',
    smallDocument({ drink: [{ type: 'jump', node_id: 'drink' }] }),
    /nodes\[0\]: jumps back to itself without end/,
  ],
  [
    'a sentence parted by a comma of YAML',
    smallDocument({
      drink: [says('One moment', 'One moment', 'I am here, looking', 'and more', 'So it is.', 'or not')],
    }),
    /^workflows\[0\]\.nodes\[\d\]\.actions\[0\]\.texts\[3\]: looks like the rest of the text before it; .*; put .* into quotes$/,
  ],
]
for (const [name, document, warning] of warned)
  test(`${name} is a warning, and the document still runs`, () => {
    const warnings = warningsOf(document)
    assert.equal(warnings.length, 1, warnings.join('\n'))
    assert.match(warnings[0] ?? '', warning)
  })

test('names that are near but two things, and languages of all forms, are no warnings', () => {
  const texts = says('{{$order.numbers}} {{$order.num}} {{$orders.number}} {{$order.number.first}}')
  assert.deepEqual(warningsOf(withOrder({ drink: [texts] })), [])
  for (const language of ['el', 'pt-BR', 'zh-Hant', 'nb', 'en-12', 'de-AT-AT'])
    assert.deepEqual(warningsOf(changed('agent.language', language)), [])
})

test('all faults of the form are told at once', () => {
  assert.equal(errorsOf({ agent: { nam: 'x' }, intents: [{}], workflows: {} }).length, 5)
})

test('a fault is explained exactly when the schema is not held', () => {
  const validator = Schema.Compile(AgentDocument)
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      'auto',
      'text',
      'intent',
      'a',
      '',
      0,
      1,
      0.5,
      null,
      true,
      [],
      {},
      ['a'],
      { type: 'text' },
      {
        type: 'jump',
        node_id: 'drink',
      },
    ),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
  )
  const path = fc.constantFrom(
    ...[
      'agent',
      'agent.name',
      'agent.confidence_threshold',
      'agent.language',
      'agent.more',
      'guidelines',
      'intents',
    ],
    ...[
      'intents[0].intent',
      'intents[0].examples',
      'intents[0].examples[2]',
      'workflows',
      'workflows[0].nodes',
    ],
    ...[
      node,
      `${node}.type`,
      `${node}.node_id`,
      `${node}.actions`,
      action,
      `${action}.type`,
      `${action}.texts[0]`,
    ],
    ...[`${action}.options`, 'guidelines.support_handover'],
  )
  fc.assert(
    fc.property(path, value, (at, given) => {
      const document = changed(at, given)
      const explained = schemaFaults(AgentDocument, document, '')
      assert.equal(explained.length === 0, validator.Check(document), JSON.stringify(explained))
    }),
    { numRuns: 2_000 },
  )
})

test('no value makes the validation throw', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      assert.equal(validateDocument(value).ok, false)
    }),
  )
})

test('every kind of action can be written', () => {
  const url = 'https://example.com/a'
  const all: readonly DocumentAction[] = [
    says('a'),
    { type: 'image', url },
    { type: 'video', url, size: 1 },
    { type: 'audio', url },
    { type: 'file', url, name: 'a' },
    { type: 'carousel', cards: [{ title: 'a', buttons: [{ type: 'phone', label: 'b', value: '1' }] }] },
    { type: 'webview', url, label: 'a', trigger_node_id: 'bill' },
    { type: 'pause', duration: 0 },
    { type: 'set_variables', variables: { a: [1, 'b'], 'c.d': null } },
    { type: 'tag', tag: 'a' },
    { type: 'jump', node_id: 'bill' },
  ]
  assert.deepEqual(warningsOf(smallDocument({ drink: all })), [])
  assert.deepEqual(warningsOf(smallDocument({ drink: [{ type: 'handover' }] })), [])
  assert.deepEqual(warningsOf(smallDocument({ drink: [{ type: 'close' }] })), [])
})

test('of a document with more faults than anybody reads, the first hundred are told', () => {
  const many = <Item>(item: Item): Item[] => new Array<Item>(300_000).fill(item)
  for (const document of [
    { ...smallDocument({}), intents: many({ name: 'a' }) },
    smallDocument({ drink: many({ type: 'text', txts: ['a'] }) as unknown as DocumentAction[] }),
    { ...smallDocument({}), ...Object.fromEntries(many('').map((_, index) => [`key_${index}`, 1])) },
  ]) {
    const checked = validateDocument(document)
    assert.equal(checked.ok ? 0 : checked.errors.length, 100)
  }
})

test('a secret that stands where its name belongs is not repeated', () => {
  const checked = validateDocument({
    ...smallDocument({}),
    models: [{ provider: 'openai', model: 'gpt-5', key: 'sk-proj-1234' }],
  })
  assert.ok(!checked.ok)
  assert.deepEqual(
    checked.errors.map(({ path, message }) => [path, message]),
    [['models[0].key', 'is no name of a secret']],
  )
  assert.doesNotMatch(JSON.stringify(checked), /1234/)
})
