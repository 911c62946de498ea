import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { Db } from '../../src/store/db.ts'
import { keepHouse } from '../../src/store/housekeeping.ts'
import { seedIntegration } from '../support/channel.ts'
import { testDatabase } from '../support/database.ts'
import { run } from '../support/sql.ts'

/** As after months without a Dragoman: of the weeks there are, none is this one. */
const forgetWeeks = async (db: Db): Promise<void> => {
  const weeks = await run<{ name: string }>(db, 'select name from weekly_partitions')
  for (const { name } of weeks) await run(db, `drop table ${name}`)
}

const seedEvent = async (db: Db, createdAt: string): Promise<string> => {
  const { integrationId } = await seedIntegration(db)
  const sessionId = randomUUID()
  await run(
    db,
    `insert into events (session_id, sequence, integration_id, event_id, position, event_type, body, created_at)
      values ($1, 1, $2, gen_random_uuid(), nextval('events_position'), 'session:expired', '{}', ${createdAt})`,
    [sessionId, integrationId],
  )
  await run(
    db,
    `insert into attempts (session_id, sequence, at, duration_ms) values ($1, 1, ${createdAt}, 1)`,
    [sessionId],
  )
  return sessionId
}

const placesOf = async (db: Db, table: 'events' | 'attempts'): Promise<string[]> =>
  (
    await run<{ place: string }>(
      db,
      `select case when tableoid = '${table}_default'::regclass then 'default' else 'week' end as place
        from ${table} order by place`,
    )
  ).map(({ place }) => place)

test('events of a week that nobody had prepared, as after a long standstill, come into their week, and the house is kept', async (t) => {
  const { db } = await testDatabase(t)
  await forgetWeeks(db)
  const sessionId = await seedEvent(db, 'now()')
  await seedEvent(db, `'2020-01-08'`)
  await keepHouse(db)
  for (const table of ['events', 'attempts'] as const)
    assert.deepEqual(await placesOf(db, table), ['default', 'week'])
  assert.equal((await run(db, 'select from events where session_id = $1', [sessionId])).length, 1)
})

test('busy tables are analyzed by a small sample, the weeks to come included', async (t) => {
  const { db } = await testDatabase(t)
  await run(db, 'select ensure_partitions(9)')
  const targets = await run<{ parent: string; targets: number[] }>(
    db,
    `select coalesce(inhparent, attrelid)::regclass::text as parent, array_agg(distinct attstattarget::int) as targets
      from pg_attribute left join pg_inherits on inhrelid = attrelid
      where attnum > 0 and coalesce(inhparent, attrelid) in ('events'::regclass, 'attempts'::regclass,
        'messages'::regclass, 'turns'::regclass, 'sessions'::regclass, 'lanes'::regclass, 'turn_lanes'::regclass)
        and attrelid not in ('events'::regclass, 'attempts'::regclass)
      group by 1 order by 1`,
  )
  assert.deepEqual(
    targets,
    ['attempts', 'events', 'lanes', 'messages', 'sessions', 'turn_lanes', 'turns'].map((parent) => ({
      parent,
      targets: [10],
    })),
  )
})

test('while a backup has the events in hand, the week is made another time, and all else of the house is done', async (t) => {
  const { db } = await testDatabase(t)
  await forgetWeeks(db)
  await run(
    db,
    `insert into idempotency_keys (integration_id, key, request_hash, answer, created_at)
      values (gen_random_uuid(), 'old', '', '{}', now() - interval '2 days')`,
  )
  await db.transaction(async (backup) => {
    await backup.rows({ name: '', text: 'select from events' }, [])
    await assert.rejects(keepHouse(db), { code: lockNotAvailable })
  })
  assert.deepEqual(await run(db, 'select from idempotency_keys'), [])
  await keepHouse(db)
  assert.ok(
    (await run(db, `select from weekly_partitions where starts_at <= now() and ends_at > now()`)).length > 0,
  )
})

const lockNotAvailable = '55P03'
