import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { newId } from '../../src/outside/ids.ts'
import { createSessionChanger } from '../../src/store/change-sessions.ts'
import { createSettings } from '../../src/store/integrations.ts'
import type { Committed } from '../../src/store/session-change.ts'
import { createSessionMemory } from '../../src/store/session-memory.ts'
import { openTestSession, seedIntegration } from '../support/channel.ts'
import { testDatabase } from '../support/database.ts'

/** As many as are enough for a batch to begin without waiting for more. */
const enough = 32

test('the ends of turns of a stuck webhook wait for each other, and hold up nobody else', async (t) => {
  const { db } = await testDatabase(t)
  const stuck = await seedIntegration(db, { agent: true })
  const healthy = await seedIntegration(db, { agent: true })
  const claimOf = new Map<string, string>()
  const told: Committed[] = []
  const change = createSessionChanger({
    db,
    settings: createSettings(db),
    newId,
    newClaimId: randomUUID,
    takers: {
      turns: {
        reserve: () => true,
        letGo: () => undefined,
        take: ({ sessionId }, { claimId }) => claimOf.set(sessionId, claimId),
      },
      deliveries: {
        reserve: () => false,
        letGo: () => undefined,
        take: () => undefined,
        isStuck: (integrationId) => integrationId === stuck.integrationId,
      },
    },
    leaseMs: { turns: 60_000, deliveries: 60_000 },
    memory: createSessionMemory(() => true),
    committed: (what) => told.push(what),
    stuckLingerMs: 4_500,
  })
  const askIn = async (seeded: typeof stuck): Promise<string> => {
    const sessionId = await openTestSession(db, seeded)
    await change({
      sessionId,
      integrationId: seeded.integrationId,
      decide: (session) => ({ session, turnDue: { requestId: newId() }, answer: null }),
    })
    return sessionId
  }
  const finish = (sessionId: string, { integrationId }: typeof stuck): Promise<null> =>
    change({
      sessionId,
      integrationId,
      turn: { turn: 1, claimId: claimOf.get(sessionId) ?? 'nobody' },
      decide: (session, { dialogState }) => ({
        session,
        events: [
          {
            payload: { event_type: 'message:read', message_ids: [], by: { type: 'user' } },
            requestId: newId(),
          },
        ],
        finishedTurn: { outcome: 'answered', dialogState, recorded: {} },
        answer: null,
      }),
    })

  const inStuck = await Promise.all(Array.from({ length: enough }, () => askIn(stuck)))
  const inHealthy = await askIn(healthy)
  told.length = 0

  const first = finish(inStuck[0] ?? '', stuck)
  await finish(inHealthy, healthy)
  assert.deepEqual(
    told.map(({ sessionsWithEvents }) => [...sessionsWithEvents]),
    [[inHealthy]],
  )
  await Promise.all([first, ...inStuck.slice(1).map((sessionId) => finish(sessionId, stuck))])
  assert.equal(told.length, 2)
  assert.deepEqual(new Set(told[1]?.sessionsWithEvents), new Set(inStuck))
})
