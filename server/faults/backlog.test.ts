import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkDeliveries } from './support/check-deliveries.ts'
import { dataFolder } from './support/data-folder.ts'
import { databaseAt, embeddedDatabaseUrl } from './support/database-server.ts'
import { startDragomanProcess } from './support/dragoman-process.ts'
import { ownerOf } from './support/owner.ts'
import { rampGate } from './support/ramp-gate.ts'
import { settings } from './support/settings.ts'
import { addSide } from './support/side.ts'
import { until } from './support/until.ts'

const inFlightMax = 20
const load = { users: 40, posts: settings.backlog, postsPerSession: 30 }
const healthyPosts = 200
/** Seconds that a hundred thousand events may take on a slow machine, by far. */
const limitSeconds = 60 + settings.backlog / 100
/** The backlog lies in the database: a hundred thousand events made the process grow by 20 MB. */
const growthMegabytesMax = 100

test('A webhook that was down while a backlog grew gets all of it once it is back: in order, once, and gently at first', async (t) => {
  const owner = ownerOf(t)
  const dataDir = await dataFolder(owner)
  const dragoman = await startDragomanProcess(owner, {
    DRAGOMAN_DATA_DIR: dataDir,
    DRAGOMAN_ENDPOINT_CONCURRENCY: `${inFlightMax}`,
  })
  const database = databaseAt(owner, await embeddedDatabaseUrl(dataDir))
  const down = await addSide(owner, dragoman.url, 'is down')
  const healthy = await addSide(owner, dragoman.url, 'is healthy')
  await down.webhook.down()

  const backlog = down.write(load)
  await until('the backlog is there', () => backlog.counts.accepted === load.posts, {
    limitSeconds,
    standing: () => backlog.counts,
  })
  await backlog.stop()
  await until('its circuit is open', async () => (await down.circuit()) === 'open')
  const memoryBefore = dragoman.memory().now

  const writeBeside = async (posts: number): Promise<void> => {
    const traffic = healthy.write({ users: Math.min(posts, 10), posts, postsPerSession: 30 })
    await until('the neighbour wrote all', () => traffic.counts.accepted === posts)
    await traffic.stop()
    const { recorded, duplicates } = await checkDeliveries(dragoman.url, healthy.webhook, traffic.sessions)
    assert.deepEqual([recorded, duplicates.length, traffic.surprises], [posts, 0, []])
  }
  await writeBeside(healthyPosts)
  assert.equal(down.webhook.receipts.length, 0)

  const gate = rampGate(inFlightMax)
  down.webhook.behave(gate.behaviour)
  await down.webhook.up()
  // Half a minute passes for the endpoint.
  if (!settings.isLong)
    await database.query('update endpoints set probe_at = now() where probe_at is not null')
  const standing = () => ({ inFlight: gate.inFlight(), allowed: gate.allowed() })
  const isFull = (): boolean => gate.inFlight() >= gate.allowed()
  while (gate.allowed() < inFlightMax) {
    await until('as many are in flight as may be by now', isFull, { standing })
    // A sender that would send more had time for it.
    await writeBeside(1)
    gate.answerOne()
  }
  await until('as many are in flight as may ever be', isFull, { standing })
  await writeBeside(healthyPosts)
  assert.equal(gate.inFlight(), inFlightMax, 'the neighbour got its events while all of these waited')

  gate.open()
  const account = await checkDeliveries(dragoman.url, down.webhook, backlog.sessions, { limitSeconds })
  assert.deepEqual([account.recorded, account.duplicates.length], [load.posts, 0])
  assert.deepEqual([...gate.tooMany, ...backlog.surprises], [])
  const { peak } = dragoman.memory()
  t.diagnostic(
    `seed ${settings.seed}, ${account.events} events, memory ${memoryBefore} MB before, ${peak} MB at most`,
  )
  assert.ok(peak - memoryBefore <= growthMegabytesMax, `memory grew from ${memoryBefore} to ${peak} MB`)
})
