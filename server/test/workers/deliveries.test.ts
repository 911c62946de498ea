import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import type { RunLimits } from '../../src/deps.ts'
import { defaultRetrySchedule } from '../../src/domain/delivery.ts'
import type { Attempt } from '../../src/outside/attempt.ts'
import { systemClock } from '../../src/outside/clock.ts'
import { createLog } from '../../src/outside/log.ts'
import { createMetrics } from '../../src/outside/metrics.ts'
import type { PostEvent } from '../../src/outside/post-event.ts'
import { claimDeliveries, completeDeliveries } from '../../src/store/delivery-lanes.ts'
import type { Takers } from '../../src/store/direct-claims.ts'
import { readEndpoint } from '../../src/store/endpoints.ts'
import { createSettings } from '../../src/store/integrations.ts'
import { createSignals } from '../../src/store/signals.ts'
import { isStoreUnavailable, storeUnavailable } from '../../src/store/store-errors.ts'
import { startDeliveries } from '../../src/workers/deliveries.ts'
import { seedIntegration } from '../support/channel.ts'
import { testDatabase } from '../support/database.ts'
import { run } from '../support/sql.ts'
import { until } from '../support/until.ts'

/**
 * The loop on real lanes with webhooks that answer when the test says so. Retries are an hour apart unless a test
 * moves time, so nothing happens that the test did not ask for.
 */
const hourMs = 3_600_000
const schedule = { ...defaultRetrySchedule, fastMs: [], slowMs: [hourMs, hourMs], jitterRatio: 0 }

interface Post {
  readonly integrationId: string
  readonly eventId: string
  answer(status: number, retryAfterMs?: number): void
}

/** Webhooks: those named in `answering` answer at once, all others when told to. */
const scriptedWebhooks = () => {
  const inFlight = new Set<Post>()
  const answering = new Set<string>()
  const answered: string[] = []
  let posts = 0
  let mostInFlight = 0
  const attemptOf = (status: number, retryAfterMs?: number): Attempt => ({
    kind: 'answered',
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    durationMs: 1,
    answer: '',
  })

  const postEvent: PostEvent = ({ integrationId }, { eventId }) => {
    posts += 1
    if (answering.has(integrationId)) {
      answered.push(integrationId)
      return Promise.resolve(attemptOf(200))
    }
    return new Promise((resolve) => {
      const post: Post = {
        integrationId,
        eventId,
        answer: (status, retryAfterMs) => {
          inFlight.delete(post)
          answered.push(integrationId)
          resolve(attemptOf(status, retryAfterMs))
        },
      }
      inFlight.add(post)
      mostInFlight = Math.max(mostInFlight, inFlight.size)
    })
  }
  const only = (): Post => {
    const [post, ...others] = inFlight
    assert.ok(post && others.length === 0, `${inFlight.size} posts are in flight`)
    return post
  }
  return {
    postEvent,
    inFlight,
    answering,
    answered,
    only,
    posts: () => posts,
    mostInFlight: () => mostInFlight,
    answerAll: (status: number) => {
      for (const post of inFlight) post.answer(status)
    },
  }
}

const startLoop = async (t: TestContext, limits: Partial<RunLimits> = {}) => {
  // Before the database goes, and hooks run in their order.
  t.after(() => end())
  const { db, url } = await testDatabase(t)
  const webhooks = scriptedWebhooks()
  const signals = createSignals({ url, processKey: 1, log: () => undefined })
  let failures: Error[] = []
  const takers: Takers = { turns: null, deliveries: null }
  const deliveries = startDeliveries({
    db,
    relaxedDb: db,
    settings: createSettings(db),
    postEvent: (...post) => {
      const failure = failures.pop()
      if (failure) throw failure
      return webhooks.postEvent(...post)
    },
    completeDelivery: async (completion) => (await completeDeliveries(db, [completion]))[0] ?? null,
    clock: systemClock,
    chance: () => 0.5,
    log: createLog({ level: 'silent' }),
    metrics: createMetrics(),
    newClaimId: randomUUID,
    isUnavailable: isStoreUnavailable,
    takers,
    signals,
    limits: {
      webhookTimeoutMs: 30_000,
      endpointInFlightMax: 4,
      deliveriesInFlightMax: 1_024,
      deliveryBytesInHandMax: 64 * 1024 * 1024,
      retrySchedule: schedule,
      deliveryLeaseMarginSeconds: 20,
      turnLeaseSeconds: 30,
      turnAttemptsMax: 5,
      pollMs: 1_000,
      allowPrivateTargets: true,
      trustedProxies: [],
      requestsPerSecond: null,
      eventRetentionDays: null,
      ...limits,
    },
  })
  let isStopped = false
  const stop = async (): Promise<void> => {
    isStopped = true
    await deliveries.stop()
  }
  const end = async (): Promise<void> => {
    if (!isStopped) {
      const stopping = stop()
      webhooks.answerAll(200)
      await stopping
    }
    await signals.close()
  }

  const lanes = () =>
    run<{ head: number; attempts: number; isHeld: boolean; dueInMs: number | null }>(
      db,
      `select head, attempts, claim_id is not null as "isHeld",
        (extract(epoch from ready_at - now()) * 1000)::float8 as "dueInMs" from lanes`,
    )
  return {
    db,
    webhooks,
    stop,
    poll: deliveries.poll,
    wake: (...integrationIds: string[]) =>
      signals.committed({
        turnsDue: false,
        lanesDueOf: new Set(integrationIds),
        sessionsWithEvents: new Set(),
      }),
    lanes,
    /** Work that a commit of this process has claimed for it. */
    commits: () => takers.deliveries,
    /** All lanes free and the endpoints' moves committed. */
    settled: (circuit: string, integrationId: string) =>
      until(`the circuit is ${circuit} and no lane is held`, async () => {
        const row = await readEndpoint(db, integrationId)
        return row?.circuit === circuit && (await lanes()).every((lane) => !lane.isHeld)
      }),
    /** A probe is due, as often as it takes until it is under way: the last one may not have been noted down yet. */
    awaitProbe: () =>
      until('the probe is under way', async () => {
        await run(db, `update endpoints set probe_at = now() where circuit = 'open'`)
        await deliveries.poll()
        return webhooks.inFlight.size > 0
      }),
    failNextPost: (error: Error) => {
      failures = [error]
    },
    hasFailed: () => failures.length === 0,
  }
}

/** Sessions with one event each, all due. */
const seedLanes = async (
  db: Parameters<typeof seedIntegration>[0],
  laneCount: number,
  integrationId?: string,
): Promise<string> => {
  const id = integrationId ?? (await seedIntegration(db)).integrationId
  await run(
    db,
    `with added as (
        insert into lanes (session_id, integration_id, head, tail, ready_at)
        select gen_random_uuid(), $1, 1, 1, now() from generate_series(1, $2) returning session_id)
      insert into events (session_id, sequence, integration_id, event_id, position, event_type, body, created_at)
      select session_id, 1, $1, gen_random_uuid(), nextval('events_position'), 'message:read', '{}', now() from added`,
    [id, laneCount],
  )
  return id
}

test('after a failed last fast retry the webhook hears nothing until a probe is due, and then one post at a time', async (t) => {
  const { db, webhooks, poll, settled, awaitProbe, lanes } = await startLoop(t, { endpointInFlightMax: 1 })
  const integrationId = await seedLanes(db, 5)
  await poll()
  await until('a post is under way', () => webhooks.inFlight.size > 0)
  webhooks.only().answer(503)
  await settled('open', integrationId)
  await poll()
  await poll()
  assert.equal(webhooks.posts(), 1)

  await awaitProbe()
  await poll()
  webhooks.only().answer(503)
  await settled('open', integrationId)
  await poll()
  assert.equal(webhooks.posts(), 2)
  const attempts = (await lanes()).map((lane) => lane.attempts).sort()
  assert.deepEqual(attempts, [0, 0, 0, 1, 1])
})

test('probes ahead of its time burn no attempt of a lone lane, not even its last; one that succeeds delivers it', async (t) => {
  const { db, webhooks, poll, settled, awaitProbe, lanes } = await startLoop(t)
  const integrationId = await seedLanes(db, 1)
  await poll()
  await until('a post is under way', () => webhooks.inFlight.size > 0)
  webhooks.only().answer(503)
  await settled('open', integrationId)

  const probe = async (status: number, circuit: string): Promise<void> => {
    await awaitProbe()
    webhooks.only().answer(status)
    await settled(circuit, integrationId)
  }
  for (const attempts of [1, schedule.slowMs.length]) {
    await run(db, 'update lanes set attempts = $1', [attempts])
    for (let round = 0; round < 3; round += 1) {
      await probe(503, 'open')
      const [lane] = await lanes()
      assert.equal(lane?.attempts, attempts)
      assert.ok((lane?.dueInMs ?? 0) > hourMs / 2, 'the lane kept its own time')
    }
  }
  assert.deepEqual(await run(db, 'select * from delivery_outcomes'), [])
  await probe(200, 'closed')
  const delivered = await lanes()
  assert.deepEqual(
    delivered.map(({ head, dueInMs }) => ({ head, dueInMs })),
    [{ head: 2, dueInMs: null }],
  )
})

test('no probe comes before the time the webhook asked us to wait, when the circuit opens and when a probe fails', async (t) => {
  const { db, webhooks, poll, settled, awaitProbe } = await startLoop(t)
  const integrationId = await seedLanes(db, 1)
  const probeInMs = async () => (await readEndpoint(db, integrationId))?.probeInMs ?? 0
  await poll()
  await until('a post is under way', () => webhooks.inFlight.size > 0)
  webhooks.only().answer(503, 2 * hourMs)
  await settled('open', integrationId)
  assert.ok((await probeInMs()) > hourMs)

  await awaitProbe()
  webhooks.only().answer(429, 2 * hourMs)
  await until('the next probe is far away', async () => (await probeInMs()) > hourMs)
})

test('after a recovery those that waited hours go at once, one at first, then ever more, never more than the cap', async (t) => {
  const cap = 4
  const { db, webhooks, poll, settled, awaitProbe, lanes } = await startLoop(t, { endpointInFlightMax: cap })
  const integrationId = await seedLanes(db, 1)
  await poll()
  await until('a post is under way', () => webhooks.inFlight.size > 0)
  webhooks.only().answer(503)
  await settled('open', integrationId)
  await seedLanes(db, 29, integrationId)
  await run(db, `update lanes set ready_at = now() + interval '1 hour'`)
  await awaitProbe()
  assert.equal(webhooks.posts(), 1 + 1)
  webhooks.only().answer(200)

  const rounds: number[] = []
  for (const expected of [1, 2, 4, 4, 4]) {
    await until(`${expected} posts are under way`, () => webhooks.inFlight.size >= expected)
    rounds.push(webhooks.inFlight.size)
    webhooks.answerAll(200)
  }
  assert.deepEqual(rounds, [1, 2, 4, 4, 4])
  await until('all is delivered', async () => {
    webhooks.answerAll(200)
    return (await lanes()).every((lane) => lane.head === 2)
  })
  assert.equal(webhooks.mostInFlight(), cap)
  assert.equal(webhooks.posts(), 1 + 30)
})

test('a hundred webhooks that hang delay nothing of one that answers', async (t) => {
  const { db, webhooks, poll, wake } = await startLoop(t, { endpointInFlightMax: 20 })
  const hanging: string[] = []
  for (let index = 0; index < 100; index += 1) hanging.push(await seedLanes(db, 25))
  for (const integrationId of hanging) wake(integrationId)
  await until('each hanging one has a post under way', () => {
    return new Set([...webhooks.inFlight].map((post) => post.integrationId)).size === 100
  })
  const healthy = await seedLanes(db, 50)
  webhooks.answering.add(healthy)
  await poll()
  await until('all of the healthy one is delivered', () => webhooks.answered.length === 50)
  assert.ok(webhooks.answered.every((integrationId) => integrationId === healthy))
  for (const integrationId of hanging) {
    const own = [...webhooks.inFlight].filter((post) => post.integrationId === integrationId)
    assert.ok(own.length >= 1 && own.length <= 20, `${own.length} posts of one are in flight`)
  }
})

test('whoever finds all slots taken gets one as soon as one is free, even when several end at once', async (t) => {
  const { db, webhooks, wake, lanes } = await startLoop(t, { deliveriesInFlightMax: 2 })
  const integrationIds = [await seedLanes(db, 3), await seedLanes(db, 3), await seedLanes(db, 3)]
  wake(...integrationIds)
  await until('all lanes are claimed', async () => (await lanes()).every((lane) => lane.isHeld))
  await until('all is delivered', async () => {
    webhooks.answerAll(200)
    return webhooks.answered.length === 9
  })
  assert.equal(webhooks.mostInFlight(), 2)
  const first = new Set(webhooks.answered.slice(0, 6))
  assert.equal(first.size, 3, 'nobody gets slots again before the third had one')
})

test('the bodies in hand stay near their bound however many webhooks hang, and one that answers gets its events', async (t) => {
  const [bodyBytes, webhookCount] = [1_000, 40]
  const { db, webhooks, wake, lanes } = await startLoop(t, { deliveryBytesInHandMax: 50 * bodyBytes })
  const hanging: string[] = []
  for (let index = 0; index < webhookCount; index += 1) hanging.push(await seedLanes(db, 12))
  const healthy = await seedLanes(db, 20)
  await run(db, 'update events set body = $1', [JSON.stringify('x'.repeat(bodyBytes - 2))])
  wake(...hanging)
  await until('each hanging one has a post under way', () => {
    return new Set([...webhooks.inFlight].map((post) => post.integrationId)).size === webhookCount
  })
  webhooks.answering.add(healthy)
  wake(healthy)
  await until('all of the healthy one is delivered', () => webhooks.answered.length === 20)
  const heldBytes = (await lanes()).filter((lane) => lane.isHeld).length * bodyBytes
  const oneClaim = 128 * bodyBytes
  assert.ok(
    heldBytes <= 50 * bodyBytes + webhookCount * bodyBytes + oneClaim,
    `${heldBytes} bytes are in hand`,
  )

  for (const integrationId of hanging) webhooks.answering.add(integrationId)
  await until('all is delivered', async () => {
    webhooks.answerAll(200)
    return (await lanes()).every((lane) => lane.head === 2)
  })
})

test('a probe that could not even be sent is made again', async (t) => {
  const { db, webhooks, poll, settled, awaitProbe, failNextPost, lanes } = await startLoop(t)
  const integrationId = await seedLanes(db, 1)
  await poll()
  await until('a post is under way', () => webhooks.inFlight.size > 0)
  webhooks.only().answer(503)
  await settled('open', integrationId)
  failNextPost(new Error('the secret cannot be opened'))
  await until('the lane is held by the probe that broke', async () => {
    await run(db, `update endpoints set probe_at = now()`)
    await poll()
    return (await lanes()).some((lane) => lane.isHeld)
  })
  await run(db, 'update lanes set ready_at = now()')
  await awaitProbe()
  webhooks.only().answer(200)
  await settled('closed', integrationId)
})

test('a lane whose webhook could not be looked up while the store was away is free again as soon as it is back', async (t) => {
  const { db, webhooks, poll, failNextPost, hasFailed, lanes } = await startLoop(t)
  await seedLanes(db, 1)
  failNextPost(storeUnavailable('the connection broke', undefined))
  await poll()
  await until('the webhook could not be looked up', hasFailed)
  await until('the lane is free, long before its lease is over', async () => {
    const [lane] = await lanes()
    return lane?.isHeld === false && (lane.dueInMs ?? 1) <= 0
  })
  await poll()
  await until('a post is under way', () => webhooks.inFlight.size > 0)
  assert.deepEqual(
    (await lanes()).map(({ attempts }) => attempts),
    [0],
  )
})

test('a stop sends nothing more, waits for what is under way and gives every other lane back untouched', async (t) => {
  const { db, webhooks, wake, stop, lanes } = await startLoop(t, { deliveriesInFlightMax: 2 })
  const [one, two] = [await seedLanes(db, 5), await seedLanes(db, 5)]
  wake(one, two)
  const underWay = 2
  await until('all lanes are claimed and all slots are taken', async () => {
    const areHeld = (await lanes()).every((lane) => lane.isHeld)
    return areHeld && webhooks.inFlight.size === underWay
  })
  const stopping = stop()
  await until('the others are given back', async () => {
    const held = (await lanes()).filter((lane) => lane.isHeld)
    return held.length === underWay
  })
  let isStopped = false
  void stopping.then(() => {
    isStopped = true
  })
  wake(one, two)
  assert.equal(webhooks.posts(), underWay)
  assert.equal(isStopped, false)
  webhooks.answerAll(200)
  await stopping
  assert.equal(webhooks.posts(), underWay)
  const after = await lanes()
  assert.equal(after.filter((lane) => lane.head === 2).length, underWay)
  assert.ok(after.every((lane) => !lane.isHeld && lane.attempts === 0))
})

test('a 410 of the URL that the webhook had before pauses nothing', async (t) => {
  const { db, webhooks, poll, lanes } = await startLoop(t, { endpointInFlightMax: 1 })
  const integrationId = await seedLanes(db, 3)
  await poll()
  await until('a post is under way', () => webhooks.inFlight.size > 0)
  await run(db, `update integrations set webhook_url = 'http://127.0.0.1:9/new' where integration_id = $1`, [
    integrationId,
  ])
  webhooks.answering.add(integrationId)
  webhooks.only().answer(410)
  await until('the rest is delivered', async () => (await lanes()).every((lane) => lane.head === 2))
  assert.equal((await readEndpoint(db, integrationId))?.circuit, 'closed')
})

test('a webhook that failed at the URL it had before is not taken for down at its new one', async (t) => {
  const { db, webhooks, poll, lanes } = await startLoop(t, { endpointInFlightMax: 1 })
  const integrationId = await seedLanes(db, 3)
  await poll()
  await until('a post is under way', () => webhooks.inFlight.size > 0)
  await run(db, `update integrations set webhook_url = 'http://127.0.0.1:9/new' where integration_id = $1`, [
    integrationId,
  ])
  webhooks.answering.add(integrationId)
  webhooks.only().answer(503)
  await until('the others are delivered', async () => {
    await poll()
    return (await lanes()).filter(({ head }) => head === 2).length === 2
  })
  assert.equal((await readEndpoint(db, integrationId))?.circuit, 'closed')
})

test('a lane whose event somebody deleted goes on with the next one, and the lost one counts as dead', async (t) => {
  const { db, webhooks, poll, lanes } = await startLoop(t)
  const integrationId = await seedLanes(db, 1)
  await run(
    db,
    `insert into events select session_id, 2, integration_id, gen_random_uuid(), nextval('events_position'), event_type,
      body, created_at from events`,
  )
  await run(db, 'update lanes set tail = 2')
  await run(db, 'delete from events where sequence = 1')
  webhooks.answering.add(integrationId)
  await until('the second is delivered', async () => {
    await poll()
    return (await lanes()).every((lane) => lane.head === 3)
  })
  assert.equal(webhooks.posts(), 1)
  assert.deepEqual(await run(db, 'select sequence, status from delivery_outcomes'), [
    { sequence: 1, status: 'dead' },
  ])
})

test('a failure that is read when its lease is over opens no circuit: it was we who stood still', async (t) => {
  const { db, webhooks, poll, settled, lanes } = await startLoop(t, {
    webhookTimeoutMs: 50,
    deliveryLeaseMarginSeconds: 0.2,
  })
  const integrationId = await seedLanes(db, 1)
  const untilPosted = (posts: number): Promise<void> =>
    until(`${posts} posts are under way`, async () => {
      await poll()
      return webhooks.inFlight.size === posts
    })
  await untilPosted(1)
  const late = webhooks.only()
  // Only when its lease is over does the lane have another one.
  await untilPosted(2)
  late.answer(503)
  webhooks.only().answer(200)
  await settled('closed', integrationId)
  await until('it is delivered', async () => (await lanes()).every((lane) => lane.head === 2))
})

test('410 pauses the webhook: nothing more is sent to it, and nothing of what waits is lost', async (t) => {
  const { db, webhooks, poll, wake, settled, lanes } = await startLoop(t, { endpointInFlightMax: 1 })
  const integrationId = await seedLanes(db, 4)
  await poll()
  await until('a post is under way', () => webhooks.inFlight.size > 0)
  webhooks.only().answer(410)
  await settled('paused', integrationId)
  await poll()
  wake(integrationId)
  await poll()
  assert.equal(webhooks.posts(), 1)
  assert.equal((await lanes()).filter((lane) => lane.dueInMs !== null).length, 3)

  await run(db, `update endpoints set circuit = 'closed' where integration_id = $1`, [integrationId])
  webhooks.answering.add(integrationId)
  await poll()
  await until('the rest is delivered', async () => (await lanes()).every((lane) => lane.head === 2))
})

test('a commit gets room for its events up to what may be claimed, and none while older ones wait or the webhook is gone', async (t) => {
  const { db, webhooks, commits, wake, lanes } = await startLoop(t, { endpointInFlightMax: 2 })
  const { integrationId } = await seedIntegration(db)
  const room = (): number => {
    let kept = 0
    while (commits()?.reserve(integrationId)) kept += 1
    for (let given = 0; given < kept; given += 1) commits()?.letGo(integrationId)
    return kept
  }
  assert.equal(room(), 6)

  await seedLanes(db, 20, integrationId)
  wake(integrationId)
  await until('two are under way', () => webhooks.inFlight.size === 2)
  assert.equal(room(), 0)
  await until('all are delivered', async () => {
    webhooks.answerAll(200)
    return (await lanes()).every((lane) => lane.head === 2)
  })
  assert.equal(room(), 6)

  await seedLanes(db, 1, integrationId)
  wake(integrationId)
  await until('one is under way', () => webhooks.inFlight.size === 1)
  webhooks.answerAll(410)
  await until('it is known to be gone', () => room() === 0)
})

test('a stop waits for the commits that room is kept for, and gives back what they bring', async (t) => {
  const { db, webhooks, commits, lanes, stop } = await startLoop(t)
  const integrationId = await seedLanes(db, 1)
  const taker = commits()
  assert.ok(taker)
  assert.equal(taker.reserve(integrationId), true)
  let isStopped = false
  const stopping = stop().then(() => {
    isStopped = true
  })
  assert.equal(taker.reserve(integrationId), false)
  assert.equal(commits(), null)

  const claimId = randomUUID()
  const [delivery] = await claimDeliveries(db, {
    endpoints: [{ integrationId, room: 1 }],
    claimId,
    leaseSeconds: 60,
  })
  assert.ok(delivery && !isStopped)
  taker.take(delivery, { claimId, leaseEndsAt: performance.now() + 60_000 })
  await stopping
  assert.equal(webhooks.posts(), 0)
  assert.deepEqual(
    (await lanes()).map(({ head, attempts, isHeld, dueInMs }) => ({
      head,
      attempts,
      isHeld,
      isDue: (dueInMs ?? 1) <= 0,
    })),
    [{ head: 1, attempts: 0, isHeld: false, isDue: true }],
  )
})

test('room that a commit did not need goes to the events that wait for it, without waiting for the poll', async (t) => {
  const { db, webhooks, commits, wake } = await startLoop(t, { endpointInFlightMax: 1 })
  const { integrationId } = await seedIntegration(db)
  const kept = [1, 2, 3].filter(() => commits()?.reserve(integrationId))
  assert.equal(kept.length, 3)
  await seedLanes(db, 1, integrationId)
  wake(integrationId)
  for (const _ of kept) commits()?.letGo(integrationId)
  await until('it is sent', () => webhooks.inFlight.size === 1)
})

test('a webhook that holds all it may have and stays silent is stuck, until it answers again', async (t) => {
  const { db, webhooks, commits, wake, lanes } = await startLoop(t, { endpointInFlightMax: 2 })
  const integrationId = await seedLanes(db, 6)
  const isStuck = () => commits()?.isStuck(integrationId)
  assert.equal(isStuck(), false)
  wake(integrationId)
  await until('two are under way', () => webhooks.inFlight.size === 2)
  const begunAt = performance.now()
  await until('it is stuck', () => isStuck() === true)
  assert.ok(performance.now() - begunAt > 900, 'not before it has been silent for a second')
  const [first] = webhooks.inFlight
  first?.answer(200)
  await until('it is not stuck', () => isStuck() === false)
  webhooks.answering.add(integrationId)
  await until('all are delivered', async () => {
    webhooks.answerAll(200)
    return (await lanes()).every((lane) => lane.head === 2)
  })
})

test('a circuit that somebody else closed, and of which nothing waits here, is known to be closed', async (t) => {
  const { db, webhooks, commits, wake, poll, settled } = await startLoop(t)
  const integrationId = await seedLanes(db, 1)
  wake(integrationId)
  await until('it is under way', () => webhooks.inFlight.size === 1)
  webhooks.only().answer(503)
  await settled('open', integrationId)
  assert.equal(commits()?.reserve(integrationId), false)
  // Another process delivered what there was.
  await run(db, `update endpoints set circuit = 'closed', probe_at = null`)
  await run(db, `update lanes set head = 2, ready_at = null, attempts = 0`)
  await poll()
  assert.equal(commits()?.isStuck(integrationId), false)
  assert.equal(commits()?.reserve(integrationId), true)
  commits()?.letGo(integrationId)
})
