import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabaseProxy } from '../test/support/database-proxy.ts'
import type { Channel } from './support/channel.ts'
import { type Account, checkDeliveries } from './support/check-deliveries.ts'
import { type Fleet, startFleet } from './support/fleet.ts'
import { addIntegration } from './support/integration.ts'
import { type Owner, ownerOf } from './support/owner.ts'
import { chanceOf, settings } from './support/settings.ts'
import { startTraffic, type Traffic } from './support/traffic.ts'
import { until } from './support/until.ts'
import { startWebhook, type Webhook } from './support/webhook.ts'

const users = 3
const postsPerSession = 10
const messages = 60

test('What one process accepts a second thinks and a third delivers, woken by each commit', async (t) => {
  const owner = ownerOf(t)
  // Nobody looks by himself while the test lasts.
  const fleet = await startFleet(owner, { DRAGOMAN_POLL_MS: '3600000' })
  const webhook = await startWebhook(owner)
  await startRoles(fleet)
  const channel = await addIntegration(owner, fleet.urlOf(0), webhook.url)
  const account = await talk(owner, fleet, channel, webhook)
  assert.equal(account.recorded, messages)
  assert.equal(account.duplicates.length, 0)
})

test('Where no process hears of the commits of another, each finds its work by itself', async (t) => {
  const owner = ownerOf(t)
  const fleet = await startFleet(owner, { DRAGOMAN_POLL_MS: '50' })
  const webhook = await startWebhook(owner)
  const proxy = await openDatabaseProxy(owner, fleet.database.url)
  proxy.toServer = (bytes, link) => {
    if (!bytes.includes('dragoman signals')) return bytes
    link.client.destroy()
    return undefined
  }
  await startRoles(fleet, { DATABASE_URL: proxy.url })
  const channel = await addIntegration(owner, fleet.urlOf(0), webhook.url)
  const account = await talk(owner, fleet, channel, webhook)
  assert.equal(account.recorded, messages)
  assert.equal(await listeners(fleet), 0)

  proxy.toServer = (bytes) => bytes
  await until('all listen again', async () => (await listeners(fleet)) === 3)
  const again = await talk(owner, fleet, channel, webhook)
  assert.equal(again.recorded, messages)
})

test('Processes whose ears are cut off again and again lose nothing', async (t) => {
  const owner = ownerOf(t)
  const fleet = await startFleet(owner, { DRAGOMAN_POLL_MS: '200' })
  const webhook = await startWebhook(owner)
  await startRoles(fleet)
  const channel = await addIntegration(owner, fleet.urlOf(0), webhook.url)
  const traffic = startTraffic(owner, {
    channel,
    users,
    postsPerSession,
    chance: chanceOf(settings.seed),
    urlOf: fleet.urlOf,
  })
  for (let round = 1; round <= Math.ceil(settings.rounds / 2); round += 1) {
    await until('all listen', async () => (await listeners(fleet)) === 3)
    await fleet.database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dragoman signals'`,
    )
    const target = traffic.counts.accepted + users
    await until('the load goes on', () => traffic.counts.accepted >= target)
  }
  await finish(fleet, webhook, traffic)
})

/** Each role in a process of its own. */
const startRoles = async (
  fleet: Fleet,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> => {
  fleet.putInService(await fleet.start({ ...environment, DRAGOMAN_ROLES: 'http' }))
  await fleet.start({ ...environment, DRAGOMAN_ROLES: 'worker' })
  await fleet.start({ ...environment, DRAGOMAN_ROLES: 'deliver' })
}

/** Messages of users who all wait until everybody's last one is answered, so that each one has to wake somebody. */
const talk = async (owner: Owner, fleet: Fleet, channel: Channel, webhook: Webhook): Promise<Account> => {
  const answeredBefore = webhook.answered.size
  const answered = (): number => webhook.answered.size - answeredBefore
  let accepted = (): number => 0
  const traffic = startTraffic(owner, {
    channel,
    users,
    postsPerSession,
    postsMax: messages,
    chance: chanceOf(settings.seed),
    urlOf: async (user) => {
      await until('those before are answered', () => answered() >= accepted(), {
        standing: () => ({ answered: answered(), accepted: accepted() }),
      })
      return fleet.urlOf(user)
    },
  })
  accepted = () => traffic.counts.accepted
  await until('all are accepted', () => accepted() >= messages, {
    standing: () => ({ answered: answered(), accepted: accepted() }),
  })
  return await finish(fleet, webhook, traffic)
}

const finish = async (fleet: Fleet, webhook: Webhook, traffic: Traffic): Promise<Account> => {
  await traffic.stop()
  const account = await checkDeliveries(fleet.urlOf(0), webhook, traffic.sessions, { limitSeconds: 120 })
  await fleet.untilIdle()
  assert.deepEqual(traffic.surprises, [])
  return account
}

const listeners = async (fleet: Fleet): Promise<number> =>
  (await fleet.database.query(`select from pg_stat_activity where application_name = 'dragoman signals'`))
    .length
