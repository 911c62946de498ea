import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { Db } from '../../src/store/db.ts'
import { claimTurns } from '../../src/store/turn-lanes.ts'
import { testDatabase } from '../support/database.ts'
import { run } from '../support/sql.ts'

/** Sessions of one integration that owe a turn each. */
const seedTurns = async (db: Db, turnCount: number, dueSince: string): Promise<string> => {
  const integrationId = randomUUID()
  await run(
    db,
    `with opened as (
        insert into sessions (session_id, integration_id, environment_id, user_id, owner, context, dialog_state,
          last_activity_at, expires_at, check_at)
        select gen_random_uuid(), $1, gen_random_uuid(), gen_random_uuid(), 'bot', '{}', '{}', now(), now(), now()
        from generate_series(1, $2) returning session_id
      ), due as (
        insert into turn_lanes (session_id, integration_id, head, tail, ready_at)
        select session_id, $1, 1, 1, now() - $3::interval from opened
      )
      insert into turns (session_id, turn, kind, request_id, created_at)
      select session_id, 1, 'session_start', gen_random_uuid(), now() from opened`,
    [integrationId, turnCount, dueSince],
  )
  return integrationId
}

const claim = (
  db: Db,
  turnsMax: number,
  more: { ofOneMax?: number; inFlightOf?: Map<string, number> } = {},
) =>
  claimTurns(db, {
    claimId: randomUUID(),
    turnsMax,
    leaseSeconds: 60,
    ofOneMax: turnsMax,
    inFlightOf: new Map(),
    ...more,
  })

test('a crowd of due turns of one integration leaves another its share, however late its turns came', async (t) => {
  const { db } = await testDatabase(t)
  const crowd = await seedTurns(db, 500, '1 hour')
  const late = await seedTurns(db, 3, '1 second')
  const turns = await claim(db, 8)
  assert.equal(turns.filter((turn) => turn.integrationId === late).length, 3)
  assert.equal(turns.filter((turn) => turn.integrationId === crowd).length, 4)
  assert.deepEqual(
    turns.map((turn) => turn.mayHaveMore),
    turns.map((turn) => turn.integrationId === crowd),
  )
})

test('one integration alone gets all the room, the turns that are due longest first', async (t) => {
  const { db } = await testDatabase(t)
  const integrationId = await seedTurns(db, 10, '1 minute')
  await run(
    db,
    `update turn_lanes set ready_at = now() - interval '1 hour' where session_id in
      (select session_id from turn_lanes order by session_id limit 4)`,
  )
  const first = (
    await run<{ id: string }>(db, 'select session_id as id from turn_lanes order by 1 limit 4')
  ).map(({ id }) => id)
  const turns = await claim(db, 4)
  assert.deepEqual(turns.map((turn) => turn.sessionId).sort(), first)
  assert.ok(turns.every((turn) => turn.integrationId === integrationId && turn.mayHaveMore))
  assert.equal((await claim(db, 100)).length, 6)
})

test('with more integrations than room each claim takes of others, until all turns are claimed', async (t) => {
  const { db } = await testDatabase(t)
  for (let index = 0; index < 20; index += 1) await seedTurns(db, 2, '1 minute')
  const turns = await claim(db, 8)
  assert.equal(new Set(turns.map((turn) => turn.integrationId)).size, 8)
  let claimed = turns.length
  for (let more = turns; more.length > 0; claimed += more.length) more = await claim(db, 8)
  assert.equal(claimed, 40)
})

test('what an integration has in flight counts: it gets up to its bound and no more, and the room goes to others', async (t) => {
  const { db } = await testDatabase(t)
  const full = await seedTurns(db, 20, '1 hour')
  const nearlyFull = await seedTurns(db, 20, '1 hour')
  const other = await seedTurns(db, 20, '1 second')
  const turns = await claim(db, 16, {
    ofOneMax: 10,
    inFlightOf: new Map([
      [full, 10],
      [nearlyFull, 7],
    ]),
  })
  const countOf = (integrationId: string) =>
    turns.filter((turn) => turn.integrationId === integrationId).length
  assert.deepEqual([full, nearlyFull, other].map(countOf), [0, 3, 8])
  assert.ok(turns.every((turn) => turn.mayHaveMore))
})
