import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { newId } from '../../src/outside/ids.ts'
import { createSessionChanger } from '../../src/store/change-sessions.ts'
import { type Db, openDatabase } from '../../src/store/db.ts'
import { type ClaimedDelivery, claimDeliveries, completeDeliveries } from '../../src/store/delivery-lanes.ts'
import type { Taker } from '../../src/store/direct-claims.ts'
import { createSettings } from '../../src/store/integrations.ts'
import type { Change, Committed } from '../../src/store/session-change.ts'
import { createSessionMemory } from '../../src/store/session-memory.ts'
import { isStoreUnavailable } from '../../src/store/store-errors.ts'
import type { ClaimedTurn } from '../../src/store/turn-lanes.ts'
import { claimTurns } from '../../src/store/turn-lanes.ts'
import { openTestSession, seedIntegration } from '../support/channel.ts'
import { testDatabase } from '../support/database.ts'
import { openDatabaseProxy } from '../support/database-proxy.ts'
import { run } from '../support/sql.ts'
import { until } from '../support/until.ts'

/** Somebody who takes what there is room for, and counts. */
const taker = <Work>(
  room: number,
): Taker<Work> & { readonly taken: Work[]; free: () => number; isStuck: () => boolean } => {
  const taken: Work[] = []
  let free = room
  return {
    taken,
    free: () => free,
    isStuck: () => false,
    reserve: () => {
      if (free === 0) return false
      free -= 1
      return true
    },
    letGo: () => {
      free += 1
    },
    take: (work) => {
      taken.push(work)
    },
  }
}

const worker = (db: Db, room: { readonly turns: number; readonly deliveries: number }) => {
  const turns = taker<ClaimedTurn>(room.turns)
  const deliveries = taker<ClaimedDelivery>(room.deliveries)
  const told: Committed[] = []
  const change = createSessionChanger({
    db,
    settings: createSettings(db),
    newId,
    newClaimId: randomUUID,
    takers: { turns, deliveries },
    leaseMs: { turns: 60_000, deliveries: 60_000 },
    memory: createSessionMemory(() => true),
    committed: (what) => told.push(what),
  })
  return { change, turns, deliveries, told }
}

const sayAndTell =
  (text: string) =>
  (
    session: Parameters<Parameters<ReturnType<typeof createSessionChanger>>[0]['decide']>[0],
  ): Change<null> => ({
    session: { ...session, userMessageCount: session.userMessageCount + 1 },
    messages: [{ messageId: newId(), author: 'user', body: { text }, requestId: newId() }],
    turnDue: { requestId: newId() },
    events: [
      { payload: { event_type: 'message:read', message_ids: [], by: { type: 'user' } }, requestId: newId() },
    ],
    answer: null,
  })

const setUp = async (t: TestContext, room = { turns: 8, deliveries: 8 }) => {
  const { db, url } = await testDatabase(t)
  const seeded = await seedIntegration(db, { agent: true })
  const open = (): Promise<string> => openTestSession(db, seeded)
  return { db, url, seeded, open, ...worker(db, room) }
}

const claimAll = async (db: Db, integrationId: string) => ({
  turns: await claimTurns(db, {
    claimId: randomUUID(),
    turnsMax: 50,
    leaseSeconds: 60,
    ofOneMax: 50,
    inFlightOf: new Map(),
  }),
  deliveries: await claimDeliveries(db, {
    endpoints: [{ integrationId, room: 50 }],
    claimId: randomUUID(),
    leaseSeconds: 60,
  }),
})

test('a commit claims the turn and the event that it makes due for its own process, and nobody else finds them', async (t) => {
  const { db, seeded, open, change, turns, deliveries, told } = await setUp(t)
  const { integrationId } = seeded
  const sessionId = await open()
  await change({ sessionId, integrationId, decide: sayAndTell('hello') })
  assert.deepEqual(
    turns.taken.map(({ turn, attempts, message, userMessageCount, hasWord, agentId }) => ({
      turn,
      attempts,
      message,
      userMessageCount,
      hasWord,
      agentId,
    })),
    [
      {
        turn: 1,
        attempts: 1,
        message: { text: 'hello' },
        userMessageCount: 1,
        hasWord: true,
        agentId: seeded.agent?.agentId,
      },
    ],
  )
  assert.deepEqual(
    deliveries.taken.map(({ sequence, eventType }) => ({ sequence, eventType })),
    [{ sequence: 1, eventType: 'message:read' }],
  )
  assert.equal(told.length, 1)
  assert.equal(told[0]?.turnsDue, false)
  assert.deepEqual([...(told[0]?.lanesDueOf ?? [])], [])
  assert.deepEqual(await claimAll(db, integrationId), { turns: [], deliveries: [] })
})

test('what a commit hands over is what a claim would have read', async (t) => {
  const { db, seeded, open, change, turns, deliveries } = await setUp(t)
  const { integrationId } = seeded
  const sessionId = await open()
  await change({ sessionId, integrationId, decide: sayAndTell('Grüße "quoted" \\ 😀') })
  await run(db, `update turn_lanes set ready_at = now(), attempts = 0`)
  await run(db, `update lanes set ready_at = now()`)
  const claimed = await claimAll(db, integrationId)
  const withoutTime = ({ now, mayHaveMore, ...turn }: ClaimedTurn): object => turn
  assert.deepEqual(turns.taken.map(withoutTime), claimed.turns.map(withoutTime))
  assert.deepEqual(
    deliveries.taken,
    claimed.deliveries.map((delivery) => ({ ...delivery, dueInMs: 0 })),
  )
})

test('of a lane that is at work the commit claims nothing: what comes waits its turn', async (t) => {
  const { db, seeded, open, change, turns, deliveries, told } = await setUp(t)
  const { integrationId } = seeded
  const sessionId = await open()
  for (const text of ['one', 'two', 'three'])
    await change({ sessionId, integrationId, decide: sayAndTell(text) })
  assert.deepEqual([turns.taken.length, deliveries.taken.length], [1, 1])
  assert.deepEqual([turns.free(), deliveries.free()], [7, 7])
  // Who holds the lane goes on by itself, so nobody is woken for nothing.
  assert.ok(told.every(({ turnsDue, lanesDueOf }) => !turnsDue && lanesDueOf.size === 0))
  assert.deepEqual(
    await run(db, `select head, tail from turn_lanes union all select head, tail from lanes`),
    [
      { head: 1, tail: 3 },
      { head: 1, tail: 3 },
    ],
  )
})

test('two messages of a session in one commit: the first is taken, the second follows it', async (t) => {
  const { seeded, open, change, turns } = await setUp(t)
  const { integrationId } = seeded
  const sessionId = await open()
  await Promise.all(
    ['one', 'two'].map((text) => change({ sessionId, integrationId, decide: sayAndTell(text) })),
  )
  assert.deepEqual(
    turns.taken.map(({ turn, message }) => [turn, message]),
    [[1, { text: 'one' }]],
  )
})

test('what finds no room is due for anybody, who is told', async (t) => {
  const { db, seeded, open, change, turns, told } = await setUp(t, { turns: 2, deliveries: 0 })
  const { integrationId } = seeded
  const sessionIds = await Promise.all(Array.from({ length: 5 }, open))
  await Promise.all(
    sessionIds.map((sessionId) => change({ sessionId, integrationId, decide: sayAndTell('hello') })),
  )
  assert.equal(turns.taken.length, 2)
  assert.ok(told.some(({ turnsDue, lanesDueOf }) => turnsDue && lanesDueOf.has(integrationId)))
  const left = await claimAll(db, integrationId)
  assert.deepEqual([left.turns.length, left.deliveries.length], [3, 5])
  const all = [...turns.taken, ...left.turns].map((turn) => turn.sessionId)
  assert.deepEqual(all.sort(), sessionIds.sort())
})

test('an endpoint whose circuit is open or paused gets nothing by a commit', async (t) => {
  const { db, seeded, open, change, deliveries } = await setUp(t)
  const { integrationId } = seeded
  for (const circuit of ['open', 'paused']) {
    await run(db, 'update endpoints set circuit = $1', [circuit])
    await change({ sessionId: await open(), integrationId, decide: sayAndTell('hello') })
    assert.deepEqual(deliveries.taken, [])
    assert.equal(deliveries.free(), 8)
  }
  assert.deepEqual(await run(db, 'select 1 from lanes where claim_id is not null or ready_at > now()'), [])
})

test('a change that is refused, and a batch that fails, give back the room they kept', async (t) => {
  const { db, seeded, open, change, turns, deliveries } = await setUp(t)
  const { integrationId } = seeded
  const sessionId = await open()
  const refused = change({
    sessionId,
    integrationId,
    decide: () => {
      throw new Error('refused')
    },
  })
  await assert.rejects(refused, /refused/)
  await run(db, 'alter table turns rename to turns_away')
  await assert.rejects(change({ sessionId, integrationId, decide: sayAndTell('hello') }), /turns/)
  assert.deepEqual([turns.free(), deliveries.free()], [8, 8])
  assert.deepEqual([turns.taken, deliveries.taken], [[], []])
})

test('when a commit stands but its answer is lost, what it had claimed is due again at once', async (t) => {
  const { db, url, seeded, open } = await setUp(t)
  const { integrationId } = seeded
  const sessionId = await open()
  const proxy = await openDatabaseProxy(t, url)
  const shaky = openDatabase({ url: proxy.url, poolMax: 2, statementTimeoutMs: 20_000, log: () => undefined })
  t.after(() => shaky.end())
  let isCommitting = false
  proxy.toServer = (bytes) => {
    isCommitting ||= bytes.includes('commit\0')
    return bytes
  }
  proxy.toClient = (bytes, { client }) => {
    if (!isCommitting) return bytes
    isCommitting = false
    client.destroy()
    return undefined
  }
  const { change, turns, deliveries, told } = worker(shaky, { turns: 8, deliveries: 8 })
  await change({ sessionId, integrationId, decide: sayAndTell('hello') })
  assert.deepEqual([turns.taken, deliveries.taken], [[], []])
  assert.deepEqual([turns.free(), deliveries.free()], [8, 8])
  assert.ok(told[0]?.turnsDue && told[0].lanesDueOf.has(integrationId))
  const found = { turns: 0, deliveries: 0 }
  await until('both are claimed by somebody', async () => {
    const claimed = await claimAll(db, integrationId)
    found.turns += claimed.turns.length
    found.deliveries += claimed.deliveries.length
    return found.turns === 1 && found.deliveries === 1
  })
})

test('when the store goes away before the commit, the room is free again and nothing was claimed', async (t) => {
  const { db, url, seeded, open } = await setUp(t)
  const { integrationId } = seeded
  const sessionId = await open()
  const proxy = await openDatabaseProxy(t, url)
  const shaky = openDatabase({ url: proxy.url, poolMax: 2, statementTimeoutMs: 20_000, log: () => undefined })
  t.after(() => shaky.end())
  proxy.toServer = (bytes, { client }) => {
    if (!bytes.includes('commit\0')) return bytes
    client.destroy()
    return undefined
  }
  const { change, turns, deliveries } = worker(shaky, { turns: 8, deliveries: 8 })
  await assert.rejects(change({ sessionId, integrationId, decide: sayAndTell('hello') }), isStoreUnavailable)
  assert.deepEqual([turns.free(), deliveries.free()], [8, 8])
  assert.deepEqual(await claimAll(db, integrationId), { turns: [], deliveries: [] })
})

test('an event that comes to a lane which was given back since its transaction began is told of', async (t) => {
  const { db, seeded, open, change, told } = await setUp(t, { turns: 8, deliveries: 0 })
  const { integrationId } = seeded
  const sessionId = await open()
  for (const text of ['one', 'two']) await change({ sessionId, integrationId, decide: sayAndTell(text) })
  const claimId = randomUUID()
  const endpoints = [{ integrationId, room: 1 }]
  const [held] = await claimDeliveries(db, { endpoints, claimId, leaseSeconds: 60 })
  assert.ok(held)
  let changed: Promise<null> | undefined
  await db.transaction(async (tx) => {
    await tx.rows({ name: 'hold-session', text: 'select from sessions where session_id = $1 for update' }, [
      sessionId,
    ])
    changed = change({ sessionId, integrationId, decide: sayAndTell('three') })
    await until('the change waits for the session', async () => {
      const waiting = await run(
        db,
        `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      )
      return waiting.length > 0
    })
    await completeDeliveries(db, [{ ...held, claimId, next: 'advance', attempts: 0, delayMs: 0 }])
  })
  await changed
  assert.deepEqual([...(told.at(-1)?.lanesDueOf ?? [])], [integrationId])
})
