import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { claimDeliveries } from '../../src/store/delivery-lanes.ts'
import { claimIdOf, enterProcess, newProcessKey, takeOverFrom } from '../../src/store/processes.ts'
import { lockSessions } from '../../src/store/session-cell.ts'
import { openTestSession, seedIntegration } from '../support/channel.ts'
import { testDatabase } from '../support/database.ts'
import { run } from '../support/sql.ts'
import { until } from '../support/until.ts'

const { db } = await testDatabase({ after })

const addLane = async (integrationId: string): Promise<string> => {
  const sessionId = randomUUID()
  await run(
    db,
    `insert into events (session_id, sequence, integration_id, event_id, position, event_type, body, created_at)
      select $1, n, $2, gen_random_uuid(), n, 'message:read', '{}', now() from generate_series(1, 2) as n`,
    [sessionId, integrationId],
  )
  await run(
    db,
    `insert into lanes (session_id, integration_id, head, tail, ready_at) values ($1, $2, 1, 1, now())`,
    [sessionId, integrationId],
  )
  return sessionId
}

const waitingForLocks = async (): Promise<number> => {
  const waiting = await run(
    db,
    `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
  )
  return waiting.length
}

test('what a dead process held is taken over also when a message changes its lane in the very moment', async () => {
  const { integrationId } = await seedIntegration(db)
  const sessionId = await addLane(integrationId)
  const [dead, alive] = [newProcessKey(), newProcessKey()]
  const endpoints = [{ integrationId, room: 1 }]
  const claimAs = (processKey: number) =>
    claimDeliveries(db, { endpoints, claimId: claimIdOf(processKey), leaseSeconds: 60 })
  await enterProcess(db, dead)
  assert.equal((await claimAs(dead)).length, 1)
  assert.equal((await claimAs(alive)).length, 0)

  let taking: Promise<number> | undefined
  await db.transaction(async (tx) => {
    await tx.rows({ name: 'add-to-lane', text: 'update lanes set tail = 2 where session_id = $1' }, [
      sessionId,
    ])
    taking = takeOverFrom(db, dead)
    await until('the taking over waits for the message', async () => (await waitingForLocks()) > 0)
  })
  assert.equal(await taking, 1)
  assert.equal((await claimAs(alive)).length, 1)
})

test('only the claims of the dead process are void', async () => {
  const { integrationId } = await seedIntegration(db)
  const held = await addLane(integrationId)
  const [dead, alive] = [newProcessKey(), newProcessKey()]
  await claimDeliveries(db, {
    endpoints: [{ integrationId, room: 1 }],
    claimId: claimIdOf(alive),
    leaseSeconds: 60,
  })
  assert.equal(await takeOverFrom(db, dead), 0)
  const rows = await run<{ isHeld: boolean }>(
    db,
    `select claim_id is not null and ready_at > now() as "isHeld" from lanes where session_id = $1`,
    [held],
  )
  assert.deepEqual(rows, [{ isHeld: true }])
})

test('who is taken for dead ends turns, while it is taken over from and messages come: nobody waits in a circle', async () => {
  const seeded = await seedIntegration(db, { agent: true })
  const [first, second, third] = (
    await Promise.all([1, 2, 3].map(() => openTestSession(db, seeded, true)))
  ).toSorted()
  assert.ok(first && second && third)
  const dead = newProcessKey()
  const claimId = claimIdOf(dead)
  await run(db, `update turn_lanes set claim_id = $1, ready_at = now() + interval '60 s'`, [claimId])
  const turn = { turn: 1, claimId }
  const others: Promise<unknown>[] = []
  await db.transaction(async (message) => {
    await lockSessions(message, [{ sessionId: first }, { sessionId: third }])
    const ending = [second, third].map((sessionId) => ({ sessionId, turn }))
    others.push(db.transaction((turns) => lockSessions(turns, ending)))
    await until('the turns wait for the message', async () => (await waitingForLocks()) === 1)
    let isTaken = false
    others.push(takeOverFrom(db, dead).then(() => (isTaken = true)))
    await until(
      'it is taken over, or that waits for the turns',
      async () => isTaken || (await waitingForLocks()) === 2,
    )
    const lane = { name: 'add-to-turn-lane', text: 'update turn_lanes set tail = 2 where session_id = $1' }
    await message.rows(lane, [first])
  })
  await Promise.all(others)
})

test('who ends a turn sees what became of session and claim while it waited for either', async () => {
  const seeded = await seedIntegration(db, { agent: true })
  const sessionId = await openTestSession(db, seeded, true)
  const claimId = claimIdOf(newProcessKey())
  await run(db, `update turn_lanes set claim_id = $1 where session_id = $2`, [claimId, sessionId])
  for (const change of [
    `update sessions set last_turn = 7 where session_id = $1`,
    `update turn_lanes set claim_id = null where session_id = $1`,
  ]) {
    let ending: ReturnType<typeof lockSessions> | undefined
    await db.transaction(async (tx) => {
      await tx.rows({ name: '', text: change }, [sessionId])
      ending = db.transaction((turn) => lockSessions(turn, [{ sessionId, turn: { turn: 1, claimId } }]))
      await until('the end waits for it', async () => (await waitingForLocks()) === 1)
    })
    const cell = (await ending)?.get(sessionId)
    assert.equal(cell?.lastTurn, 7)
    assert.equal(cell?.turnClaimId, change.includes('sessions') ? claimId : null)
  }
})
