import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import pg from 'pg'
import { changeIntegration } from '../src/usecases/change-integration.ts'
import { sendTestEvent } from '../src/usecases/send-test-event.ts'
import { type Api, apiOf } from './support/api.ts'
import { addCustomer } from './support/customer.ts'
import { testDatabase } from './support/database.ts'
import { testDragoman } from './support/dragoman.ts'
import { startReceiver } from './support/receiver.ts'
import { run } from './support/sql.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { until } from './support/until.ts'

test('a process with another secret key does not start, and says which key it wants', async (t) => {
  const { url } = await testDatabase(t)
  await testDragoman(t, { databaseUrl: url })
  await assert.rejects(
    testDragoman(t, { databaseUrl: url, secretKey: Buffer.alloc(32, 8) }),
    /DRAGOMAN_SECRET_KEY .* is not the key/,
  )
})

test('a process whose port is taken does not start, and says which setting to change', async (t) => {
  const { url } = await testDatabase(t)
  const first = await testDragoman(t, { databaseUrl: url })
  const port = Number(new URL(first.url).port)
  await assert.rejects(
    testDragoman(t, { databaseUrl: url, port }),
    new RegExp(`^Error: port ${port} of 127\\.0\\.0\\.1 is in use: .* DRAGOMAN_PORT$`),
  )
})

test('what the world refuses is told in one line, with the setting that asked for it', async (t) => {
  const { url } = await testDatabase(t)
  const refusalOf = async (settings: Parameters<typeof testDragoman>[1]): Promise<string> => {
    const refused: unknown = await testDragoman(t, { databaseUrl: url, ...settings }).then(
      () => assert.fail('it started'),
      (error: unknown) => error,
    )
    return refused instanceof Error ? refused.message : ''
  }
  assert.match(
    await refusalOf({ databaseUrl: 'postgres://me:my-password@127.0.0.1:1/mine' }),
    /^DATABASE_URL: connect ECONNREFUSED 127\.0\.0\.1:1$/,
  )
  const elsewhere = new URL(url)
  elsewhere.pathname = '/there_is_no_such_database'
  assert.match(
    await refusalOf({ databaseUrl: elsewhere.href }),
    /^DATABASE_URL: database ".*" does not exist$/,
  )
  assert.match(
    await refusalOf({ dataDir: `${import.meta.filename}/below-a-file` }),
    /^DRAGOMAN_DATA_DIR: \/.*below-a-file cannot be made: a file is in the way; /,
  )
  assert.match(
    await refusalOf({ dataDir: '/proc/dragoman' }),
    /^DRAGOMAN_DATA_DIR: \/proc\/dragoman cannot be made: .*; .*choose another place$/,
  )
  assert.match(await refusalOf({ host: '192.0.2.1' }), /^DRAGOMAN_HOST: .*address not available 192\.0\.2\.1/)
})

test('a start that fails prints one line, and neither stack nor password', async (t) => {
  const main = new URL('../src/main.ts', import.meta.url).pathname
  const { code, stderr } = await promisify(execFile)(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: 'postgres://me:my-password@127.0.0.1:1/mine',
      DRAGOMAN_DATA_DIR: await temporaryFolder(t),
    },
  }).then(
    () => assert.fail('it started'),
    (error: { code: number; stderr: string }) => error,
  )
  assert.equal(code, 1)
  assert.equal(stderr, 'Dragoman cannot start: DATABASE_URL: connect ECONNREFUSED 127.0.0.1:1\n')
})

test('what was compiled is kept when the process is killed as soon as it is announced', async (t) => {
  const { url } = await testDatabase(t)
  const folder = await temporaryFolder(t)
  const compiled = join(folder, 'compiled')
  const main = new URL('../src/main.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [main, '--json'], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: url,
      DRAGOMAN_DATA_DIR: join(folder, 'data'),
      DRAGOMAN_PORT: '0',
      DRAGOMAN_DEMO: 'false',
      NODE_COMPILE_CACHE: compiled,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await closed
  const kept = await readdir(compiled, { recursive: true, withFileTypes: true })
  assert.ok(kept.filter((entry) => entry.isFile()).length > 1_000, `${kept.length} entries`)
})

test('two processes that start at once on one new database agree on one demo', async (t) => {
  const { url } = await testDatabase(t)
  const dataDir = `${process.cwd()}/node_modules/.cache/dragoman-test/start-${process.pid}`
  const [one, two] = await Promise.all([
    testDragoman(t, { databaseUrl: url, dataDir }),
    testDragoman(t, { databaseUrl: url, dataDir }),
  ])
  assert.deepEqual(one.demo, two.demo)
})

test('where the inbox is closed, no demo is announced whose events nobody could see', async (t) => {
  const { url } = await testDatabase(t)
  const dataDir = await temporaryFolder(t)
  const first = await testDragoman(t, { databaseUrl: url, dataDir })
  assert.notEqual(first.demo, null)
  const production = await testDragoman(t, { databaseUrl: url, dataDir, inbox: false, demo: undefined })
  assert.equal(production.demo, null)
  assert.equal((await fetch(`${production.url}/inbox`)).status, 404)
})

test('the demo shows its events also where private targets are refused, and nothing else private is reached', async (t) => {
  const dragoman = await testDragoman(t, { limits: { allowPrivateTargets: false } })
  const { integrationId = '', apiKey: key = '' } = dragoman.demo ?? {}
  const api = apiOf(dragoman.url, { integrationId, key })
  const { path, sessionId } = await api.open()
  const inbox = async () => {
    const shown = await fetch(`${dragoman.url}/inbox/events?session_id=${sessionId}&wait=10`)
    return (await shown.json()) as { items: { verified: boolean }[] }
  }
  await api.say(path, 'hello')
  assert.deepEqual(
    (await inbox()).items.map(({ verified }) => verified),
    [true],
  )
  const other = await startReceiver(t)
  for (const url of [other.url, `${dragoman.url}/inbox/../healthz`, `${dragoman.url}/healthz`]) {
    await run(dragoman.deps.db, 'update integrations set webhook_url = $1', [url])
    dragoman.deps.settings.forget(integrationId)
    const { attempt } = await sendTestEvent(dragoman.deps, integrationId)
    assert.match(attempt.error ?? '', /^must not point to a private/, url)
  }
  assert.deepEqual(other.received, [])
})

test('a stop waits for a call that is being answered, and not for its client to let go of the connection', {
  timeout: 30_000,
}, async (t) => {
  const { url } = await testDatabase(t)
  const dragoman = await testDragoman(t, { databaseUrl: url, demo: false })
  const { api } = await addCustomer(t, dragoman)
  const { answer, letGo } = await heldCall(url, api)
  let isStopped = false
  const stopped = dragoman.stop().then(() => {
    isStopped = true
  })
  await until('nobody gets in any more', () =>
    fetch(`${dragoman.url}/healthz`).then(
      () => false,
      () => true,
    ),
  )
  assert.equal(isStopped, false)
  await letGo()
  await answer
  await stopped
})

test('while a call drags on, a stop begins nothing new: what is sent ends, and the next event waits for another process', {
  timeout: 30_000,
}, async (t) => {
  const { url, db } = await testDatabase(t)
  const dragoman = await testDragoman(t, { databaseUrl: url, demo: false })
  const { api } = await addCustomer(t, dragoman, {
    subscribedEvents: ['conversation:closed', 'session:closed'],
  })
  const webhook = await slowWebhook(t)
  await changeIntegration(dragoman.deps, api.integrationId, { webhookUrl: webhook.url })
  const { path } = await api.open()
  await api.post(`${path}/conversation/close`)
  await webhook.asked
  await api.post(`${path}/close`)

  const { answer, letGo } = await heldCall(url, api)
  const stopped = dragoman.stop()
  webhook.answer()
  const lanes = () => run<{ head: number; isHeld: boolean }>(db, laneText)
  await until('the first event is delivered', async () => (await lanes())[0]?.head === 2)
  await letGo()
  await answer
  await stopped
  assert.equal(webhook.posts(), 1)
  assert.deepEqual(await lanes(), [{ head: 2, isHeld: false }])
})

const laneText = 'select head, claim_id is not null as "isHeld" from lanes'

/** A call that is being answered until it is let go: it waits for a lock. */
const heldCall = async (databaseUrl: string, api: Api) => {
  const { path, sessionId } = await api.open()
  const locker = new pg.Client({ connectionString: databaseUrl })
  await locker.connect()
  await locker.query('begin')
  await locker.query('select from sessions where session_id = $1 for update', [sessionId])
  const answer = api.say(path, 'What does it cost?')
  await until('the call waits for the lock', async () => {
    const waiting = await locker.query("select from pg_stat_activity where wait_event_type = 'Lock'")
    return waiting.rowCount === 1
  })
  const letGo = async (): Promise<void> => {
    await locker.query('rollback')
    await locker.end()
  }
  return { answer, letGo }
}

/** Its answers wait until it is told to answer. */
const slowWebhook = async (t: TestContext) => {
  const asked = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  let posts = 0
  const server = createServer((_request, response) => {
    posts += 1
    asked.resolve()
    void answered.promise.then(() => response.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => void server.close())
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked: asked.promise,
    answer: () => answered.resolve(),
    posts: () => posts,
  }
}
