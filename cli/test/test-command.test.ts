import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'dragoman-cli-'))
after(() => rm(folder, { recursive: true }))

const dragoman = (...args: string[]): Promise<{ code: number; out: string; error: string }> =>
  new Promise((resolve) => {
    // Without any setting and outside of the repository: a test needs nothing of it.
    const options = { cwd: folder, env: { PATH: process.env['PATH'] } }
    const child = execFile(process.execPath, [entry, ...args], options, (_, out, error) =>
      resolve({ code: child.exitCode ?? -1, out, error }),
    )
  })

const phrases = (intent: string, ...examples: string[]): string =>
  `intent: ${intent}\nexamples:\n${examples.map((text) => `  - ${text}\n`).join('')}`

const shop: Readonly<Record<string, string>> = {
  'agent.yaml': 'agent:\n  name: Shop\n',
  'intents/returns.yaml': phrases(
    'returns',
    'send it back',
    'return my shoes',
    'I want a refund',
    'how do returns work',
    'it does not fit',
  ),
  'intents/hours.yaml': phrases(
    'hours',
    'when are you open',
    'opening hours',
    'do you work on sunday',
    'closing time',
    'until when can I come',
  ),
  'intents/care.yaml': phrases(
    'care',
    'how is wool washed',
    'care of cotton',
    'ironing silk',
    'cleaning leather',
    'stains',
  ),
  'knowledge/faq/care.md': '# Care\n\n## Washing wool\n\nWool is washed by hand at 20 degrees.\n',
  'workflows/main.yaml': [
    'workflow_id: main',
    'name: Main',
    'nodes:',
    '  - node_id: returns',
    '    name: Returns',
    '    type: intent',
    '    intent: returns',
    '    actions: [{ type: text, texts: [Within 30 days.] }]',
    '  - node_id: hours',
    '    name: Hours',
    '    type: intent',
    '    intent: hours',
    '    actions: [{ type: text, texts: [From nine to five.] }]',
    '  - node_id: care',
    '    name: Care',
    '    type: intent',
    '    intent: care',
    '    actions: [{ type: knowledge }]',
    '',
  ].join('\n'),
  'tests/returns.yaml':
    'test: returns\nturns:\n  - user: can I send my shoes back\n    expect: { intent: returns, responses: [{ exact: Within 30 days. }] }\n',
  'tests/care.yaml':
    'test: care\nturns:\n  - user: how is wool washed\n    expect: { responses: [{ contains: by hand }], sources: [Care] }\n',
}

const agentIn = async (name: string, changes: Readonly<Record<string, string>> = {}): Promise<string> => {
  const root = join(folder, name)
  for (const [path, text] of Object.entries({ ...shop, ...changes })) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  return root
}

test('tests of a directory pass with no server, no database and no setting', async () => {
  const { code, out, error } = await dragoman('test', await agentIn('good'))
  assert.equal(error, '')
  assert.match(out, /^pass {2}care$/m)
  assert.match(out, /^pass {2}returns$/m)
  assert.match(out, /^nodes {5}2 of 3; not met: hours$/m)
  assert.match(out, /2 of 2 tests passed/)
  assert.equal(code, 0)
})

test('a test that fails says why, and ends with 1', async () => {
  const wrong = 'test: wrong\nturns:\n  - user: when do you open\n    expect: { node: returns }\n'
  const { code, out } = await dragoman('test', await agentIn('wrong', { 'tests/wrong.yaml': wrong }))
  assert.match(
    out,
    /FAIL {2}wrong\n.*after "when do you open"\n.*node\n.*expected {2}returns\n.*came {6}hours\n/,
  )
  assert.match(out, /2 of 3 tests passed; failed: wrong/)
  assert.equal(code, 1)
})

test('the report can be had as JSON, and of some tests only', async () => {
  const { code, out } = await dragoman('test', await agentIn('json'), '--json', '--only', 'car')
  const report = JSON.parse(out)
  assert.deepEqual(
    [report.passed, report.tests.map(({ test: name }: { test: string }) => name)],
    [true, ['care']],
  )
  assert.equal(code, 0)
})

const unusable: readonly (readonly [
  name: string,
  changes: Readonly<Record<string, string>>,
  args: string[],
  error: RegExp,
])[] = [
  [
    'a document with a fault',
    { 'intents/x.yaml': 'intent: x y\nexamples: [a]\n' },
    [],
    /^intents\/x\.yaml:1 intent: "x y" has not the right form; use lower-case letters/m,
  ],
  ['YAML that is none', { 'intents/x.yaml': 'intent: [x\n' }, [], /^intents\/x\.yaml:\d: cannot be read/m],
  [
    'knowledge outside of the directory',
    { 'knowledge.yaml': '- collection: faq\n  sources: [{ type: file, path: ../../secret.md }]\n' },
    [],
    /^\.\.\/\.\.\/secret\.md: lies outside/,
  ],
  ['no test of that name', {}, ['--only', 'nothing'], /no test with "nothing" in its name; leave out --only/],
  ['an option that is none', {}, ['--jsno'], /--jsno/],
]
for (const [index, [name, changes, args, message]] of unusable.entries())
  test(`${name} ends with 2 and a sentence that says what to do`, async () => {
    const { code, out, error } = await dragoman('test', await agentIn(`unusable${index}`, changes), ...args)
    assert.match(error, message)
    assert.doesNotMatch(error, /\n\s+at /)
    assert.equal(out, '')
    assert.equal(code, 2)
  })

test('help tells what there is, a wrong command and a missing directory what to do', async () => {
  const help = await dragoman('--help')
  assert.match(help.out, /test .*\n.*replay .*\n.*agents .*\n.*as-test /)
  assert.equal(help.code, 0)
  assert.equal((await dragoman('tset')).code, 2)
  assert.match((await dragoman('test', 'nowhere')).error, /nowhere: cannot be read: nowhere is not there/)
  assert.match((await dragoman('test')).error, /^Name the directory of the agent\./)
})
