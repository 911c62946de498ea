import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { Db } from '../../src/store/db.ts'
import { dropOldEvents } from '../../src/store/drop-old-events.ts'
import { queueReplays } from '../../src/store/replay-lanes.ts'
import { seedIntegration } from '../support/channel.ts'
import { testDatabase } from '../support/database.ts'
import { run } from '../support/sql.ts'

/** Weeks of 2020, one event each, sequence 1 in the first. */
const weeks = ['2020-01-06', '2020-01-13', '2020-01-20'] as const
const retentionDays = 90

const seedWeeks = async (db: Db, lane: { readonly head: number }): Promise<string> => {
  const { integrationId } = await seedIntegration(db)
  const sessionId = randomUUID()
  for (const [index, monday] of weeks.entries()) {
    for (const parent of ['events', 'attempts'])
      await run(
        db,
        `create table ${parent}_old_${index} partition of ${parent}
          for values from ('${monday} 00:00+00') to ('${monday} 00:00+00'::timestamptz + interval '7 days')`,
      )
    await run(
      db,
      `insert into events (session_id, sequence, integration_id, event_id, position, event_type, body, created_at)
        values ($1, $2::int, $3, gen_random_uuid(), $2::int, 'message:read', '{}', $4)`,
      [sessionId, index + 1, integrationId, `${monday} 12:00+00`],
    )
    await run(db, `insert into attempts (session_id, sequence, at, duration_ms) values ($1, $2, $3, 1)`, [
      sessionId,
      index + 1,
      `${monday} 12:00+00`,
    ])
  }
  await run(
    db,
    `insert into lanes (session_id, integration_id, head, tail, ready_at)
      values ($1, $2, $3::int, 3, case when $3 <= 3 then now() end)`,
    [sessionId, integrationId, lane.head],
  )
  return sessionId
}

const sequencesIn = async (db: Db, table: 'events' | 'attempts' | 'delivery_outcomes'): Promise<number[]> =>
  (await run<{ sequence: number }>(db, `select sequence from ${table} order by 1`)).map((row) => row.sequence)

test('weeks older than the retention go whole when all is delivered or dead, with their attempts and outcomes', async (t) => {
  const { db } = await testDatabase(t)
  const sessionId = await seedWeeks(db, { head: 4 })
  await run(
    db,
    `insert into delivery_outcomes (session_id, sequence, integration_id, status, reason)
      values ($1, 1, gen_random_uuid(), 'dead', 'HTTP 400')`,
    [sessionId],
  )
  assert.equal(await dropOldEvents(db, retentionDays), 6)
  for (const table of ['events', 'attempts', 'delivery_outcomes'] as const)
    assert.deepEqual(await sequencesIn(db, table), [])
  assert.equal(await dropOldEvents(db, retentionDays), 0)
})

test('no week goes while one of its events waits, nor the attempts since then', async (t) => {
  const { db } = await testDatabase(t)
  await seedWeeks(db, { head: 2 })
  assert.equal(await dropOldEvents(db, retentionDays), 2)
  assert.deepEqual(await sequencesIn(db, 'events'), [2, 3])
  assert.deepEqual(await sequencesIn(db, 'attempts'), [2, 3])
})

test('an event that a person wants sent again is kept until it is sent', async (t) => {
  const { db } = await testDatabase(t)
  const sessionId = await seedWeeks(db, { head: 4 })
  await queueReplays(db, [{ sessionId, sequence: 2 }])
  await dropOldEvents(db, retentionDays)
  assert.deepEqual(await sequencesIn(db, 'events'), [2])
  assert.deepEqual(await sequencesIn(db, 'attempts'), [2, 3])
})

test('what is younger than the retention stays, and the weeks to come too', async (t) => {
  const { db } = await testDatabase(t)
  await seedWeeks(db, { head: 4 })
  assert.equal(await dropOldEvents(db, 36_500), 0)
  assert.deepEqual(await sequencesIn(db, 'events'), [1, 2, 3])
  await dropOldEvents(db, 1)
  const [row] = await run<{ weeks: number }>(
    db,
    `select count(*)::int as weeks from weekly_partitions where ends_at > now()`,
  )
  assert.ok((row?.weeks ?? 0) >= 10)
})
