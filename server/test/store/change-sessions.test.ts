import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import type { EventPayload } from '../../src/domain/event.ts'
import { touch } from '../../src/domain/session-moves.ts'
import { newId } from '../../src/outside/ids.ts'
import { createSessionChanger } from '../../src/store/change-sessions.ts'
import { claimDeliveries, completeDeliveries } from '../../src/store/delivery-lanes.ts'
import { createSettings } from '../../src/store/integrations.ts'
import { listEventLog, listSessionEvents } from '../../src/store/read-events.ts'
import { listMessages } from '../../src/store/read-sessions.ts'
import type { Change, Committed } from '../../src/store/session-change.ts'
import { claimTurns } from '../../src/store/turn-lanes.ts'
import { openTestSession, seedIntegration } from '../support/channel.ts'
import { testDatabase } from '../support/database.ts'
import { nobodyHere } from '../support/takers.ts'

const { db } = await testDatabase({ after })

const storeOf = (committed: (what: Committed) => void = () => undefined) => {
  const settings = createSettings(db)
  return { change: createSessionChanger({ db, settings, newId, committed, ...nobodyHere }), settings }
}

const openOne = (seeded: Awaited<ReturnType<typeof seedIntegration>>, greets = false): Promise<string> =>
  openTestSession(db, seeded, greets)

const read: EventPayload = { event_type: 'message:read', message_ids: [], by: { type: 'user' } }
const reopened: EventPayload = { event_type: 'conversation:reopened', by: { type: 'user' } }

const sayAndTell = (events: readonly EventPayload[] = [read]) => ({
  decide: (session: Parameters<typeof touch>[0], facts: { now: number }): Change<string> => ({
    session: touch(session, facts.now, 600),
    messages: [{ messageId: newId(), author: 'user', body: { text: 'hello' }, requestId: newId() }],
    turnDue: { requestId: newId() },
    events: events.map((payload) => ({ payload, requestId: newId() })),
    answer: 'ok',
  }),
})

test('a hundred changes of one session made at once get the numbers 1 to 100, each once, in order of arrival', async () => {
  const seeded = await seedIntegration(db)
  const sessionId = await openOne(seeded)
  const { change } = storeOf()
  const texts = Array.from({ length: 100 }, (_, index) => `message ${index}`)
  await Promise.all(
    texts.map((text) =>
      change({
        sessionId,
        integrationId: seeded.integrationId,
        decide: (session) => ({
          session,
          messages: [{ messageId: newId(), author: 'user', body: { text }, requestId: newId() }],
          events: [{ payload: read, requestId: newId() }],
          answer: null,
        }),
      }),
    ),
  )
  const messages = await listMessages(db, { sessionId, after: 0, limit: 1000 })
  assert.deepEqual(
    messages.map((message) => message.body['text']),
    texts,
  )
  const events = await listSessionEvents(db, { sessionId, after: 0, limit: 1000 })
  assert.deepEqual(
    events.map((event) => event.sequence),
    texts.map((_, index) => index + 1),
  )
  assert.deepEqual(
    events.map((event) => JSON.parse(event.body).sequence),
    texts.map((_, index) => index + 1),
  )
})

test('two processes changing the same sessions leave no gap and no number twice', async () => {
  const seeded = await seedIntegration(db)
  const sessions = await Promise.all(Array.from({ length: 5 }, () => openOne(seeded)))
  const processes = [storeOf(), storeOf(), storeOf()]
  await Promise.all(
    Array.from({ length: 150 }, (_, index) =>
      processes[index % 3]?.change({
        sessionId: sessions[index % 5] ?? '',
        integrationId: seeded.integrationId,
        ...sayAndTell([read, reopened]),
      }),
    ),
  )
  for (const sessionId of sessions) {
    const events = await listSessionEvents(db, { sessionId, after: 0, limit: 1000 })
    assert.deepEqual(
      events.map((event) => event.sequence),
      Array.from({ length: 60 }, (_, index) => index + 1),
    )
  }
  const log = await listEventLog(db, { integrationId: seeded.integrationId, after: '0', limit: 1000 })
  assert.equal(log.length, 300)
})

test('an event the integration is not subscribed to does not exist and takes no number', async () => {
  const seeded = await seedIntegration(db, { subscribedEvents: ['conversation:reopened'] })
  const sessionId = await openOne(seeded)
  const { change } = storeOf()
  await change({ sessionId, integrationId: seeded.integrationId, ...sayAndTell([read, reopened, read]) })
  const events = await listSessionEvents(db, { sessionId, after: 0, limit: 10 })
  assert.deepEqual(
    events.map(({ sequence, eventType }) => ({ sequence, eventType })),
    [{ sequence: 1, eventType: 'conversation:reopened' }],
  )
})

test('a session of another integration does not exist, and its change leaves nothing behind', async () => {
  const mine = await seedIntegration(db)
  const theirs = await seedIntegration(db)
  const sessionId = await openOne(theirs)
  const { change } = storeOf()
  await assert.rejects(change({ sessionId, integrationId: mine.integrationId, ...sayAndTell() }), {
    code: 'session-not-found',
  })
  assert.deepEqual(await listMessages(db, { sessionId, after: 0, limit: 10 }), [])
})

test('a change that refuses does not touch the others of its batch', async () => {
  const seeded = await seedIntegration(db)
  const sessionId = await openOne(seeded)
  const { change } = storeOf()
  const request = { sessionId, integrationId: seeded.integrationId }
  const outcomes = await Promise.allSettled([
    change({ ...request, ...sayAndTell() }),
    change({
      ...request,
      decide: () => {
        throw new Error('no')
      },
    }),
    change({ ...request, ...sayAndTell() }),
  ])
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.equal((await listMessages(db, { sessionId, after: 0, limit: 10 })).length, 2)
})

test('the same idempotency key answers the same and does nothing twice, even at once from two processes', async () => {
  const seeded = await seedIntegration(db)
  const sessionId = await openOne(seeded)
  const hash = Buffer.from('a body')
  const ask = (change: ReturnType<typeof storeOf>['change'], answer: string, body = hash) =>
    change({
      sessionId,
      integrationId: seeded.integrationId,
      idempotency: { key: 'k1', hash: body },
      decide: (session) => ({
        session,
        messages: [{ messageId: newId(), author: 'user', body: { text: answer }, requestId: newId() }],
        answer,
      }),
    })
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) => ask(storeOf().change, `answer ${index}`)),
  )
  assert.equal(new Set(answers).size, 1)
  assert.equal((await listMessages(db, { sessionId, after: 0, limit: 100 })).length, 1)
  await assert.rejects(ask(storeOf().change, 'other', Buffer.from('another body')), {
    code: 'idempotency-conflict',
  })
})

test('turns of one session are claimed one at a time and the next is due when the one before is finished', async () => {
  const seeded = await seedIntegration(db)
  const sessionId = await openOne(seeded, true)
  const { change } = storeOf()
  await change({ sessionId, integrationId: seeded.integrationId, ...sayAndTell([]) })
  const claimAll = async () => {
    const claimId = randomUUID()
    const room = { turnsMax: 1000, ofOneMax: 1000, inFlightOf: new Map() }
    const turns = await claimTurns(db, { claimId, leaseSeconds: 60, ...room })
    return { claimId, turns: turns.filter((turn) => turn.sessionId === sessionId) }
  }
  const first = await claimAll()
  assert.deepEqual(
    first.turns.map(({ turn, kind }) => ({ turn, kind })),
    [{ turn: 1, kind: 'session_start' }],
  )
  assert.deepEqual((await claimAll()).turns, [])
  const finish = (claimId: string, turn: number) =>
    change({
      sessionId,
      integrationId: seeded.integrationId,
      turn: { turn, claimId },
      decide: (session) => ({
        session,
        answer: null,
        finishedTurn: { outcome: 'silent', dialogState: { unknown_counter: 3 }, recorded: {} },
      }),
    })
  await assert.rejects(finish(randomUUID(), 1), /held by another claim/)
  await finish(first.claimId, 1)
  await assert.rejects(finish(first.claimId, 1), /held by another claim/)
  const second = await claimAll()
  assert.deepEqual(
    second.turns.map(({ turn, kind, dialogState }) => ({ turn, kind, dialogState })),
    [{ turn: 2, kind: 'message', dialogState: { unknown_counter: 3 } }],
  )
})

test('a lane gives its events one by one, and the next only when the one before is done', async () => {
  const seeded = await seedIntegration(db)
  const sessionId = await openOne(seeded)
  await storeOf().change({ sessionId, integrationId: seeded.integrationId, ...sayAndTell([read, reopened]) })
  const claimOne = async () => {
    const claimId = randomUUID()
    const endpoints = [{ integrationId: seeded.integrationId, room: 10 }]
    return { claimId, deliveries: await claimDeliveries(db, { endpoints, claimId, leaseSeconds: 60 }) }
  }
  const complete = (claimId: string, sequence: number) =>
    completeDeliveries(db, [
      {
        sessionId,
        integrationId: seeded.integrationId,
        sequence,
        claimId,
        isReplay: false,
        next: 'advance',
        attempts: 0,
        delayMs: 0,
        attempt: { atMs: Date.now(), statusCode: 200, error: null, durationMs: 1, answer: null },
      },
    ])
  const first = await claimOne()
  assert.deepEqual(
    first.deliveries.map((one) => one.sequence),
    [1],
  )
  assert.deepEqual((await claimOne()).deliveries, [])
  assert.deepEqual(await complete(randomUUID(), 1), [], 'a stranger completes nothing')
  assert.deepEqual(
    (await complete(first.claimId, 1)).map((one) => one.more),
    [true],
  )
  const second = await claimOne()
  assert.deepEqual(
    second.deliveries.map((one) => one.sequence),
    [2],
  )
  assert.deepEqual(await complete(first.claimId, 2), [], 'an old claim completes nothing')
  assert.deepEqual(
    (await complete(second.claimId, 2)).map((one) => one.more),
    [false],
  )
  assert.deepEqual((await claimOne()).deliveries, [])
})
