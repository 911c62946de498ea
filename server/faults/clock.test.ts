import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { checkDeliveries } from './support/check-deliveries.ts'
import { type Fleet, type Member, startFleet } from './support/fleet.ts'
import { addIntegration } from './support/integration.ts'
import { ownerOf } from './support/owner.ts'
import { chanceOf, settings } from './support/settings.ts'
import { startTraffic } from './support/traffic.ts'
import { until } from './support/until.ts'
import { startWebhook } from './support/webhook.ts'

const users = 12
const postsPerSession = 20
const shiftedClock = new URL('support/shifted-clock.ts', import.meta.url).href

test('A process whose clock jumps by an hour, forth and back, loses, swaps and doubles nothing', async (t) => {
  const { fleet, members, goOn, finish } = await underLoad(t, { NODE_OPTIONS: `--import=${shiftedClock}` })
  for (const sign of ['>', '<'] as const) {
    for (const { pid } of members.slice(0, 1)) process.kill(pid, 'SIGUSR2')
    await until('it records attempts of another hour', async () => {
      await goOn()
      const found = await fleet.database.query(
        `select from attempts where at ${sign} now() ${sign === '>' ? '+' : '-'} interval '30 minutes' limit 1`,
      )
      return found.length > 0
    })
  }
  assert.equal((await finish()).duplicates.length, 0)
})

test('A database whose clock jumps by an hour, forth and back, keeps nobody waiting for an hour', async (t) => {
  const { fleet, goOn, finish } = await underLoad(t)
  // Forth, back, and behind where it was.
  for (const direction of ['-', '+', '+']) {
    await goOn()
    await moveStoredTimes(fleet, direction)
    await untilNoted(fleet)
  }
  await goOn()
  await finish()
})

test('A transaction that somebody holds open all the while stops nobody', async (t) => {
  const { fleet, goOn, finish } = await underLoad(t)
  const holder = await fleet.database.connect()
  await holder.query('begin isolation level repeatable read; select txid_current(), count(*) from lanes')
  for (let round = 1; round <= settings.rounds * 5; round += 1) await goOn()
  assert.equal((await finish()).duplicates.length, 0)
  await holder.query('commit')
})

/**
 * For the product it is the same whether the clock goes forth or all that it has written down goes back. This meddling
 * locks in an order of its own, so it may be what the database ends in a deadlock; then it is done again.
 */
const moveStoredTimes = async (fleet: Fleet, direction: string): Promise<void> => {
  const client = await fleet.database.connect()
  const move = `${direction} interval '1 hour'`
  const meddle = `begin;
    lock table turn_lanes, lanes, endpoints, clock in share row exclusive mode;
    update turn_lanes set ready_at = ready_at ${move};
    update lanes set ready_at = ready_at ${move};
    update endpoints set probe_at = probe_at ${move};
    update clock set seen_at = seen_at ${move};
    commit`
  for (;;) {
    try {
      await client.query(meddle)
      break
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === deadlockDetected)) throw error
      await client.query('rollback')
    }
  }
  await client.end()
}

const deadlockDetected = '40P01'

/** The product looks at the clock each second; what jumps twice in between is beyond its promise. */
const untilNoted = async (fleet: Fleet): Promise<void> => {
  const client = await fleet.database.connect()
  await until('the new time is noted', async () => {
    const { rows } = await client.query(
      'select abs(extract(epoch from seen_at - clock_timestamp())) < 60 as "isNoted" from clock',
    )
    return rows[0]?.isNoted === true
  })
  await client.end()
}

/** Two processes of all roles. */
const underLoad = async (t: TestContext, environment: Readonly<Record<string, string>> = {}) => {
  const owner = ownerOf(t)
  t.diagnostic(`seed ${settings.seed}`)
  const fleet = await startFleet(owner, environment)
  const webhook = await startWebhook(owner)
  const members: readonly Member[] = [await fleet.start(), await fleet.start()]
  for (const member of members) fleet.putInService(member)
  const traffic = startTraffic(owner, {
    channel: await addIntegration(owner, fleet.urlOf(0), webhook.url),
    users,
    postsPerSession,
    chance: chanceOf(settings.seed),
    urlOf: fleet.urlOf,
  })
  return {
    fleet,
    members,
    goOn: async () => {
      const target = traffic.counts.accepted + users
      await until('the load goes on', () => traffic.counts.accepted >= target)
    },
    finish: async () => {
      await traffic.stop()
      const account = await checkDeliveries(fleet.urlOf(0), webhook, traffic.sessions, { limitSeconds: 120 })
      await fleet.untilIdle()
      assert.deepEqual(traffic.surprises, [])
      t.diagnostic(`${account.recorded} messages, ${account.duplicates.length} events twice`)
      return account
    },
  }
}
