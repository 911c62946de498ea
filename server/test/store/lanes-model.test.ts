import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { Refusal } from '../../src/domain/errors.ts'
import type { Db } from '../../src/store/db.ts'
import {
  type ClaimedDelivery,
  claimDeliveries,
  completeDeliveries,
  pullLanesForward,
} from '../../src/store/delivery-lanes.ts'
import { type DirectClaims, directClaims } from '../../src/store/direct-claims.ts'
import { claimIdOf, newProcessKey, takeOverFrom } from '../../src/store/processes.ts'
import { queueReplays } from '../../src/store/replay-lanes.ts'
import { createSignals } from '../../src/store/signals.ts'
import { writeChanges } from '../../src/store/write-changes.ts'
import { emptyWrites } from '../../src/store/writes.ts'
import { skipDelivery } from '../../src/usecases/skip-delivery.ts'
import { seedIntegration } from '../support/channel.ts'
import { testDatabase } from '../support/database.ts'
import { run } from '../support/sql.ts'

/**
 * The lane machine against a list in memory: whatever two processes, a person and time do to three lanes, the rows in
 * PostgreSQL are what the list says after each step. The list knows nothing of SQL:
 *
 *   1. A lane has one holder at a time; what anybody else completes changes nothing.
 *   2. What is sent next is the first replay, or else the head. The head moves by one, when its event was delivered,
 *      died or was skipped by a person: nothing is lost, nothing overtakes.
 *   3. The head and each replay count their own failures, and one that was tried ahead of its time because a person
 *      wanted it counts no failure twice. An event that was delivered never dies of a replay.
 */
interface ModelLane {
  readonly sessionId: string
  head: number
  tail: number
  /** Sequences in order, and their failures. */
  replays: Map<number, number>
  attempts: number
  holder: Held | null
  isLeaseOver: boolean
  /** Of a lane that nobody holds. */
  ready: 'never' | 'now' | 'later'
  readonly ends: Map<number, 'dead' | 'superseded'>
}

interface Held extends ClaimedDelivery {
  readonly claimId: string
}

interface Model {
  readonly lanes: readonly ModelLane[]
  /** Given out and not yet completed, stale ones too. */
  readonly claims: Held[]
}

interface Real {
  readonly db: Db
  readonly integrationId: string
  readonly processKeys: readonly number[]
}

type Command = fc.AsyncCommand<Model, Real>

const { db, url } = await testDatabase({ after })
const signals = createSignals({ url, processKey: 1, log: () => undefined })
const lanesPerRun = 3
const hourMs = 3_600_000

const isLeased = (lane: ModelLane): boolean => lane.holder !== null && !lane.isLeaseOver
const isDue = (lane: ModelLane): boolean => (lane.holder ? lane.isLeaseOver : lane.ready === 'now')
const nextOf = (lane: ModelLane): number | undefined =>
  firstReplayOf(lane) ?? (lane.head <= lane.tail ? lane.head : undefined)
const firstReplayOf = (lane: ModelLane): number | undefined =>
  lane.replays.size === 0 ? undefined : Math.min(...lane.replays.keys())
const attemptsOf = (lane: ModelLane): number => lane.replays.get(nextOf(lane) ?? 0) ?? lane.attempts

/** Free, and due at once if there is something to send. */
const setFree = (lane: ModelLane, ready: 'now' | 'later' = 'now'): void => {
  lane.holder = null
  lane.isLeaseOver = false
  lane.ready = nextOf(lane) === undefined ? 'never' : ready
}

const laneAt = (model: Model, index: number): ModelLane => {
  const lane = model.lanes[index % lanesPerRun]
  assert.ok(lane)
  return lane
}

const assertSame = async (model: Model, { integrationId }: Real): Promise<void> => {
  const rows = await run<{ sessionId: string }>(
    db,
    `select session_id as "sessionId", head, tail, attempts, claim_id as "claimId",
        array(select sequence || ' ' || attempts from replays r where r.session_id = l.session_id order by sequence)
          as replays,
        replays as "replayCount",
        case when ready_at is null then 'never' when ready_at <= now() then 'now' else 'later' end as ready,
        array(select sequence || ' ' || status from delivery_outcomes o where o.session_id = l.session_id order by sequence)
          as ends
      from lanes l where integration_id = $1`,
    [integrationId],
  )
  const bySession = new Map(rows.map((row) => [row.sessionId, row]))
  for (const lane of model.lanes)
    assert.deepEqual(bySession.get(lane.sessionId), {
      sessionId: lane.sessionId,
      head: lane.head,
      tail: lane.tail,
      attempts: lane.attempts,
      claimId: lane.holder?.claimId ?? null,
      replays: [...lane.replays].sort(([a], [b]) => a - b).map((replay) => replay.join(' ')),
      replayCount: lane.replays.size,
      ready: lane.holder ? (lane.isLeaseOver ? 'now' : 'later') : lane.ready,
      ends: [...lane.ends].sort(([a], [b]) => a - b).map(([sequence, status]) => `${sequence} ${status}`),
    })
}

const command = (name: string, work: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => true,
  run: async (model, real) => {
    await work(model, real)
    await assertSame(model, real)
  },
  toString: () => name,
})

const append = async (
  lane: ModelLane,
  integrationId: string,
  count: number,
  direct?: DirectClaims,
): Promise<void> => {
  const writes = emptyWrites()
  for (let added = 1; added <= count; added += 1)
    writes.events.push({
      sessionId: lane.sessionId,
      integrationId,
      sequence: lane.tail + added,
      eventId: randomUUID(),
      eventType: 'message:read',
      body: '{}',
      createdAt: Date.now(),
    })
  const { rows } = await db.transaction(async (tx) => {
    await tx.rows({ name: 'begin-to-append', text: 'select' }, [])
    return { rows: writeChanges(tx, writes, direct) }
  })
  lane.tail += count
  if (!lane.holder && lane.ready === 'never') lane.ready = 'now'
  direct?.redeem(await rows, new Map())
}

/** The process that commits them has room, so it holds the lane at once, if the lane had nothing to do. */
const appendWithRoom = (process: number, index: number, count: number): Command =>
  command(
    `${count} events come to lane ${index} by process ${process}, which has room`,
    async (model, real) => {
      const lane = laneAt(model, index)
      const wasIdle = !lane.holder && lane.ready === 'never'
      const taken: { readonly delivery: ClaimedDelivery; readonly claimId: string }[] = []
      let reserved = 0
      const direct = directClaims({
        db,
        newClaimId: () => claimIdBy(real, process),
        leaseMs: { turns: hourMs, deliveries: hourMs },
        takers: {
          turns: null,
          deliveries: {
            isStuck: () => false,
            reserve: () => {
              reserved += 1
              return true
            },
            letGo: () => {
              reserved -= 1
            },
            take: (delivery, { claimId }) => {
              reserved -= 1
              taken.push({ delivery, claimId })
            },
          },
        },
      })
      await append(lane, real.integrationId, count, direct)
      assert.equal(taken.length, wasIdle ? 1 : 0)
      assert.equal(reserved, 0, 'room that was kept is used or given back')
      for (const { delivery, claimId } of taken) take(model, delivery, claimId, false)
    },
  )

const take = (model: Model, delivery: ClaimedDelivery, claimId: string, isProbe: boolean): void => {
  const lane = model.lanes.find((one) => one.sessionId === delivery.sessionId)
  assert.ok(lane, 'a claim brings lanes of its endpoint only')
  assert.ok(
    isDue(lane) || (isProbe && !lane.holder && lane.ready === 'later'),
    'a claim brings lanes that are due',
  )
  assert.equal(delivery.sequence, nextOf(lane))
  assert.equal(delivery.isReplay, lane.replays.size > 0)
  assert.equal(delivery.attempts, attemptsOf(lane))
  assert.equal(delivery.dueInMs > 0, !isDue(lane), 'only a probe comes ahead of time, and knows it')
  lane.holder = { ...delivery, claimId }
  lane.isLeaseOver = false
  model.claims.push(lane.holder)
}

const claimFor = (real: Real, claimId: string, room: number, probe = false): Promise<ClaimedDelivery[]> =>
  claimDeliveries(db, {
    endpoints: [{ integrationId: real.integrationId, room }],
    claimId,
    leaseSeconds: hourMs / 1000,
    probe,
  })

const claimIdBy = (real: Real, process: number): string => claimIdOf(real.processKeys[process] ?? 0)

const claim = (process: number, room: number): Command =>
  command(`process ${process} claims up to ${room}`, async (model, real) => {
    const due = model.lanes.filter(isDue).length
    const claimId = claimIdBy(real, process)
    const claimed = await claimFor(real, claimId, room)
    assert.equal(claimed.length, Math.min(room, due))
    for (const delivery of claimed) take(model, delivery, claimId, false)
  })

const claimBoth = (): Command =>
  command('both processes claim at once', async (model, real) => {
    const due = model.lanes.filter(isDue).length
    const claimIds = [claimIdBy(real, 0), claimIdBy(real, 1)]
    const claimed = await Promise.all(claimIds.map((claimId) => claimFor(real, claimId, lanesPerRun)))
    assert.equal(new Set(claimed.flat().map((delivery) => delivery.sessionId)).size, claimed.flat().length)
    assert.equal(claimed.flat().length, due)
    for (const [index, claimId] of claimIds.entries())
      for (const delivery of claimed[index] ?? []) take(model, delivery, claimId, false)
  })

const probe = (process: number): Command =>
  command(`process ${process} probes`, async (model, real) => {
    const circuit = (state: string) =>
      run(db, 'update endpoints set circuit = $2 where integration_id = $1', [real.integrationId, state])
    await circuit('open')
    assert.deepEqual(
      await claimFor(real, claimIdBy(real, process), lanesPerRun),
      [],
      'an open circuit is not claimed',
    )
    const claimable = model.lanes.filter((lane) => isDue(lane) || (!lane.holder && lane.ready === 'later'))
    const claimId = claimIdBy(real, process)
    const claimed = await claimFor(real, claimId, 1, true)
    assert.equal(claimed.length, Math.min(1, claimable.length))
    for (const delivery of claimed) take(model, delivery, claimId, true)
    await circuit('closed')
  })

type Ending = 'advance' | 'dead' | 'later' | 'release'

const complete = (which: number, ending: Ending): Command =>
  command(`claim ${which} ends: ${ending}`, async (model, real) => {
    const [held] = model.claims.splice(which % Math.max(1, model.claims.length), 1)
    if (held) await completeOne(model, real, held, ending)
  })

const completeOne = async (model: Model, real: Real, held: Held, ending: Ending): Promise<void> => {
  const lane = model.lanes.find((one) => one.sessionId === held.sessionId)
  assert.ok(lane)
  const completed = await completeDeliveries(db, [
    {
      sessionId: held.sessionId,
      integrationId: real.integrationId,
      sequence: held.sequence,
      claimId: held.claimId,
      isReplay: held.isReplay,
      next: ending === 'dead' ? 'advance' : ending,
      attempts: ending === 'later' ? held.attempts + 1 : ending === 'release' ? held.attempts : 0,
      delayMs: ending === 'later' ? hourMs : 0,
      dead: ending === 'dead' ? { reason: 'HTTP 400' } : undefined,
    },
  ])
  if (lane.holder?.claimId !== held.claimId)
    return assert.deepEqual(completed, [], 'a stale claim changes nothing')
  assert.equal(held.sequence >= lane.head, !held.isReplay)
  if (ending === 'later' || ending === 'release') endUnsettled(lane, held, ending)
  else endSettled(lane, held, ending)
  assert.deepEqual(completed, [
    { sessionId: lane.sessionId, integrationId: real.integrationId, more: lane.ready !== 'never' },
  ])
}

const endUnsettled = (lane: ModelLane, held: Held, ending: 'later' | 'release'): void => {
  const isOvertaken = nextOf(lane) !== held.sequence
  const attempts = held.attempts + (ending === 'later' && !isOvertaken ? 1 : 0)
  if (held.isReplay) lane.replays.set(held.sequence, attempts)
  else lane.attempts = attempts
  setFree(lane, isOvertaken || ending === 'release' ? 'now' : 'later')
}

const endSettled = (lane: ModelLane, held: Held, ending: 'advance' | 'dead'): void => {
  const wasDelivered = held.isReplay && !lane.ends.has(held.sequence)
  if (ending === 'advance') lane.ends.delete(held.sequence)
  else if (!wasDelivered) lane.ends.set(held.sequence, 'dead')
  if (held.isReplay) lane.replays.delete(held.sequence)
  else {
    lane.head += 1
    lane.attempts = 0
  }
  setFree(lane)
}

const replay = (index: number, sequence: number): Command =>
  command(`a person replays ${sequence} of lane ${index}`, async (model) => {
    const lane = laneAt(model, index)
    const wanted = ((sequence - 1) % lane.tail) + 1
    await queueReplays(db, [{ sessionId: lane.sessionId, sequence: wanted }])
    if (lane.replays.size === 0) startEarly(lane)
    if (wanted < lane.head && !(isLeased(lane) && lane.replays.has(wanted))) lane.replays.set(wanted, 0)
    if (isLeased(lane)) return
    if (!lane.holder) setFree(lane)
  })

/** Of a head that waits for its next try: if it fails now, that try is still to come. */
const startEarly = (lane: ModelLane): void => {
  if (!lane.holder && lane.ready === 'later') lane.attempts = Math.max(0, lane.attempts - 1)
}

const skip = (index: number, ahead: number): Command =>
  command(`a person skips in lane ${index}, ${ahead} ahead`, async (model) => {
    const lane = laneAt(model, index)
    const next = nextOf(lane)
    const sequence = (next ?? lane.tail) + ahead
    const skipping = skipDelivery({ db, signals }, { sessionId: lane.sessionId, sequence })
    if (sequence !== next || isLeased(lane))
      return await assert.rejects(skipping, (error) => error instanceof Refusal)
    await skipping
    if (!lane.replays.delete(sequence)) {
      lane.ends.set(sequence, 'superseded')
      lane.head += 1
      lane.attempts = 0
    }
    setFree(lane)
  })

const leaseEnds = (index: number): Command =>
  command(`the lease of lane ${index} ends`, async (model) => {
    const lane = laneAt(model, index)
    await run(db, `update lanes set ready_at = now() where session_id = $1 and claim_id is not null`, [
      lane.sessionId,
    ])
    if (lane.holder) lane.isLeaseOver = true
  })

const pullForward = (): Command =>
  command('the endpoint is back', async (model, real) => {
    await pullLanesForward(db, real.integrationId)
    for (const lane of model.lanes) if (!lane.holder && lane.ready === 'later') lane.ready = 'now'
  })

const die = (process: number): Command =>
  command(`process ${process} dies and is taken over`, async (model, real) => {
    const processKey = real.processKeys[process] ?? 0
    const mark = claimIdOf(processKey).slice(-8)
    const held = model.lanes.filter((lane) => lane.holder?.claimId.endsWith(mark))
    assert.equal(await takeOverFrom(db, processKey), held.length)
    for (const lane of held) setFree(lane)
  })

const processes = fc.nat({ max: 1 })
const laneIndexes = fc.nat({ max: lanesPerRun - 1 })
const commands = fc.commands(
  [
    fc
      .tuple(laneIndexes, fc.integer({ min: 1, max: 3 }))
      .map(([index, count]) =>
        command(`${count} events come to lane ${index}`, (model, real) =>
          append(laneAt(model, index), real.integrationId, count),
        ),
      ),
    fc.tuple(processes, laneIndexes, fc.integer({ min: 1, max: 3 })).map((args) => appendWithRoom(...args)),
    fc.tuple(processes, fc.integer({ min: 1, max: lanesPerRun })).map((args) => claim(...args)),
    fc.constant(null).map(claimBoth),
    processes.map(probe),
    ...[1, 2].map(() =>
      fc
        .tuple(fc.nat({ max: 9 }), fc.constantFrom<Ending>('advance', 'dead', 'later', 'later', 'release'))
        .map((args) => complete(...args)),
    ),
    ...[1, 2].map(() => fc.tuple(laneIndexes, fc.integer({ min: 1, max: 6 })).map((args) => replay(...args))),
    fc.tuple(laneIndexes, fc.constantFrom(0, 0, 1, -1)).map((args) => skip(...args)),
    laneIndexes.map(leaseEnds),
    fc.constant(null).map(pullForward),
    processes.map(die),
  ],
  { maxCommands: 60, size: 'max' },
)

const setUp = async (): Promise<{ model: Model; real: Real }> => {
  const { integrationId } = await seedIntegration(db)
  const lanes = Array.from(
    { length: lanesPerRun },
    (): ModelLane => ({
      sessionId: randomUUID(),
      head: 1,
      tail: 0,
      replays: new Map(),
      attempts: 0,
      holder: null,
      isLeaseOver: false,
      ready: 'never',
      ends: new Map(),
    }),
  )
  const model: Model = { lanes, claims: [] }
  const real: Real = { db, integrationId, processKeys: [newProcessKey(), newProcessKey()] }
  for (const lane of lanes) await append(lane, integrationId, 4)
  // Some past, so that there is something to replay.
  for (const ending of ['advance', 'dead'] as const) {
    await claim(0, lanesPerRun).run(model, real)
    for (const held of model.claims.splice(0)) await completeOne(model, real, held, ending)
  }
  return { model, real }
}

/** Everything that waits can be delivered, each event of a lane after the one before. */
const drain = async (model: Model, real: Real): Promise<void> => {
  for (const index of model.lanes.keys()) await leaseEnds(index).run(model, real)
  await pullForward().run(model, real)
  while (model.lanes.some((lane) => nextOf(lane) !== undefined)) {
    await claim(0, lanesPerRun).run(model, real)
    for (const held of model.claims.splice(0)) await completeOne(model, real, held, 'advance')
    await assertSame(model, real)
  }
  for (const lane of model.lanes) assert.equal(lane.head, lane.tail + 1)
}

test('whatever processes, people and time do to lanes: one holder, in order, nothing lost, attempts counted right', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (steps) => {
      const { model, real } = await setUp()
      await fc.asyncModelRun(() => ({ model, real }), steps)
      await drain(model, real)
    }),
    { numRuns: 40 },
  )
})
