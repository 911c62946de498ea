import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { runCommandLine } from '../src/run-command-line.ts'

const folder = await mkdtemp(join(tmpdir(), 'dragoman-hostile-'))
after(() => rm(folder, { recursive: true }))

/** A server that gives these files, and hears what it is sent. */
const against = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  path = 'agent.yaml',
  name = 'A',
) => {
  const said: string[] = []
  const tokens: (string | null)[] = []
  const errors: string[] = []
  const code = await runCommandLine(args, {
    env,
    folder,
    fetch: async (url, init) => {
      tokens.push(new Headers(init?.headers).get('authorization'))
      return String(url).includes('/export')
        ? Response.json({ files: [{ path, text: 'agent: {name: A}\n' }] })
        : Response.json({ items: [{ agent_id: 'a', name, newest_version: null }], next: null })
    },
    say: (text) => said.push(text),
    complain: (text) => errors.push(text),
    isWatched: false,
  })
  return { code, tokens, said: said.join(''), error: errors.join('') }
}

for (const path of [
  '../outside.yaml',
  '/tmp/outside.yaml',
  'intents/../../outside.yaml',
  '.git/config',
  '.git/hooks/pre-commit',
  'package.json',
  '.env',
  'intents\\..\\..\\outside.yaml',
  'intents/a\0.yaml',
  '',
])
  test(`a server that names ${JSON.stringify(path)} writes nothing`, async () => {
    await mkdir(join(folder, 'pulled'), { recursive: true })
    await writeFile(join(folder, 'pulled/package.json'), 'mine')
    const { code, error } = await against(['agents', 'pull', 'pulled'], { DRAGOMAN_ADMIN_TOKEN: 't' }, path)
    assert.equal(code, 2)
    assert.match(error, /is no part of an agent/)
    assert.deepEqual(await readdir(join(folder, 'pulled')), ['package.json'])
    assert.equal(await readFile(join(folder, 'pulled/package.json'), 'utf8'), 'mine')
  })

test('a name that steers the terminal is shown without what steers it', async () => {
  const name = 'A\u001b]0;title\u0007\u001b[2K\rB\u009bC'
  const env = { DRAGOMAN_ADMIN_TOKEN: 't' }
  const { said } = await against(['agents', 'list'], env, '', name)
  assert.equal(said, 'a  unpublished  A]0;title[2KBC\n')
  const { error } = await against(['agents', 'test', 'other'], env, '', name)
  assert.equal(error, 'There is no agent other:\n  a  A]0;title[2KBC\n')
})

test('a folder that cannot be made is told in one line', async () => {
  await writeFile(join(folder, 'a-file'), '')
  const { code, error } = await against(['agents', 'pull', 'a-file/below'], { DRAGOMAN_ADMIN_TOKEN: 't' })
  assert.equal(code, 2)
  assert.match(error, /^ENOTDIR: not a directory, mkdir '.*'\n$/)
})

test('a name too many is refused, and nothing is asked', async () => {
  const { code, tokens, error } = await against(['agents', 'pull', 'here', 'there'], {
    DRAGOMAN_ADMIN_TOKEN: 't',
  })
  assert.deepEqual([code, tokens], [2, []])
  assert.match(error, /^there is one name too many/)
})

test('the token of a server here is sent to no other machine', async () => {
  const dataDir = join(folder, 'data')
  await mkdir(dataDir)
  await writeFile(join(dataDir, 'secrets.json'), JSON.stringify({ admin_token: 'of-here' }))
  const env = { DRAGOMAN_DATA_DIR: dataDir }
  for (const url of [
    'https://elsewhere.example',
    'http://localhost.elsewhere.example',
    'http://127.0.0.1.nip.example',
  ]) {
    const { code, tokens, error } = await against(['agents', 'list', '--url', url], env)
    assert.deepEqual([code, tokens], [2, []])
    assert.match(error, /is not sent elsewhere\. Give --token/)
  }
  const { code, tokens } = await against(['agents', 'list', '--url', 'http://127.0.0.1:4000'], env)
  assert.deepEqual([code, tokens], [0, ['Bearer of-here']])
})
