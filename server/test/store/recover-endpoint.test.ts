import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Db } from '../../src/store/db.ts'
import { findDueEndpoints } from '../../src/store/delivery-lanes.ts'
import { openCircuit, readEndpoint, recoverEndpoint } from '../../src/store/endpoints.ts'
import { seedIntegration } from '../support/channel.ts'
import { testDatabase } from '../support/database.ts'
import { run } from '../support/sql.ts'

const { db } = await testDatabase({ after })
const laneCount = 2_500

/** A webhook that is down, and lanes that wait an hour for their next try. */
const seedDown = async (): Promise<string> => {
  const { integrationId } = await seedIntegration(db)
  await run(
    db,
    `insert into lanes (session_id, integration_id, head, tail, ready_at, attempts)
      select gen_random_uuid(), $1, 1, 1, now() + interval '1 hour', 6 from generate_series(1, $2)`,
    [integrationId, laneCount],
  )
  await openCircuit(db, {
    integrationId,
    webhookUrl: 'http://127.0.0.1:9/',
    reason: 'down',
    probeInMs: 3_600_000,
  })
  return integrationId
}

const waitingOf = async (integrationId: string): Promise<number> =>
  (
    await run(db, 'select from lanes where integration_id = $1 and (ready_at > now() or attempts <> 6)', [
      integrationId,
    ])
  ).length

test('when a webhook is back all its lanes are due, however many there are, and no other webhook is touched', async () => {
  const [back, down] = [await seedDown(), await seedDown()]
  assert.equal(await recoverEndpoint(db, back, ['open']), true)
  assert.equal(await waitingOf(back), 0)
  assert.equal((await readEndpoint(db, back))?.circuit, 'closed')
  assert.equal(await waitingOf(down), laneCount)
  assert.equal((await readEndpoint(db, down))?.circuit, 'open')
})

test('a recovery that breaks off leaves the circuit open, and the next one does it all', async () => {
  const integrationId = await seedDown()
  let statements = 0
  const breaking: Db = {
    ...db,
    rows: (statement, values) => {
      statements += 1
      return statements === 3 ? Promise.reject(new Error('the connection broke')) : db.rows(statement, values)
    },
  }
  await assert.rejects(recoverEndpoint(breaking, integrationId, ['open']), /connection broke/)
  const left = await waitingOf(integrationId)
  assert.ok(left > 0 && left < laneCount, `${left} of ${laneCount} wait`)
  assert.equal((await readEndpoint(db, integrationId))?.circuit, 'open')

  assert.equal(await recoverEndpoint(db, integrationId, ['open']), true)
  assert.equal(await waitingOf(integrationId), 0)
  assert.equal((await readEndpoint(db, integrationId))?.circuit, 'closed')
})

test('the poll finds who has a lane that is due, and who may be probed, and nobody else', async () => {
  const [open, closed] = [await seedDown(), await seedDown()]
  const found = async () => (await findDueEndpoints(db)).map((endpoint) => endpoint.integrationId)
  await run(db, `update endpoints set circuit = 'closed' where integration_id = $1`, [closed])
  assert.ok((await found()).includes(open))
  assert.ok(!(await found()).includes(closed))
  await run(
    db,
    `update lanes set ready_at = now() where session_id =
      (select session_id from lanes where integration_id = $1 limit 1)`,
    [closed],
  )
  assert.ok((await found()).includes(closed))
  await run(db, `update endpoints set circuit = 'paused' where integration_id = $1`, [open])
  assert.ok(!(await found()).includes(open))
})
