import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { claimDeliveries } from '../../src/store/delivery-lanes.ts'
import { claimIdOf, enterProcess, newProcessKey, takeOverFrom } from '../../src/store/processes.ts'
import { seedIntegration } from '../support/channel.ts'
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
    await until('the taking over waits for the message', async () => {
      const waiting = await run(
        db,
        `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      )
      return waiting.length > 0
    })
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
