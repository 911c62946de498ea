import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as aMoment } from 'node:timers/promises'
import { type Account, checkDeliveries, type Duplicate } from './support/check-deliveries.ts'
import { dataFolder } from './support/data-folder.ts'
import { databaseAt, embeddedDatabaseUrl, startDatabaseServer } from './support/database-server.ts'
import { type DragomanProcess, startDragomanProcess } from './support/dragoman-process.ts'
import { addIntegration } from './support/integration.ts'
import { type Owner, ownerOf } from './support/owner.ts'
import { type Chance, chanceOf, settings } from './support/settings.ts'
import { startTraffic } from './support/traffic.ts'
import { until } from './support/until.ts'
import { startWebhook } from './support/webhook.ts'

const users = 40
const postsPerSession = 30

test('A process killed at any moment, its database with it, loses nothing it accepted and swaps nothing', async (t) => {
  const owner = ownerOf(t)
  const dataDir = await dataFolder(owner)
  await endUnderLoad(t, owner, {
    signal: 'SIGKILL',
    rounds: settings.rounds,
    environment: { DRAGOMAN_DATA_DIR: dataDir },
    databaseUrl: () => embeddedDatabaseUrl(dataDir),
  })
})

test('A process killed at any moment, its database living on, loses nothing it accepted and swaps nothing', async (t) => {
  const owner = ownerOf(t)
  const server = await startDatabaseServer(owner)
  await endUnderLoad(t, owner, {
    signal: 'SIGKILL',
    rounds: settings.rounds,
    environment: { DRAGOMAN_DATA_DIR: await dataFolder(owner), DATABASE_URL: server.url },
    databaseUrl: async () => server.url,
  })
})

test('A process asked to stop under load ends what it began, so nothing comes twice', async (t) => {
  const owner = ownerOf(t)
  const server = await startDatabaseServer(owner)
  const account = await endUnderLoad(t, owner, {
    signal: 'SIGTERM',
    rounds: Math.ceil(settings.rounds / 2),
    environment: { DRAGOMAN_DATA_DIR: await dataFolder(owner), DATABASE_URL: server.url },
    databaseUrl: async () => server.url,
  })
  assert.equal(account.duplicates.length, 0)
})

const endUnderLoad = async (
  t: TestContext,
  owner: Owner,
  setup: {
    readonly signal: 'SIGKILL' | 'SIGTERM'
    readonly rounds: number
    readonly environment: Readonly<Record<string, string>>
    readonly databaseUrl: () => Promise<string>
  },
): Promise<Account> => {
  const chance = chanceOf(settings.seed)
  t.diagnostic(`seed ${settings.seed}, ${setup.rounds} times ${setup.signal}`)
  const webhook = await startWebhook(owner)
  const start = (): Promise<DragomanProcess> => startDragomanProcess(owner, setup.environment)
  let running = start()
  const channel = await addIntegration(owner, (await running).url, webhook.url)
  const traffic = startTraffic(owner, {
    channel,
    users,
    postsPerSession,
    chance,
    urlOf: async () => (await running).url,
  })

  for (let round = 1; round <= setup.rounds; round += 1) {
    const dragoman = await running
    await someMoment(chance, [() => traffic.counts.accepted, () => webhook.accepted.length])
    await dragoman.kill(setup.signal)
    webhook.nextLife()
    running = start()
  }
  const { url } = await running
  await traffic.stop()

  const account = await checkDeliveries(url, webhook, traffic.sessions, { limitSeconds: 120 })
  await untilIdle(databaseAt(owner, await setup.databaseUrl()).query)
  t.diagnostic(
    `${account.recorded} messages in ${account.sessions} sessions, ${traffic.counts.unknown} of unknown fate, ` +
      `${account.events} events, ${account.duplicates.length} of them twice`,
  )
  assert.deepEqual(traffic.surprises, [])
  assert.deepEqual(lanesWithManyDuplicates(account.duplicates), [])
  return account
}

/** After so and so many more of something, and a few milliseconds more, so that it may be in the midst of anything. */
const someMoment = async (chance: Chance, counters: readonly (() => number)[]): Promise<void> => {
  const counter = chance.pick(counters)
  const target = counter() + chance.whole(20, 400)
  await until('the load goes on', () => counter() >= target, {
    standing: () => ({ count: counter(), target }),
  })
  await aMoment(chance.whole(0, 20))
}

const untilIdle = async (query: (text: string) => Promise<{ count: number }[]>): Promise<void> => {
  await until('no lane has anything left to do', async () => {
    const [row] = await query(
      `select ((select count(*) from lanes where ready_at is not null)
        + (select count(*) from turn_lanes where ready_at is not null))::int as count`,
    )
    return row?.count === 0
  })
}

/** A crash may cost a lane one delivery more: the one whose acknowledgement died with the process. */
const lanesWithManyDuplicates = (duplicates: readonly Duplicate[]): string[] =>
  [...Map.groupBy(duplicates, ({ receipt, earlier }) => `${receipt.sessionId} in life ${earlier.life}`)]
    .filter(([, ofOneCrash]) => ofOneCrash.length > 1)
    .map(
      ([lane, ofOneCrash]) =>
        `${lane}: ${ofOneCrash.map(({ receipt }) => `${receipt.sequence} again in life ${receipt.life}`).join(', ')}`,
    )
