import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { newId } from '../../src/outside/ids.ts'
import { createSessionChanger } from '../../src/store/change-sessions.ts'
import { createSettings } from '../../src/store/integrations.ts'
import { listEventLog } from '../../src/store/read-events.ts'
import { openTestSession, seedIntegration } from '../support/channel.ts'
import { testDatabase } from '../support/database.ts'
import { nobodyHere } from '../support/takers.ts'

const { db } = await testDatabase({ after })

test('who follows the event log while three processes write it misses no event', async () => {
  const seeded = await seedIntegration(db)
  const { integrationId } = seeded
  const processes = await Promise.all(Array.from({ length: 3 }, () => processOf(seeded)))
  const writing = Promise.all(processes.map((write) => write()))
  let isWritten = false
  void writing.finally(() => (isWritten = true))

  const followed: string[] = []
  for (let isLast = false; ; isLast = isWritten) {
    const rows = await listEventLog(db, { integrationId, after: followed.at(-1) ?? '0', limit: 1_000 })
    followed.push(...rows.map(({ position }) => position))
    if (isLast && rows.length === 0) break
  }

  await writing
  const all = await listEventLog(db, { integrationId, after: '0', limit: 100_000 })
  assert.equal(all.length, processes.length * sessionsEach * changesEach)
  assert.deepEqual(
    followed,
    all.map(({ position }) => position),
  )
})

const sessionsEach = 4
const changesEach = 60

/** Sessions of its own, so that no session's lock orders it with the others; each changes one after the other. */
const processOf = async (
  seeded: Awaited<ReturnType<typeof seedIntegration>>,
): Promise<() => Promise<void>> => {
  const change = createSessionChanger({
    db,
    settings: createSettings(db),
    newId,
    committed: () => undefined,
    ...nobodyHere,
  })
  const sessionIds = await Promise.all(
    Array.from({ length: sessionsEach }, () => openTestSession(db, seeded)),
  )
  const writeOne = async (sessionId: string): Promise<void> => {
    for (let count = 0; count < changesEach; count += 1)
      await change({
        sessionId,
        integrationId: seeded.integrationId,
        decide: (session) => ({
          session,
          events: [
            {
              payload: { event_type: 'message:read', message_ids: [], by: { type: 'user' } },
              requestId: newId(),
            },
          ],
          answer: null,
        }),
      })
  }
  return async () => void (await Promise.all(sessionIds.map(writeOne)))
}
