import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Answer } from './support/channel.ts'
import { type Account, checkDeliveries } from './support/check-deliveries.ts'
import { dataFolder } from './support/data-folder.ts'
import { type DatabaseServer, startDatabaseServer } from './support/database-server.ts'
import { startDragomanProcess } from './support/dragoman-process.ts'
import { addIntegration } from './support/integration.ts'
import { type Owner, ownerOf } from './support/owner.ts'
import { chanceOf, settings } from './support/settings.ts'
import { mountSmallDisk } from './support/small-disk.ts'
import { startTraffic, type Traffic } from './support/traffic.ts'
import { until } from './support/until.ts'
import { startWebhook } from './support/webhook.ts'

/**
 * A crash of the database can lose the acknowledgements of its last moments, which do not wait for the disk. Their
 * lanes then wait for the end of the lease.
 */
const shortLeases = {
  DRAGOMAN_WEBHOOK_TIMEOUT_MS: '2000',
  DRAGOMAN_DELIVERY_LEASE_MARGIN_S: '1',
  DRAGOMAN_TURN_LEASE_S: '3',
}
const users = 40
const postsPerSession = 30

test('A database that crashes and comes back costs nothing that was accepted and keeps nothing that was refused', async (t) => {
  const { server, traffic, finish } = await underLoad(t, shortLeases)
  for (let round = 1; round <= Math.ceil(settings.rounds / 2); round += 1) {
    await moreOf(traffic, 'accepted', 200)
    await server.crash()
  }
  await moreOf(traffic, 'accepted', 200)
  await finish()
})

test('Database connections cut again and again cost nothing that was accepted and keep nothing that was refused', async (t) => {
  const { server, traffic, finish } = await underLoad(t)
  let cut = 0
  for (let round = 1; round <= settings.rounds * 5; round += 1) {
    await moreOf(traffic, 'accepted', 40)
    const ended = await server.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'dragoman%'`,
    )
    cut += ended.length
  }
  t.diagnostic(`${cut} connections cut`)
  await finish()
})

test('Behind locks that somebody holds, with every connection taken, calls are refused in time and nothing of them is kept', async (t) => {
  const { server, traffic, finish, opened } = await underLoad(t, { DRAGOMAN_POOL_MAX: '2' })
  await moreOf(traffic, 'accepted', 200)
  const read = await opened()
  const locker = await server.connect()
  await locker.query('begin; lock table sessions in access exclusive mode')
  const refusalsBefore = traffic.refusals()
  // Who only reads waits for a connection, and is told so.
  const [answer] = await Promise.all([read(), moreOf(traffic, 'refusals', users)])
  assert.deepEqual([answer.status, answer.body['error_code']], [503, 'unavailable'])
  const acceptedMeanwhile = traffic.counts.accepted
  await moreOf(traffic, 'refusals', users / 2)
  assert.equal(
    traffic.counts.accepted,
    acceptedMeanwhile,
    'nothing is accepted while the store cannot take it',
  )
  t.diagnostic(`${traffic.refusals() - refusalsBefore} refused while the locks were held`)
  await locker.query('rollback')
  await moreOf(traffic, 'accepted', 200)
  await finish()
})

test('A full disk refuses messages and keeps nothing of them, and when there is room again all goes on by itself', async (t) => {
  const owner = ownerOf(t)
  const disk = await mountSmallDisk(owner, diskMegabytes)
  if (!disk) return t.skip('a small disk can be mounted by root on Linux only')
  const { traffic, finish } = await underLoad(t, { ...shortLeases, DRAGOMAN_DATA_DIR: disk.folder }, owner)
  for (let round = 1; round <= Math.ceil(settings.rounds / 2); round += 1) {
    await moreOf(traffic, 'accepted', 200)
    await disk.fill()
    await moreOf(traffic, 'refusals', 2 * users)
    await disk.free()
    await moreOf(traffic, 'accepted', 100)
  }
  await finish()
})

/** Holds a new database (its log is 16 MB a file) and some messages. */
const diskMegabytes = 200

/** A product under load, on a database of its own unless it brings its data folder along. */
const underLoad = async (
  t: TestContext,
  environment: Readonly<Record<string, string>> = {},
  owner: Owner = ownerOf(t),
): Promise<{
  readonly server: DatabaseServer
  readonly traffic: Traffic
  readonly opened: () => Promise<() => Promise<Answer>>
  readonly finish: () => Promise<Account>
}> => {
  t.diagnostic(`seed ${settings.seed}`)
  const server = await startDatabaseServer(owner)
  const webhook = await startWebhook(owner)
  const dragoman = await startDragomanProcess(owner, {
    ...(environment['DRAGOMAN_DATA_DIR'] === undefined
      ? { DRAGOMAN_DATA_DIR: await dataFolder(owner), DATABASE_URL: server.url }
      : {}),
    ...environment,
  })
  const channel = await addIntegration(owner, dragoman.url, webhook.url)
  const traffic = startTraffic(owner, {
    channel,
    users,
    postsPerSession,
    chance: chanceOf(settings.seed),
    urlOf: () => dragoman.url,
  })
  const finish = async (): Promise<Account> => {
    await traffic.stop()
    const account = await checkDeliveries(dragoman.url, webhook, traffic.sessions, { limitSeconds: 120 })
    assert.ok(dragoman.isAlive(), 'the process lived through it')
    assert.deepEqual(traffic.surprises, [])
    t.diagnostic(
      `${account.recorded} messages in ${account.sessions} sessions, ${traffic.refusals()} refusals, ` +
        `${traffic.counts.unknown} of unknown fate, ${account.events} events, ${account.duplicates.length} of them twice`,
    )
    if (process.env.FAULT_LOG) t.diagnostic(dragoman.log().join('\n'))
    return account
  }
  const opened = async (): Promise<() => Promise<Answer>> => {
    const { body } = await channel.call(dragoman.url, 'POST', '/sessions', {})
    return () => channel.call(dragoman.url, 'GET', `/sessions/${body['session_id']}`)
  }
  return { server, traffic, opened, finish }
}

const moreOf = async (traffic: Traffic, what: 'accepted' | 'refusals', count: number): Promise<void> => {
  const now = (): number => (what === 'accepted' ? traffic.counts.accepted : traffic.refusals())
  const target = now() + count
  await until(`${count} more are ${what}`, () => now() >= target, { standing: () => traffic.counts })
}
