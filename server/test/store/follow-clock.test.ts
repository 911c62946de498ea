import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, beforeEach, test } from 'node:test'
import { claimDeliveries } from '../../src/store/delivery-lanes.ts'
import { openCircuit, readEndpoint } from '../../src/store/endpoints.ts'
import { followClock, recallStrays } from '../../src/store/follow-clock.ts'
import { seedIntegration } from '../support/channel.ts'
import { testDatabase } from '../support/database.ts'
import { run } from '../support/sql.ts'

/** A test cannot set the clock back; so it moves everything else forward, which is the same. */
const { db } = await testDatabase({ after })
const leases = { turnLeaseMs: 30_000, deliveryLeaseMs: 50_000 }

beforeEach(async () => {
  for (const table of ['lanes', 'turn_lanes', 'events', 'endpoints']) await run(db, `delete from ${table}`)
  await run(db, 'update clock set seen_at = now()')
})

const setBackAnHour = async (): Promise<void> => {
  await run(db, `update clock set seen_at = seen_at + interval '1 hour'`)
  for (const table of ['lanes', 'turn_lanes'])
    await run(db, `update ${table} set ready_at = ready_at + interval '1 hour'`)
  await run(db, `update endpoints set probe_at = probe_at + interval '1 hour'`)
}

const addLane = async (
  table: 'lanes' | 'turn_lanes',
  integrationId: string,
  lane: { readonly inSeconds: number; readonly isHeld?: boolean; readonly attempts?: number },
): Promise<string> => {
  const sessionId = randomUUID()
  await run(
    db,
    `insert into ${table} (session_id, integration_id, head, tail, ready_at, claim_id, attempts)
      values ($1, $2, 1, 1, now() + make_interval(secs => $3), $4, $5)`,
    [sessionId, integrationId, lane.inSeconds, lane.isHeld ? randomUUID() : null, lane.attempts ?? 0],
  )
  return sessionId
}

const waitSecondsOf = async (table: 'lanes' | 'turn_lanes', sessionId: string): Promise<number> => {
  const [row] = await run<{ seconds: number }>(
    db,
    `select extract(epoch from ready_at - now())::float8 as seconds from ${table} where session_id = $1`,
    [sessionId],
  )
  assert.ok(row)
  return row.seconds
}

const isBetween = (value: number, min: number, max: number): void =>
  assert.ok(value >= min && value <= max, `${value} is not between ${min} and ${max}`)

test('after the clock was set back an hour, what was due is due, and what waits keeps its wait', async () => {
  const { integrationId } = await seedIntegration(db)
  const due = await addLane('lanes', integrationId, { inSeconds: -1 })
  const turnDue = await addLane('turn_lanes', integrationId, { inSeconds: -1 })
  const retry = await addLane('lanes', integrationId, { inSeconds: 1_800 })
  await openCircuit(db, {
    integrationId,
    webhookUrl: 'http://127.0.0.1:9/',
    reason: 'down',
    probeInMs: 600_000,
  })
  await setBackAnHour()
  assert.ok((await followClock(db, leases)) > 3_500_000)
  isBetween(await waitSecondsOf('lanes', due), -60, 0)
  isBetween(await waitSecondsOf('turn_lanes', turnDue), -60, 0)
  isBetween(await waitSecondsOf('lanes', retry), 1_700, 1_810)
  isBetween((await readEndpoint(db, integrationId))?.probeInMs ?? 0, 500_000, 610_000)

  assert.equal(await followClock(db, leases), 0)
  isBetween(await waitSecondsOf('lanes', retry), 1_700, 1_810)
})

test('a lane that somebody holds stays theirs, for a lease at most', async () => {
  const { integrationId } = await seedIntegration(db)
  const held = await addLane('lanes', integrationId, { inSeconds: 40, isHeld: true })
  const thinking = await addLane('turn_lanes', integrationId, { inSeconds: 20, isHeld: true })
  await setBackAnHour()
  await followClock(db, leases)
  isBetween(await waitSecondsOf('lanes', held), 30, 51)
  isBetween(await waitSecondsOf('turn_lanes', thinking), 10, 31)
  const claimed = await claimDeliveries(db, {
    endpoints: [{ integrationId, room: 1 }],
    claimId: randomUUID(),
    leaseSeconds: 50,
  })
  assert.deepEqual(claimed, [])
})

test('many processes that find the clock set back move the timers once', async () => {
  const { integrationId } = await seedIntegration(db)
  const retry = await addLane('lanes', integrationId, { inSeconds: 7_200 })
  await setBackAnHour()
  const moved = await Promise.all(Array.from({ length: 5 }, () => followClock(db, leases)))
  assert.equal(moved.filter((backMs) => backMs > 0).length, 1)
  isBetween(await waitSecondsOf('lanes', retry), 7_100, 7_210)
})

test('a clock that runs as it should moves nothing', async () => {
  const { integrationId } = await seedIntegration(db)
  const retry = await addLane('lanes', integrationId, { inSeconds: 60 })
  await run(db, `update clock set seen_at = now() - interval '1 day'`)
  assert.equal(await followClock(db, leases), 0)
  isBetween(await waitSecondsOf('lanes', retry), 30, 60)
})

test('a clock that was set forth and back before anybody saw it keeps nobody waiting, and no retry is hurried', async () => {
  const { integrationId } = await seedIntegration(db)
  const hour = { inSeconds: 3_600 }
  const due = await addLane('lanes', integrationId, hour)
  const retry = await addLane('lanes', integrationId, { ...hour, attempts: 3 })
  const replayed = await addLane('lanes', integrationId, hour)
  await run(db, 'update lanes set replays = 1 where session_id = $1', [replayed])
  const held = await addLane('lanes', integrationId, { ...hour, attempts: 3, isHeld: true })
  const turn = await addLane('turn_lanes', integrationId, { ...hour, attempts: 1 })
  const thinking = await addLane('turn_lanes', integrationId, { ...hour, isHeld: true })
  const soon = await addLane('turn_lanes', integrationId, { inSeconds: 1, attempts: 1 })
  await recallStrays(db, leases)
  isBetween(await waitSecondsOf('lanes', due), -60, 0)
  isBetween(await waitSecondsOf('lanes', retry), 3_500, 3_600)
  isBetween(await waitSecondsOf('lanes', replayed), 3_500, 3_600)
  isBetween(await waitSecondsOf('lanes', held), 0, 50)
  isBetween(await waitSecondsOf('turn_lanes', turn), -60, 0)
  isBetween(await waitSecondsOf('turn_lanes', thinking), 0, 30)
  isBetween(await waitSecondsOf('turn_lanes', soon), -60, 1)
})
