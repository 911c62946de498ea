import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { addCustomer } from '../../server/test/support/customer.ts'
import { testDragoman } from '../../server/test/support/dragoman.ts'
import { operatorOf } from '../../server/test/support/operator.ts'
import { runCommandLine } from '../src/run-command-line.ts'

const server = await testDragoman({ after }, { demo: false })
const operator = operatorOf(server)
const folder = await mkdtemp(join(tmpdir(), 'dragoman-cli-'))
after(() => rm(folder, { recursive: true }))

const settings = { DRAGOMAN_URL: server.url, DRAGOMAN_ADMIN_TOKEN: server.adminToken }

const dragoman = async (
  args: readonly string[],
  env: Readonly<Record<string, string>> = settings,
  calledFrom = folder,
) => {
  const [out, error]: [string[], string[]] = [[], []]
  const code = await runCommandLine(args, {
    env,
    folder: calledFrom,
    fetch: globalThis.fetch,
    say: (text) => out.push(text),
    complain: (text) => error.push(text),
    isWatched: false,
  })
  return { code, out: out.join(''), error: error.join('') }
}

const says = (intent: string, text: string, examples: readonly string[]) => ({
  intent: { intent, examples },
  node: { node_id: intent, name: intent, type: 'intent', intent, actions: [{ type: 'text', texts: [text] }] },
})
const parts = [
  says('hello', 'Hello!', ['hello', 'hi there', 'good morning', 'good day to you', 'hey']),
  says('bye', 'Bye!', ['bye', 'goodbye', 'see you', 'until next time', 'farewell']),
]
const document = {
  agent: { name: 'Greeter' },
  intents: parts.map(({ intent }) => intent),
  workflows: [{ workflow_id: 'main', name: 'Main', nodes: parts.map(({ node }) => node) }],
  tests: [{ test: 'hello', turns: [{ user: 'hello', expect: { responses: [{ exact: 'Hello!' }] } }] }],
}

const customer = await addCustomer({ after }, server)
const made = await operator.post('/agents', { draft: document })
const agentId = String(made.body['agent_id'])
await operator.post(`/agents/${agentId}/publish`)
await operator.patch(`/environments/${customer.environmentId}`, { agent_id: agentId })
const session = await customer.api.open()
await customer.api.say(session.path, 'hello')
await customer.receiver.until((accepted) => accepted.length === 1)

test('agents are listed by id, version and name', async () => {
  const { code, out } = await dragoman(['agents', 'list'])
  assert.match(out, new RegExp(`^${agentId} {2}version 1 {2}Greeter$`, 'm'))
  assert.equal(code, 0)
})

test('an agent is pulled, changed, pushed, compared, tested and published', async () => {
  const pulled = await dragoman(['agents', 'pull', 'shop', '--agent', 'Greeter'])
  assert.equal(pulled.code, 0, pulled.error)
  assert.deepEqual((await readdir(join(folder, 'shop'))).sort(), [
    'agent.yaml',
    'intents',
    'tests',
    'workflows',
  ])

  const workflow = join(folder, 'shop/workflows/main.yaml')
  await writeFile(workflow, (await readFile(workflow, 'utf8')).replace('Hello!', 'Welcome!'))
  const pushed = await dragoman(['agents', 'push', 'shop', '--agent', 'Greeter'])
  assert.equal(pushed.code, 0, pushed.error)

  const diff = await dragoman(['agents', 'diff', 'Greeter'])
  const path = 'workflows[main].nodes[hello].actions[0].texts'
  assert.equal(diff.out, `- ${path}  "Hello!"\n+ ${path}  "Welcome!"\n`)

  const tested = await dragoman(['agents', 'test', 'Greeter'])
  assert.match(tested.out, /FAIL {2}hello/)
  assert.equal(tested.code, 1)

  const replayed = await dragoman(['replay', 'Greeter', '--fail-on-change'])
  assert.match(replayed.out, /turn 1 {2}"hello"\n {4}responses\n {6}was {2}Hello!\n {6}is {3}Welcome!\n/)
  assert.match(replayed.out, /1 of 1 turns changed, in 1 of 1 conversations/)
  assert.equal(replayed.code, 1)

  const asked = await dragoman(['agents', 'publish', 'Greeter'])
  assert.match(asked.out, /1 of 1 turns changed.*\n(.*\n)*Nothing is published yet; add --yes/)
  assert.match((await dragoman(['agents', 'list'])).out, /version 1 {2}Greeter/)
  const published = await dragoman(['agents', 'publish', 'Greeter', '--yes'])
  assert.match(published.out, /Published as version 2\.\n$/)

  const own = await dragoman(['replay', 'Greeter', '--version', '1', '--fail-on-change', '--json'])
  assert.equal(JSON.parse(own.out).totals.turns_identical, 1)
  assert.equal(own.code, 0)
})

test('what is not on the server any more is named when pulling, and removed only when asked', async () => {
  const stray = join(folder, 'pruned/intents/old.yaml')
  await dragoman(['agents', 'pull', 'pruned', '--agent', agentId])
  await writeFile(stray, 'intent: old\nexamples: [old]\n')
  await writeFile(join(folder, 'pruned/README.md'), 'Read me\n')
  assert.match(
    (await dragoman(['agents', 'pull', 'pruned', '--agent', agentId])).out,
    /intents\/old\.yaml is not on the server; remove it/,
  )
  assert.equal(await readFile(stray, 'utf8'), 'intent: old\nexamples: [old]\n')
  await dragoman(['agents', 'pull', 'pruned', '--agent', agentId, '--prune'])
  assert.deepEqual((await readdir(join(folder, 'pruned/intents'))).sort(), ['bye.yaml', 'hello.yaml'])
  assert.equal(await readFile(join(folder, 'pruned/README.md'), 'utf8'), 'Read me\n')
})

test('a push with a fault changes nothing and says file, line and cure', async () => {
  const before = (await operator.get(`/agents/${agentId}`)).body['draft']
  const broken = join(folder, 'broken.yaml')
  await writeFile(broken, 'agent:\n  name: Greeter\nintents: []\nworkflow: []\n')
  const { code, error } = await dragoman(['agents', 'push', 'broken.yaml', '--agent', agentId])
  assert.match(error, /^broken\.yaml:4 workflow: is an unknown key; did you mean workflows\?/m)
  assert.equal(code, 2)
  assert.deepEqual((await operator.get(`/agents/${agentId}`)).body['draft'], before)
})

test('a new agent is made of a directory, with the documents of its knowledge', async () => {
  const root = join(folder, 'new')
  await mkdir(join(root, 'knowledge/faq'), { recursive: true })
  await writeFile(join(root, 'agent.yaml'), 'agent:\n  name: Newcomer\n')
  await writeFile(join(root, 'knowledge/faq/wool.md'), '# Wool\n\nWool is washed by hand.\n')
  const { code, out, error } = await dragoman(['agents', 'push', 'new', '--create'])
  assert.deepEqual([code, error], [0, ''])
  assert.match(
    out,
    /The draft of Newcomer .* is what the directory says\.\nThe server has read 1 document of its knowledge/,
  )
  const [, id = ''] = /\((\S+)\)/.exec(out) ?? []
  const documents = await operator.all(`/agents/${id}/knowledge/documents`)
  assert.deepEqual(
    documents.map(({ collection, filename, origin, status }) => [collection, filename ?? origin, status]),
    [['faq', 'wool.md', 'ready']],
  )

  const pulled = await dragoman(['agents', 'pull', 'elsewhere', '--agent', id])
  assert.match(pulled.out, /knowledge\/faq\/wool\.md is not written: .*; put it there yourself/)
  const again = await dragoman(['agents', 'pull', 'new', '--agent', id])
  assert.doesNotMatch(again.out, /wool\.md/)

  const unused = await dragoman(['agents', 'publish', id, '--yes'])
  assert.match(unused.out, new RegExp(`No environment talks with it yet: PATCH .*"agent_id": "${id}"`))
})

test('an agent that is made a second time is told to have a namesake', async () => {
  await writeFile(join(folder, 'twin.yaml'), 'agent: { name: Twin }\nintents: []\nworkflows: []\n')
  assert.equal((await dragoman(['agents', 'push', 'twin.yaml', '--create'])).error, '')
  const { code, out, error } = await dragoman(['agents', 'push', 'twin.yaml', '--create'])
  const [, id = ''] = /\((\S+)\)/.exec(out) ?? []
  assert.equal(code, 0)
  assert.match(error, new RegExp(`^warning {2}2 agents have this name now; .* --agent ${id}$`, 'm'))
})

test('a directory with a fault makes no agent', async () => {
  const before = (await operator.all('/agents')).length
  await writeFile(join(folder, 'faulty.yaml'), 'agent: {}\nintents: []\nworkflows: []\n')
  const { code, error } = await dragoman(['agents', 'push', 'faulty.yaml', '--create'])
  assert.match(error, /^faulty\.yaml:1 agent\.name: is missing; add name: text$/m)
  assert.deepEqual([code, (await operator.all('/agents')).length], [2, before])
})

test('a conversation becomes a test in a file', async () => {
  const { code, out } = await dragoman(['as-test', session.sessionId])
  assert.match(out, /user: hello\n(.*\n)*.*exact: Hello!\n/)
  assert.equal(code, 0)
  const written = await dragoman(['as-test', session.sessionId, '--out', 'real.yaml'])
  assert.match(written.out, /^Written to real\.yaml/)
  assert.equal(await readFile(join(folder, 'real.yaml'), 'utf8'), out)
})

test('the token of a server’s own folder is found there and in folders below', async () => {
  const home = join(folder, 'home')
  await mkdir(join(home, '.dragoman'), { recursive: true })
  await mkdir(join(home, 'agents/shop'), { recursive: true })
  await writeFile(join(home, '.dragoman/secrets.json'), JSON.stringify({ admin_token: server.adminToken }))
  for (const place of [home, join(home, 'agents/shop')]) {
    const { code, error } = await dragoman(['agents', 'list'], { DRAGOMAN_URL: server.url }, place)
    assert.deepEqual([code, error], [0, ''])
  }
})

const refused: readonly (readonly [
  name: string,
  args: string[],
  env: Readonly<Record<string, string>>,
  error: RegExp,
])[] = [
  ['an agent that is not there', ['replay', 'Nobody'], settings, /^There is no agent Nobody:\n.*Greeter/m],
  ['a version that is not there', ['replay', 'Greeter', '--version', '9'], settings, /has no version 9/],
  [
    'a number that is none',
    ['replay', 'Greeter', '--last', 'ten'],
    settings,
    /^--last is ten; give a whole number/,
  ],
  [
    'a wrong token',
    ['agents', 'list'],
    { ...settings, DRAGOMAN_ADMIN_TOKEN: 'x' },
    /^The server does not know the token\. Give --token/,
  ],
  ['no token', ['agents', 'list'], { DRAGOMAN_URL: server.url }, /^No management token\. Give --token/],
  [
    'a server that is not there',
    ['agents', 'list'],
    { ...settings, DRAGOMAN_URL: 'http://127.0.0.1:9' },
    /^No answer from http:\/\/127\.0\.0\.1:9\. Start it/,
  ],
  [
    'a URL that is none',
    ['agents', 'list', '--url', 'nowhere'],
    settings,
    /^nowhere is no URL; write it like/,
  ],
  [
    'a directory that is not there',
    ['agents', 'push', 'gone', '--agent', agentId],
    settings,
    /gone is not there\. Name the directory/,
  ],
  [
    'a push that does not say where to',
    ['agents', 'push', 'broken.yaml'],
    settings,
    /Say where to: --create for a new agent, or one of\n {2}--agent /,
  ],
  ['an unknown verb', ['agents', 'pulll'], settings, /^Say what to do: dragoman agents list\|pull/],
  ['an unknown option', ['replay', '--lsat', '3'], settings, /--lsat/],
]
for (const [name, args, env, message] of refused)
  test(`${name} ends with 2 and a sentence that says what to do`, async () => {
    const { code, out, error } = await dragoman(args, env)
    assert.match(error, message)
    assert.deepEqual([code, out], [2, ''])
  })
