import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AgentFile } from '../../../src/brain/directory/layout.ts'
import { readAgentFiles } from '../../../src/brain/directory/read-agent-files.ts'
import { writeAgentFiles } from '../../../src/brain/directory/write-agent-files.ts'
import { validateDocument } from '../../../src/brain/document/document-validation.ts'
import { isJsonObject, type JsonObject } from '../../../src/domain/json.ts'

const agent: AgentFile = { path: 'agent.yaml', text: 'agent:\n  name: Shop\nguidelines:\n  goal: Sell\n' }
const hello: AgentFile = {
  path: 'intents/hello.yaml',
  text: 'intent: hello\nexamples:\n  - hi\n  - hello\n',
}
const bye: AgentFile = { path: 'intents/bye.yaml', text: '- intent: bye\n  examples: [bye]\n' }
const main: AgentFile = {
  path: 'workflows/main.yaml',
  text: [
    'workflow_id: main',
    'name: Main',
    'nodes:',
    '  - node_id: hello',
    '    name: Hello',
    '    type: intent',
    '    intent: hello',
    '    actions:',
    '      - type: text',
    '        texts: [Hi!]',
    '',
  ].join('\n'),
}

const documentOf = (files: readonly AgentFile[]): JsonObject => {
  const { document, faults } = readAgentFiles(files)
  assert.deepEqual(faults, [])
  assert.ok(isJsonObject(document))
  return document
}

/** Faults as a terminal shows them. */
const faultsOf = (files: readonly AgentFile[]): string[] => {
  const read = readAgentFiles(files)
  const checked = read.faults.length > 0 ? undefined : validateDocument(read.document)
  const faults = checked === undefined ? read.faults : checked.ok ? [] : checked.errors.map(read.placed)
  return faults.map(({ file, line, path, message, cure }) =>
    [`${file}:${line ?? ''}`, path, `${message}; ${cure}`].filter((part) => part !== '').join(' '),
  )
}

test('a directory of files is one document, its parts in the order of the files', () => {
  const document = documentOf([main, hello, bye, agent, { path: 'README.md', text: 'read me' }])
  assert.deepEqual(document['agent'], { name: 'Shop' })
  assert.deepEqual(document['intents'], [
    { intent: 'bye', examples: ['bye'] },
    { intent: 'hello', examples: ['hi', 'hello'] },
  ])
  assert.ok(validateDocument(document).ok)
})

test('an agent without intents and workflows needs no empty files', () => {
  assert.deepEqual(documentOf([agent, { path: 'README.md', text: '' }]), {
    agent: { name: 'Shop' },
    guidelines: { goal: 'Sell' },
    intents: [],
    workflows: [],
  })
})

test('one file, YAML or JSON, is a whole document', () => {
  const json = JSON.stringify({ agent: { name: 'Shop' }, intents: [], workflows: [] })
  assert.deepEqual(documentOf([{ path: 'my-agent.json', text: json }]), JSON.parse(json))
})

test('a file of knowledge is a source of its collection, named or not', () => {
  const named = {
    path: 'knowledge.yaml',
    text: '- collection: faq\n  name: Questions\n  sources:\n    - { type: file, path: knowledge/faq/a.md }\n',
  }
  const files = [
    { path: 'knowledge/faq/a.md' },
    { path: 'knowledge/faq/b.pdf' },
    { path: 'knowledge/legal/c.docx' },
  ]
  assert.deepEqual(documentOf([agent, named, ...files])['knowledge'], [
    {
      collection: 'faq',
      name: 'Questions',
      sources: [
        { type: 'file', path: 'knowledge/faq/a.md' },
        { type: 'file', path: 'knowledge/faq/b.pdf' },
      ],
    },
    { collection: 'legal', sources: [{ type: 'file', path: 'knowledge/legal/c.docx' }] },
  ])
})

test('a fault says file, line and the path inside the file', () => {
  const broken = { ...main, text: main.text?.replace('texts:', 'text:') ?? '' }
  assert.deepEqual(faultsOf([agent, hello, bye, broken]), [
    'workflows/main.yaml:9 nodes[0].actions[0].texts is missing; add texts: a list of texts',
    'workflows/main.yaml:10 nodes[0].actions[0].text is an unknown key; did you mean texts? known here: type, texts, options',
  ])
})

test('a fault that names another place says that in the words of the files, too', () => {
  const again = { path: 'intents/x.yaml', text: 'intents:\n  - intent: hello\n    examples: [hey]\n' }
  assert.deepEqual(faultsOf([agent, hello, again, main]), [
    'intents/x.yaml:2 intents[0].intent "hello" stands at intents/hello.yaml:1 intent already; choose another intent, or join the two',
  ])
})

const unreadable: readonly (readonly [name: string, files: readonly AgentFile[], fault: RegExp])[] = [
  [
    'YAML that is none',
    [agent, { ...hello, text: 'intent: "hello\nexamples: []' }],
    /^intents\/hello\.yaml:\d cannot be read: /,
  ],
  [
    'a key that stands twice',
    [agent, { ...hello, text: 'intent: a\nintent: b\n' }],
    /^intents\/hello\.yaml:2 cannot be read: intent stands twice in the same object; keep one of the two/,
  ],
  [
    'a tab',
    [agent, { ...hello, text: 'intent: a\nexamples:\n\t- b\n\t- c: d\n' }],
    /^intents\/hello\.yaml:3 cannot be read: it is indented with a tab; indent with spaces$/,
  ],
  [
    'a tab between other lines',
    [agent, { ...hello, text: 'intent: a\n\tdescription: b\nexamples: [c]\n' }],
    /^intents\/hello\.yaml:2 cannot be read: it is indented with a tab; indent with spaces$/,
  ],
  [
    'an indentation copied from a web page',
    [agent, { ...hello, text: '- intent: a\n\u00A0 description: b\n' }],
    /^intents\/hello\.yaml:2 cannot be read: .* do not break lines; indent with plain spaces$/,
  ],
  [
    'a pattern in double quotes',
    [agent, { path: 'entities.yaml', text: String.raw`- { entity: a, type: pattern, patterns: ["(\d)"] }` }],
    /^entities\.yaml:1 cannot be read: Invalid escape sequence \\d; put what has a \\ in single quotes, as '\\d\{5\}'$/,
  ],
  [
    'a file in UTF-16',
    [agent, { ...hello, text: Buffer.from('intent: a\n', 'utf16le').toString('utf8') }],
    /^intents\/hello\.yaml:1 cannot be read: it is not in UTF-8; save it as UTF-8$/,
  ],
  [
    'a file in Latin-1',
    [agent, { ...hello, text: Buffer.from('intent: a\nexamples: [café]\n', 'latin1').toString('utf8') }],
    /^intents\/hello\.yaml:2 cannot be read: it is not in UTF-8; save it as UTF-8$/,
  ],
  [
    'a document outside of any collection',
    [agent, { path: 'knowledge/README.md' }, { path: 'knowledge/faq.csv' }],
    /^knowledge\/faq\.csv: belongs to no collection; put it into a folder that is one, as knowledge\/help\/faq\.csv$/,
  ],
  [
    'a wrong indentation',
    [agent, { ...hello, text: '- intent: a\n examples: [b]\n' }],
    /^intents\/hello\.yaml:2 cannot be read: .*; check the indentation/,
  ],
  [
    'a quote that is not closed',
    [agent, { ...hello, text: 'intent: "a\n' }],
    /^intents\/hello\.yaml:\d cannot be read: .*; close what was opened/,
  ],
  [
    'a quote within quotes',
    [agent, { ...hello, text: "intent: a\nexamples:\n  - 'It's open'\n" }],
    /^intents\/hello\.yaml:3 cannot be read: .*; put a text with quotes.* in quotes/,
  ],
  [
    'a brace that is not closed',
    [agent, { ...hello, text: '- { intent: a, examples: [b] ]\n' }],
    /^intents\/hello\.yaml:1 cannot be read: .*; close what was opened/,
  ],
  [
    'a second document',
    [agent, { ...hello, text: 'intent: a\n---\nintent: b\n' }],
    /^intents\/hello\.yaml:2 cannot be read: a line --- begins a second document; take it out, or make two files$/,
  ],
  [
    'an alias of nothing',
    [agent, { ...hello, text: 'intent: *a\n' }],
    /^intents\/hello\.yaml:1 cannot be read: .*; put a text that begins with \* in quotes$/,
  ],
  [
    'aliases that grow without end',
    [agent, { ...hello, text: bomb() }],
    /^intents\/hello\.yaml:1 cannot be read: .*alias/i,
  ],
  ['a directory without agent.yaml', [hello, main], /^agent\.yaml: is missing; add it/],
  [
    'a directory of several agents',
    [
      { ...agent, path: 'shop/agent.yaml' },
      { ...agent, path: 'bank/agent.yaml' },
    ],
    /^agent\.yaml: is not here but in a folder below; name the directory of one agent, as bank within$/,
  ],
  ['two agents', [agent, { path: 'agent.json', text: '{}' }], /^agent\.yaml: is an agent beside agent\.json/],
  [
    'a file with an unknown name',
    [agent, { path: 'intent/hello.yaml', text: '' }],
    /^intent\/hello\.yaml: is no part of an agent; did you mean intents\? name it/,
  ],
  [
    'a part that stands twice',
    [agent, { path: 'guidelines.yaml', text: 'goal: Help\n' }],
    /^guidelines\.yaml:1 guidelines stands in agent\.yaml already/,
  ],
]
for (const [name, files, fault] of unreadable)
  test(`${name} is told with file and cure, and nothing is made of it`, () => {
    const [first = '', ...others] = faultsOf(files)
    assert.match(first, fault)
    assert.deepEqual(others, [])
    assert.equal(readAgentFiles(files).document, undefined)
  })

function bomb(): string {
  const levels = ['a: &a [x, x, x, x, x, x, x, x, x]']
  for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg'].map((pair) => [...pair] as [string, string]))
    levels.push(`${to}: &${to} [${Array.from({ length: 9 }, () => `*${from}`).join(', ')}]`)
  return levels.join('\n')
}

test('a file that Windows wrote is read, with its byte order mark and line ends', () => {
  const asWindows = ({ path, text = '' }: AgentFile): AgentFile => ({
    path,
    text: `\uFEFF${text.replaceAll('\n', '\r\n')}`,
  })
  const list = {
    path: 'intents.yaml',
    text: '- intent: hello\n  examples: [hello]\n- intent: bye\n  examples: [bye]\n',
  }
  const files = [agent, list, main]
  assert.deepEqual(documentOf(files.map(asWindows)), documentOf(files))
})

test('a part that is missing is looked for in the main file', () => {
  assert.deepEqual(faultsOf([{ path: 'agent.yaml', text: 'name: Shop\n' }, hello, main]).slice(0, 1), [
    'agent.yaml: agent is missing; add agent: {name: ...}',
  ])
})

test('a document that is written as files and read again is the same', () => {
  const document = {
    agent: { name: 'Shop', language: 'el' },
    guidelines: { goal: 'Sell: "more"\nand more' },
    intents: [
      { intent: 'bye', examples: ['bye', 'yes', '1', 'null', '- x', 'a: b'] },
      { intent: 'hello', examples: ['hi'] },
    ],
    workflows: [{ workflow_id: 'main', name: 'Main', nodes: [] }],
    webhooks: [{ id: 'orders', url: 'https://example.com', kind: 'action' }],
    tests: [
      { test: 'A/B: ../../etc', turns: [{ user: 'hi' }] },
      { test: 'a b etc', turns: [{ user: 'hi' }] },
    ],
  }
  const files = writeAgentFiles(document)
  assert.deepEqual(documentOf(files), document)
  assert.deepEqual(
    files.map(({ path }) => path),
    [
      'agent.yaml',
      'intents/bye.yaml',
      'intents/hello.yaml',
      'workflows/main.yaml',
      'webhooks.yaml',
      'tests/A-B-..-..-etc.yaml',
      'tests/a-b-etc.yaml',
    ],
  )
})

test('entries whose names differ only in signs or case get files of their own', () => {
  const tests = ['a b', 'A b', 'a/b', '???', '!!!'].map((name) => ({ test: name, turns: [{ user: 'x' }] }))
  const paths = writeAgentFiles({ agent: { name: 'Shop' }, tests }).map(({ path }) => path)
  assert.deepEqual(paths, [
    'agent.yaml',
    'tests/a-b.yaml',
    'tests/A-b-2.yaml',
    'tests/a-b-3.yaml',
    'tests/entry.yaml',
    'tests/entry-2.yaml',
  ])
})

test('a key that stands twice is found among tens of thousands, in whatever depth', () => {
  const keys = Array.from({ length: 50_000 }, (_, index) => `  k${index}: 1\n`).join('')
  const { faults } = readAgentFiles([{ path: 'agent.yaml', text: `agent: {name: A}\nx:\n${keys}  k7: 2\n` }])
  assert.deepEqual(
    faults.map(({ line, message }) => [line, message]),
    [[50_003, 'cannot be read: k7 stands twice in the same object']],
  )
})

test('what YAML can say and JSON cannot goes no further than its file', () => {
  const faultsOf = (context: string) =>
    readAgentFiles([
      { path: 'agent.yaml', text: `agent: {name: A}\ntests:\n- test: x\n  context: ${context}\n` },
    ]).faults.map(({ message }) => message)
  assert.deepEqual(faultsOf('&a {b: *a}'), ['cannot be read: it holds itself'])
  assert.deepEqual(faultsOf('{__proto__: {admin: true}}'), [
    'cannot be read: a key may not be named __proto__',
  ])
  assert.deepEqual(faultsOf('{a: 1}'), [])
})
