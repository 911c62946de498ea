import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject } from '../../src/domain/json.ts'
import type { Session } from '../../src/domain/session.ts'
import { touch } from '../../src/domain/session-moves.ts'
import { newId } from '../../src/outside/ids.ts'
import { createSessionChanger } from '../../src/store/change-sessions.ts'
import type { Db } from '../../src/store/db.ts'
import { createSettings } from '../../src/store/integrations.ts'
import { listSessionEvents } from '../../src/store/read-events.ts'
import { lockSessions, type SessionAtRest } from '../../src/store/session-cell.ts'
import type { Change, ChangeRequest } from '../../src/store/session-change.ts'
import { createSessionMemory } from '../../src/store/session-memory.ts'
import { openTestSession, seedIntegration } from '../support/channel.ts'
import { testDatabase } from '../support/database.ts'
import { nobodyHere } from '../support/takers.ts'

const { db } = await testDatabase({ after })
const seeded = await seedIntegration(db)
const { integrationId } = seeded

/** A process that takes itself for alone, and counts how it went to the database. */
const processOf = (isAlone = () => true) => {
  const memory = createSessionMemory(isAlone)
  const trips = { one: 0, two: 0, stale: 0 }
  const counted: Db = {
    ...db,
    atOnce: async (statements) => {
      trips.one += 1
      return await db.atOnce(statements).catch((error) => {
        trips.stale += 1
        throw error
      })
    },
    transaction: (work, options) => {
      trips.two += 1
      return db.transaction(work, options)
    },
  }
  const change = createSessionChanger({
    ...nobodyHere,
    db: counted,
    settings: createSettings(db),
    newId,
    committed: () => undefined,
    memory,
  })
  return { memory, trips, change }
}

const say =
  (more: (session: Session) => Partial<Session> = () => ({}), dialogState?: JsonObject) =>
  (session: Session, { now }: { now: number }): Change<number> => ({
    session: {
      ...touch(session, now, 600),
      ...more(session),
      userMessageCount: session.userMessageCount + 1,
    },
    messages: [{ messageId: newId(), author: 'user', body: { text: 'hello' }, requestId: newId() }],
    events: [
      { payload: { event_type: 'message:read', message_ids: [], by: { type: 'user' } }, requestId: newId() },
    ],
    ...(dialogState && { dialogState }),
    answer: session.userMessageCount,
  })

const saying = (sessionId: string, ...given: Parameters<typeof say>): ChangeRequest<number> => ({
  sessionId,
  integrationId,
  decide: say(...given),
})

const sequencesOf = async (sessionId: string): Promise<number[]> =>
  (await listSessionEvents(db, { sessionId, after: 0, limit: 1_000 })).map(({ sequence }) => sequence)

const stateOf = (context: JsonObject): SessionAtRest => ({
  session: {
    sessionId: newId(),
    ...seeded,
    externalSessionId: null,
    channelUserId: null,
    userId: newId(),
    state: 'active',
    conversation: 'open',
    owner: 'bot',
    human: null,
    handover: null,
    context,
    userMessageCount: 0,
    lastTurn: 0,
    silencedTurn: 0,
    createdAt: 0,
    lastActivityAt: 0,
    expiresAt: 0,
    resolvedAt: null,
    resolvedUntil: null,
  },
  dialogState: {},
  lastPosition: 0,
  lastTurn: 0,
  lastSequence: 0,
  checkAt: 0,
  version: '1',
})

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

test('what is remembered is decided on without reading it, in one round trip', async () => {
  const { change, trips } = processOf()
  const sessionId = await openTestSession(db, seeded)
  const answers = []
  for (let count = 0; count < 4; count += 1) answers.push(await change(saying(sessionId)))
  assert.deepEqual(answers, [0, 1, 2, 3])
  assert.deepEqual(trips, { one: 3, two: 1, stale: 0 })
  assert.deepEqual(await sequencesOf(sessionId), upTo(4))
})

test('a session that was opened here is known from its first message on, with a greeting or without', async () => {
  for (const greets of [false, true]) {
    const { change, memory, trips } = processOf()
    const sessionId = await openTestSession(db, seeded, greets, memory)
    memory.hearClock(Date.now())
    const remembered = memory.take([sessionId])?.states.get(sessionId)
    memory.giveBack([sessionId], undefined)
    assert.deepEqual(remembered, await read(sessionId))
    const another = await openTestSession(db, seeded, greets, memory)
    assert.equal(await change(saying(another)), 0)
    assert.deepEqual(trips, { one: 1, two: 0, stale: 0 })
  }
})

test('what somebody else has changed meanwhile is noticed, and read again', async () => {
  const [ours, theirs] = [processOf(), processOf()]
  const sessionId = await openTestSession(db, seeded)
  await ours.change(saying(sessionId))
  await theirs.change(saying(sessionId))
  assert.equal(await ours.change(saying(sessionId)), 2)
  assert.deepEqual(ours.trips, { one: 1, two: 2, stale: 1 })
  assert.deepEqual(await sequencesOf(sessionId), upTo(3))
})

test('a clock that is not the one of the database is noticed, and read again', async () => {
  const { change, memory, trips } = processOf()
  const sessionId = await openTestSession(db, seeded)
  await change(saying(sessionId))
  memory.hearClock(Date.now() - 3_600_000)
  await change(saying(sessionId))
  assert.deepEqual(trips, { one: 1, two: 2, stale: 1 })
  await change(saying(sessionId))
  assert.deepEqual(trips, { one: 2, two: 2, stale: 1 })
})

test('what is too big to be kept in memory, or to be sent at once, is read', async () => {
  const { change, trips } = processOf()
  const [big, wordy] = [await openTestSession(db, seeded), await openTestSession(db, seeded)]
  await change(saying(big, () => ({ context: { essay: 'x'.repeat(10_000) } })))
  await change(saying(big))
  assert.deepEqual(trips, { one: 0, two: 2, stale: 0 })
  await change(saying(wordy))
  await change(saying(wordy, () => ({ context: { essay: 'x'.repeat(200_000) } })))
  assert.deepEqual(trips, { one: 0, two: 4, stale: 0 })
})

test('many sessions are not remembered for ever: the oldest go, by their number and by their size', () => {
  const { memory } = processOf()
  memory.hearClock(Date.now())
  const opened = (count: number, length: number) =>
    Array.from({ length: count }, () => stateOf({ essay: 'x'.repeat(length) }))
  const isKnown = ({ session: { sessionId } }: SessionAtRest): boolean => memory.take([sessionId]) !== null
  const small = opened(12_000, 10)
  memory.remember(small)
  assert.deepEqual(
    [small[1_999], small[2_000]].map((state) => state && isKnown(state)),
    [false, true],
  )
  const large = opened(2_000, 7_000)
  memory.remember(large)
  const known = large.filter(isKnown).length
  assert.ok(known > 1_000 && known < 1_300, `${known} of them`)
})

test('a process that is not alone remembers nothing', async () => {
  const { change, trips } = processOf(() => false)
  const sessionId = await openTestSession(db, seeded)
  for (let count = 0; count < 3; count += 1) await change(saying(sessionId))
  assert.deepEqual(trips, { one: 0, two: 3, stale: 0 })
})

test('one request that must read the database makes its batch read it, and its refusal is its own', async () => {
  const { change, trips } = processOf()
  const [one, other] = [await openTestSession(db, seeded), await openTestSession(db, seeded)]
  await Promise.all([change(saying(one)), change(saying(other))])
  const before = { ...trips }
  const refused = change({ ...saying(one), decide: () => assert.fail('not today') })
  await Promise.all([assert.rejects(refused, /not today/), change(saying(other))])
  assert.deepEqual([trips.one - before.one, trips.two - before.two], [1, 0])
  await Promise.all([
    change({ ...saying(one), idempotency: { key: newId(), hash: Buffer.alloc(32) } }),
    change(saying(other)),
  ])
  assert.deepEqual([trips.one - before.one, trips.two - before.two], [1, 1])
  assert.deepEqual([await sequencesOf(one), await sequencesOf(other)], [upTo(2), upTo(3)])
})

/** Read under its lock, as who does not remember it would. */
const read = async (sessionId: string): Promise<SessionAtRest | undefined> =>
  await db.transaction(async (tx) => {
    const cell = (await lockSessions(tx, [{ sessionId }])).get(sessionId)
    if (!cell) return undefined
    const { session, dialogState, lastPosition, lastTurn, lastSequence, checkAt, version } = cell
    return { session, dialogState, lastPosition, lastTurn, lastSequence, checkAt, version }
  })

const json = fc.dictionary(
  fc.string(),
  fc.oneof(fc.jsonValue(), fc.constant(undefined)),
) as fc.Arbitrary<JsonObject>

const step = fc.oneof(
  fc.record({ kind: fc.constant('say' as const) }),
  fc.record({ kind: fc.constant('context' as const), value: json }),
  fc.record({ kind: fc.constant('dialog' as const), value: json }),
  fc.record({ kind: fc.constant('resolve' as const), ms: fc.integer({ min: 1, max: 2_000_000_000_000 }) }),
)

test('a session is remembered just as it would be read again, whatever was changed of it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const { change, memory } = processOf()
      const sessionId = await openTestSession(db, seeded)
      for (const taken of steps) {
        if (taken.kind === 'say') await change(saying(sessionId))
        if (taken.kind === 'context') await change(saying(sessionId, () => ({ context: taken.value })))
        if (taken.kind === 'dialog') await change(saying(sessionId, undefined, taken.value))
        if (taken.kind === 'resolve')
          await change(saying(sessionId, () => ({ resolvedAt: taken.ms, resolvedUntil: taken.ms + 1 })))
      }
      assert.deepEqual(memory.take([sessionId])?.states.get(sessionId), await read(sessionId))
    }),
    { numRuns: 40 },
  )
})
