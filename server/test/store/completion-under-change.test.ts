import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { claimDeliveries, completeDeliveries } from '../../src/store/delivery-lanes.ts'
import { seedIntegration } from '../support/channel.ts'
import { testDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'

const { db } = await testDatabase({ after })

const statement = (text: string) => ({ name: text.trim().slice(0, 60), text })

test('an attempt is recorded also when a message changes its lane in the very moment', async () => {
  const { integrationId } = await seedIntegration(db)
  const [sessionId, claimId] = [randomUUID(), randomUUID()]
  await db.rows(
    statement(`insert into events (session_id, sequence, integration_id, event_id, position, event_type, body, created_at)
      select $1, n, $2, gen_random_uuid(), n, 'message:read', '{}', now() from generate_series(1, 2) as n`),
    [sessionId, integrationId],
  )
  await db.rows(
    statement(
      `insert into lanes (session_id, integration_id, head, tail, ready_at) values ($1, $2, 1, 1, now())`,
    ),
    [sessionId, integrationId],
  )
  const endpoints = [{ integrationId, room: 1 }]
  assert.equal((await claimDeliveries(db, { endpoints, claimId, leaseSeconds: 60 })).length, 1)

  let completing: ReturnType<typeof completeDeliveries> | undefined
  await db.transaction(async (tx) => {
    await tx.rows(statement(`update lanes set tail = 2 where session_id = $1`), [sessionId])
    completing = completeDeliveries(db, [
      {
        sessionId,
        integrationId,
        sequence: 1,
        claimId,
        isReplay: false,
        next: 'advance',
        attempts: 0,
        delayMs: 0,
        attempt: { atMs: Date.now(), statusCode: 200, error: null, durationMs: 1, answer: null },
      },
    ])
    await until('the completion waits for the message', async () => {
      const waiting = await db.rows(
        statement(
          `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
        ),
        [],
      )
      return waiting.length > 0
    })
  })
  assert.deepEqual(await completing, [{ sessionId, integrationId, more: true }])
})
