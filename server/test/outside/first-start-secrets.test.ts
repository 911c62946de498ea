import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { readFirstStartSecrets } from '../../src/outside/first-start-secrets.ts'

const dataDirFor = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-secrets-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'data')
}

const unset = { adminToken: null, secretKey: null }
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777

test('the first start makes secrets, every later one reads the same', async (t) => {
  const dataDir = await dataDirFor(t)
  const first = await readFirstStartSecrets({ dataDir, ...unset })
  assert.match(first.adminToken, /^dgt_\w{43}$/)
  assert.match(first.demoApiKey, /^dgm_\w{43}$/)
  assert.equal(first.secretKey.length, 32)
  assert.equal(first.urlSigningKey.length, 32)
  assert.notDeepEqual(first.urlSigningKey, first.secretKey)
  assert.deepEqual(await readFirstStartSecrets({ dataDir, ...unset }), first)
})

test('no two installations have the same secrets', async (t) => {
  const one = await readFirstStartSecrets({ dataDir: await dataDirFor(t), ...unset })
  const other = await readFirstStartSecrets({ dataDir: await dataDirFor(t), ...unset })
  assert.notEqual(one.adminToken, other.adminToken)
  assert.notEqual(one.demoApiKey, other.demoApiKey)
  assert.notDeepEqual(one.secretKey, other.secretKey)
})

test('the file is for its owner alone, whatever the umask; the folder may be passed through but not listed', async (t) => {
  const dataDir = await dataDirFor(t)
  const before = process.umask(0)
  t.after(() => process.umask(before))
  await readFirstStartSecrets({ dataDir, ...unset })
  assert.equal(await modeOf(join(dataDir, 'secrets.json')), 0o600)
  assert.equal(await modeOf(dataDir), 0o711)
  const strict = await dataDirFor(t)
  process.umask(0o077)
  await readFirstStartSecrets({ dataDir: strict, ...unset })
  assert.equal(await modeOf(strict), 0o711)
})

test('a file that others can read is closed to them; a folder that was there keeps its mode', async (t) => {
  const dataDir = await dataDirFor(t)
  await mkdir(dataDir, { mode: 0o750 })
  await readFirstStartSecrets({ dataDir, ...unset })
  await chmod(join(dataDir, 'secrets.json'), 0o644)
  await readFirstStartSecrets({ dataDir, ...unset })
  assert.equal(await modeOf(join(dataDir, 'secrets.json')), 0o600)
  assert.equal(await modeOf(dataDir), 0o750)
})

test('what the operator set counts, and is not written down', async (t) => {
  const dataDir = await dataDirFor(t)
  const secretKey = Buffer.alloc(32, 9)
  const secrets = await readFirstStartSecrets({ dataDir, adminToken: 'set-by-the-operator', secretKey })
  assert.equal(secrets.adminToken, 'set-by-the-operator')
  assert.deepEqual(secrets.secretKey, secretKey)
  const text = await readFile(join(dataDir, 'secrets.json'), 'utf8')
  assert.ok(!text.includes('set-by-the-operator') && !text.includes(secretKey.toString('base64')))
})

test('processes that share the secret key agree on file URLs, each with a data folder of its own', async (t) => {
  const secretKey = Buffer.alloc(32, 9)
  const one = await readFirstStartSecrets({ dataDir: await dataDirFor(t), adminToken: null, secretKey })
  const other = await readFirstStartSecrets({ dataDir: await dataDirFor(t), adminToken: null, secretKey })
  assert.deepEqual(one.urlSigningKey, other.urlSigningKey)
})

test('processes that start at once agree on one set of secrets and leave nothing behind', async (t) => {
  const dataDir = await dataDirFor(t)
  const source = fileURLToPath(new URL('../../src/outside/first-start-secrets.ts', import.meta.url))
  const script = `import { readFirstStartSecrets } from ${JSON.stringify(source)}
    const secrets = await readFirstStartSecrets({ dataDir: ${JSON.stringify(dataDir)}, adminToken: null, secretKey: null })
    process.stdout.write(JSON.stringify(secrets))`
  const start = async (): Promise<string> =>
    (await promisify(execFile)(process.execPath, ['--input-type=module-typescript', '--eval', script])).stdout
  const inThisProcess = Array.from({ length: 10 }, async () =>
    JSON.stringify(await readFirstStartSecrets({ dataDir, ...unset })),
  )
  const all = await Promise.all([start(), start(), start(), ...inThisProcess])
  assert.equal(new Set(all).size, 1)
  assert.deepEqual(await readdir(dataDir), ['secrets.json'])
})

test('a broken file stops the start and is left as it is', async (t) => {
  const dataDir = await dataDirFor(t)
  await mkdir(dataDir)
  const path = join(dataDir, 'secrets.json')
  const whole = { admin_token: 'a', secret_key: Buffer.alloc(32).toString('base64'), demo_api_key: 'b' }
  for (const broken of [
    '',
    '{',
    'null',
    '[]',
    { ...whole, secret_key: 'short' },
    { ...whole, admin_token: 7 },
    { ...whole, demo_api_key: undefined },
  ]) {
    const text = typeof broken === 'string' ? broken : JSON.stringify(broken)
    await writeFile(path, text)
    await assert.rejects(
      readFirstStartSecrets({ dataDir, ...unset }),
      /secrets\.json is damaged: restore it/,
      text,
    )
    assert.equal(await readFile(path, 'utf8'), text)
  }
})
