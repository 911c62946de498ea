import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { setTimeout as aMoment } from 'node:timers/promises'
import type { Channel } from './support/channel.ts'
import { type Account, checkDeliveries, type Duplicate } from './support/check-deliveries.ts'
import { type Fleet, type Member, startFleet } from './support/fleet.ts'
import { openGate } from './support/gate.ts'
import { addIntegration } from './support/integration.ts'
import { metricOf } from './support/metric.ts'
import { type Owner, ownerOf } from './support/owner.ts'
import { type Chance, chanceOf, settings } from './support/settings.ts'
import { startTraffic, type Traffic } from './support/traffic.ts'
import { until } from './support/until.ts'
import { startWebhook, type Webhook } from './support/webhook.ts'

/**
 * A frozen process keeps what it holds until these are over, and a transaction that it has open for 10 s. Whoever
 * waits for that transaction's locks loses short leases meanwhile, which is not the turn's fault.
 */
const shortLeases = {
  DRAGOMAN_WEBHOOK_TIMEOUT_MS: '2000',
  DRAGOMAN_DELIVERY_LEASE_MARGIN_S: '1',
  DRAGOMAN_TURN_LEASE_S: '2',
  DRAGOMAN_TURN_ATTEMPTS: '100',
}
const users = 12
const postsPerSession = 20
const postsAtOnce = 20
const rounds = Math.ceil(settings.rounds / 4)

const wholeFile = ownerOf({ after })

test('What a frozen process had on its way comes late and once more, to the byte, and turns nothing back', async (t) => {
  const owner = ownerOf(t)
  const fleet = await startFleet(owner, shortLeases)
  const webhook = await startWebhook(owner)
  const gate = await openGate(owner, webhook.url)
  const front = await fleet.start({ DRAGOMAN_ROLES: 'http,worker' })
  fleet.putInService(front)
  const channel = await addIntegration(owner, front.url, gate.url)
  const before = startUsers(t, owner, fleet, channel)
  // Enough for several events in each session.
  await moreAccepted(before, users * 8)

  gate.shut()
  const frozen = await fleet.start({
    DRAGOMAN_ROLES: 'deliver',
    DRAGOMAN_ENDPOINT_CONCURRENCY: `${postsAtOnce}`,
  })
  await until('all that it may send at once is on its way', () => gate.waiting() >= postsAtOnce)
  frozen.freeze()
  const onTheirWay = gate.waiting()
  gate.open()
  await fleet.start({ DRAGOMAN_ROLES: 'deliver' })
  await untilOthersHave(fleet, frozen)
  await before.stop()
  const earlier = await checkDeliveries(front.url, webhook, before.sessions, { limitSeconds: 120 })
  assert.equal(earlier.duplicates.length, 0, 'nothing of the frozen one has arrived yet')
  await fleet.untilIdle()

  gate.letGo()
  await until('its posts arrive', () => webhook.accepted.length >= earlier.events + onTheirWay)
  frozen.thaw()
  await until('it has ended them', async () => (await attemptsOf(frozen)) >= onTheirWay)
  const later = startUsers(t, owner, fleet, channel)
  await moreAccepted(later, users * 3)
  const account = await finish(t, { fleet, webhook, traffics: [before, later] })

  assert.equal(account.duplicates.length, onTheirWay, 'what was on its way, and nothing else')
  assert.notEqual(overtaken(webhook, account.duplicates).length, 0, 'some come after later ones')
  const [recorded] = await fleet.database.query<{ count: number }>(
    'select count(*)::int as count from attempts where status_code = 200',
  )
  assert.equal(recorded?.count, account.events, 'each event is recorded as delivered once')
})

test('What a frozen process had thought is thrown away when it thaws: each message has one answer', async (t) => {
  const owner = ownerOf(t)
  const fleet = await startFleet(owner, shortLeases)
  const webhook = await startWebhook(owner)
  const front = await fleet.start({ DRAGOMAN_ROLES: 'http,deliver' })
  fleet.putInService(front)
  const traffic = startUsers(t, owner, fleet, await addIntegration(owner, front.url, webhook.url))
  const frozen = await fleet.start({ DRAGOMAN_ROLES: 'worker' })
  await freezeAtWork(fleet, frozen, traffic)
  await fleet.start({ DRAGOMAN_ROLES: 'worker' })
  await untilOthersHave(fleet, frozen)
  frozen.thaw()
  await until('its results are refused', async () => (await turnsRefusedTo(frozen)) > 0)
  await moreAccepted(traffic, users)
  const account = await finish(t, { fleet, webhook, traffics: [traffic] })
  assert.equal(account.duplicates.length, 0)
})

test('Of four processes under load each may freeze at any moment, for longer than its leases', async (t) => {
  const { fleet, members } = await fourProcesses()
  const { traffic, chance, webhook } = await load(t, fleet)
  for (let round = 1; round <= rounds; round += 1) {
    await someMoment(chance, traffic)
    const frozen = chance.pick(members)
    frozen.freeze()
    fleet.takeOut(frozen)
    await untilOthersHave(fleet, frozen)
    await moreAccepted(traffic, users)
    frozen.thaw()
    fleet.putInService(frozen)
  }
  await moreAccepted(traffic, users)
  await finish(t, { fleet, webhook, traffics: [traffic] })
  assert.ok(members.every((member) => member.isAlive()))
})

test('Of four processes under load one is killed at any moment, and the other three lose and swap nothing', async (t) => {
  const { fleet, members, join } = await fourProcesses()
  const { traffic, chance, webhook } = await load(t, fleet)
  for (let round = 1; round <= rounds; round += 1) {
    while (members.length < 4) await join()
    await someMoment(chance, traffic)
    const killed = chance.pick(members)
    await killed.kill('SIGKILL')
    leave(fleet, members, killed)
    await untilOthersHave(fleet, killed)
  }
  await moreAccepted(traffic, users)
  const account = await finish(t, { fleet, webhook, traffics: [traffic] })
  const ofLane = Map.groupBy(account.duplicates, ({ receipt }) => receipt.sessionId)
  for (const [sessionId, duplicates] of ofLane)
    assert.ok(duplicates.length <= rounds, `${sessionId}: more than one a crash came twice`)
})

test('Restarted one after the other under load, processes lose nothing and send nothing twice', async (t) => {
  const { fleet, members, join } = await fourProcesses()
  const { traffic, webhook } = await load(t, fleet)
  for (const old of [...members]) {
    await moreAccepted(traffic, users)
    leave(fleet, members, old)
    await old.kill('SIGTERM')
    assert.equal((await fleet.heldBy(old)).count, 0, 'it gave back all it held')
    await join()
  }
  await moreAccepted(traffic, users)
  const account = await finish(t, { fleet, webhook, traffics: [traffic] })
  assert.equal(account.duplicates.length, 0)
})

interface FourProcesses {
  readonly fleet: Fleet
  /** Those that live. */
  readonly members: Member[]
  readonly join: () => Promise<void>
}

/** Of all roles, on one database, from test to test. */
const fourProcesses = async (): Promise<FourProcesses> => {
  four ??= startFour()
  return await four
}

const startFour = async (): Promise<FourProcesses> => {
  const fleet = await startFleet(wholeFile, shortLeases)
  const members: Member[] = []
  const join = async (): Promise<void> => {
    const member = await fleet.start()
    members.push(member)
    fleet.putInService(member)
  }
  while (members.length < 4) await join()
  return { fleet, members, join }
}

let four: Promise<FourProcesses> | undefined

const leave = (fleet: Fleet, members: Member[], member: Member): void => {
  fleet.takeOut(member)
  members.splice(members.indexOf(member), 1)
}

const load = async (
  t: TestContext,
  fleet: Fleet,
): Promise<{ readonly traffic: Traffic; readonly chance: Chance; readonly webhook: Webhook }> => {
  const owner = ownerOf(t)
  const webhook = await startWebhook(owner)
  const channel = await addIntegration(owner, fleet.urlOf(0), webhook.url)
  return { traffic: startUsers(t, owner, fleet, channel), chance: chanceOf(settings.seed), webhook }
}

const startUsers = (t: TestContext, owner: Owner, fleet: Fleet, channel: Channel): Traffic => {
  t.diagnostic(`seed ${settings.seed}`)
  return startTraffic(owner, {
    channel,
    users,
    postsPerSession,
    chance: chanceOf(settings.seed),
    urlOf: fleet.urlOf,
  })
}

const moreAccepted = async (traffic: Traffic, count: number): Promise<void> => {
  const target = traffic.counts.accepted + count
  await until(`${count} more are accepted`, () => traffic.counts.accepted >= target, {
    standing: () => ({ ...traffic.counts, refusals: traffic.refusals() }),
  })
}

/** After so and so many more messages, and a few milliseconds more, so that it may be in the midst of anything. */
const someMoment = async (chance: Chance, traffic: Traffic): Promise<void> => {
  await moreAccepted(traffic, chance.whole(20, 200))
  await aMoment(chance.whole(0, 20))
}

/** In the midst of something that it cannot end before others may take it. */
const freezeAtWork = async (fleet: Fleet, member: Member, traffic: Traffic): Promise<void> => {
  for (;;) {
    await moreAccepted(traffic, users)
    member.freeze()
    let held = await fleet.heldBy(member)
    await until('its leases are over', async () => {
      held = await fleet.heldBy(member)
      return held.overdue === held.count
    })
    if (held.count > 0) return
    member.thaw()
  }
}

const untilOthersHave = (fleet: Fleet, member: Member): Promise<void> =>
  until('others have taken all it held', async () => (await fleet.heldBy(member)).count === 0)

const finish = async (
  t: TestContext,
  end: {
    readonly fleet: Fleet
    readonly webhook: Webhook
    readonly traffics: readonly Traffic[]
  },
): Promise<Account> => {
  for (const traffic of end.traffics) await traffic.stop()
  const sessions = end.traffics.flatMap((traffic) => traffic.sessions)
  const account = await checkDeliveries(end.fleet.urlOf(0), end.webhook, sessions, { limitSeconds: 120 })
  await end.fleet.untilIdle()
  assert.deepEqual(
    end.traffics.flatMap((traffic) => traffic.surprises),
    [],
  )
  t.diagnostic(
    `${account.recorded} messages in ${account.sessions} sessions, ${account.events} events, ` +
      `${account.duplicates.length} of them twice`,
  )
  return account
}

/** Those that came again when a later event of their session had been there. */
const overtaken = (webhook: Webhook, duplicates: readonly Duplicate[]): readonly Duplicate[] =>
  duplicates.filter(({ receipt, earlier }) =>
    webhook.accepted
      .slice(webhook.accepted.indexOf(earlier), webhook.accepted.indexOf(receipt))
      .some(({ sessionId, sequence }) => sessionId === receipt.sessionId && sequence > receipt.sequence),
  )

const attemptsOf = async ({ url }: Member): Promise<number> =>
  (await metricOf(url, 'dragoman_delivery_attempts_total{verdict="delivered"}')) +
  (await metricOf(url, 'dragoman_delivery_attempts_total{verdict="later"}'))

/** Because others hold them, or because its transaction was ended meanwhile. */
const turnsRefusedTo = async ({ url }: Member): Promise<number> =>
  (await metricOf(url, 'dragoman_turns_total{outcome="taken over"}')) +
  (await metricOf(url, 'dragoman_turns_total{outcome="retried"}'))
