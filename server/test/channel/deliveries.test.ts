import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import type { Completion } from '../../src/store/delivery-lanes.ts'
import { changeIntegration } from '../../src/usecases/change-integration.ts'
import { deliver } from '../../src/usecases/deliver.ts'
import { resumeIntegration } from '../../src/usecases/resume-integration.ts'
import { request } from '../support/api.ts'
import { addCustomer, type Customer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { type Received, startReceiver } from '../support/receiver.ts'
import { run } from '../support/sql.ts'
import { until } from '../support/until.ts'

/** How events reach a webhook that fails, in every way it may (spec 1.7, Delivery), on a schedule of moments. */
const fastMs = [60, 70, 80, 90, 100]
const slowMs = [300, 400]
const retrySchedule = { fastMs, slowMs, jitterRatio: 0, retryAfterMsMax: 86_400_000 }
const webhookTimeoutMs = 1_000
const dragoman = await testDragoman({ after }, { demo: false, limits: { retrySchedule, webhookTimeoutMs } })
const { deps } = dragoman

/** One more event of the session at each call. */
const closeOrReopen = (one: Customer, path: string, count: number): Promise<unknown> =>
  one.api.post(`${path}/conversation/${count % 2 === 0 ? 'close' : 'reopen'}`)

/** @param before how many there were already */
const cause = async (one: Customer, path: string, count: number, before = 0): Promise<void> => {
  for (let done = before; done < before + count; done += 1) await closeOrReopen(one, path, done)
}

const sequenceOf = ({ event }: Received): number => ('sequence' in event ? event.sequence : 0)
const of = (sessionId: string, list: readonly Received[]): Received[] =>
  list.filter(({ event }) => event.session_id === sessionId)
const numbersOf = (sessionId: string, list: readonly Received[]): number[] =>
  of(sessionId, list).map(sequenceOf)

const untilAccepted = (one: Customer, sessionId: string, count: number): Promise<readonly Received[]> =>
  one.receiver.until((all) => of(sessionId, all).length >= count)

interface Listed {
  readonly sequence: number
  readonly status: string
  readonly attempts: readonly { status_code: number | null; error: string | null; duration_ms: number }[]
}

/** What the operator sees of a session's deliveries, in order. */
const deliveriesOf = async (sessionId: string): Promise<Listed[]> => {
  const answer = await request(dragoman.url, {
    method: 'GET',
    path: `/api/v1/deliveries?session_id=${sessionId}`,
    headers: { authorization: `Bearer ${dragoman.adminToken}` },
  })
  const items = answer.body['items'] as Listed[]
  return items.toSorted((a, b) => a.sequence - b.sequence)
}

/** Records of attempts are batched: they are there a moment after the answer. */
const untilStatuses = async (sessionId: string, statuses: readonly string[]): Promise<Listed[]> => {
  await until(`the deliveries are ${statuses.join()}`, async () => {
    const found = (await deliveriesOf(sessionId)).map(({ status }) => status)
    return found.join() === statuses.join()
  })
  return await deliveriesOf(sessionId)
}

const circuitOf = async (one: Customer): Promise<string | undefined> =>
  (
    await run<{ circuit: string }>(deps.db, 'select circuit from endpoints where integration_id = $1', [
      one.integrationId,
    ])
  )[0]?.circuit

test('a failing event is tried on the fast delays, then on the slow ones, then it is dead and the next one goes out', async () => {
  const one = await addCustomer({ after }, dragoman)
  const bad = await one.api.open({ external_session_id: 'bad' })
  const good = await one.api.open()
  one.receiver.behave((received) =>
    received.event.external_session_id === 'bad' && sequenceOf(received) === 1 ? 500 : 200,
  )
  await cause(one, bad.path, 2)
  // Others are answered meanwhile, so the endpoint counts as alive and its circuit stays closed.
  for (let count = 0; of(bad.sessionId, one.receiver.accepted).length === 0; count += 1) {
    await closeOrReopen(one, good.path, count)
    await untilAccepted(one, good.sessionId, count + 1)
  }
  const attempts = of(bad.sessionId, one.receiver.received)
  assert.deepEqual(attempts.map(sequenceOf), [...Array.from({ length: 8 }, () => 1), 2])
  const gapsMs = attempts.slice(1, 8).map(({ at }, index) => at - (attempts[index]?.at ?? 0))
  for (const [index, delayMs] of [...fastMs, ...slowMs].entries())
    assert.ok((gapsMs[index] ?? 0) >= delayMs - 1, `retry ${index + 1} came after ${gapsMs[index]} ms`)
  const [dead, delivered] = await untilStatuses(bad.sessionId, ['dead', 'delivered'])
  assert.deepEqual(
    dead?.attempts.map(({ status_code }) => status_code),
    Array.from({ length: 8 }, () => 500),
  )
  assert.deepEqual(
    delivered?.attempts.map(({ status_code }) => status_code),
    [200],
  )
  assert.equal(await circuitOf(one), 'closed')
})

test('event n+1 waits until n is delivered, however often that is tried', async () => {
  const one = await addCustomer({ after }, dragoman)
  one.receiver.behave((received, attempt) => (sequenceOf(received) % 2 === 1 && attempt < 3 ? 503 : 200))
  const { path, sessionId } = await one.api.open()
  await cause(one, path, 4)
  await untilAccepted(one, sessionId, 4)
  assert.deepEqual(numbersOf(sessionId, one.receiver.received), [1, 1, 1, 2, 3, 3, 3, 4])
})

test('Retry-After is honoured, of 429 and of 503', async () => {
  const one = await addCustomer({ after }, dragoman)
  one.receiver.behave((_, attempt) =>
    attempt > 2 ? 200 : { status: attempt === 1 ? 429 : 503, headers: { 'retry-after': '1' } },
  )
  const { path, sessionId } = await one.api.open()
  await cause(one, path, 1)
  await untilAccepted(one, sessionId, 1)
  const [first, second, third] = of(sessionId, one.receiver.received).map(({ at }) => at)
  assert.ok((second ?? 0) - (first ?? 0) >= 999)
  assert.ok((third ?? 0) - (second ?? 0) >= 999)
})

test('408, 425 and 429 are tried again; every other 4xx is final at once and the session goes on', async () => {
  const statuses = [400, 401, 403, 404, 405, 409, 413, 418, 422, 451, 499, 408, 425, 429]
  const one = await addCustomer({ after }, dragoman)
  one.receiver.behave((received, attempt) =>
    attempt === 1 ? (statuses[sequenceOf(received) - 1] ?? 200) : 200,
  )
  const { path, sessionId } = await one.api.open()
  await cause(one, path, statuses.length)
  await untilAccepted(one, sessionId, 3)
  assert.deepEqual(
    numbersOf(sessionId, one.receiver.received),
    statuses.flatMap((status, index) =>
      [408, 425, 429].includes(status) ? [index + 1, index + 1] : [index + 1],
    ),
  )
  const listed = await untilStatuses(
    sessionId,
    statuses.map((status) => ([408, 425, 429].includes(status) ? 'delivered' : 'dead')),
  )
  assert.deepEqual(
    listed.map(({ attempts }) => attempts.at(0)?.status_code),
    statuses,
  )
  assert.equal(await circuitOf(one), 'closed', 'an endpoint that refuses is alive')
})

test('a redirect is not followed: it is final, and where it points hears nothing', async () => {
  const elsewhere = await startReceiver({ after })
  const statuses = [300, 301, 302, 303, 304, 307, 308]
  const one = await addCustomer({ after }, dragoman)
  one.receiver.behave((received) => {
    const status = statuses[sequenceOf(received) - 1]
    return status === undefined ? 200 : { status, headers: { location: elsewhere.url } }
  })
  const { path, sessionId } = await one.api.open()
  await cause(one, path, statuses.length + 1)
  await untilAccepted(one, sessionId, 1)
  assert.deepEqual(
    numbersOf(sessionId, one.receiver.received),
    [...statuses, 200].map((_, index) => index + 1),
  )
  assert.deepEqual(elsewhere.received, [])
  await untilStatuses(sessionId, [...statuses.map(() => 'dead'), 'delivered'])
})

test('410 pauses the endpoint: nothing more is sent until a person resumes it, and then all that waited', async () => {
  const one = await addCustomer({ after }, dragoman)
  one.receiver.behave(() => 410)
  const sessions = [await one.api.open(), await one.api.open()] as const
  await cause(one, sessions[0].path, 1)
  await until('the endpoint is paused', async () => (await circuitOf(one)) === 'paused')
  one.receiver.behave(() => 200)
  await cause(one, sessions[0].path, 2, 1)
  await cause(one, sessions[1].path, 2)
  await one.api.post(`${sessions[1].path}/messages/compose`, { action: 'start' })
  // Another customer's answer shows that the loop has been round.
  const other = await addCustomer({ after }, dragoman)
  const marker = await other.api.open()
  await cause(other, marker.path, 3)
  await untilAccepted(other, marker.sessionId, 3)
  assert.equal(one.receiver.received.length, 1)
  await resumeIntegration(deps, one.integrationId)
  await one.receiver.until((all) => all.length === 4)
  assert.deepEqual(numbersOf(sessions[0].sessionId, one.receiver.accepted), [2, 3])
  assert.deepEqual(numbersOf(sessions[1].sessionId, one.receiver.accepted), [1, 2])
  await untilStatuses(sessions[0].sessionId, ['dead', 'delivered', 'delivered'])
})

test('a webhook that moved is tried at its new URL at once, however long the old one asked us to wait', async () => {
  const one = await addCustomer({ after }, dragoman)
  const { path, sessionId } = await one.api.open()
  one.receiver.behave(() => ({ status: 429, headers: { 'retry-after': '3600' } }))
  await cause(one, path, 2)
  await untilStatuses(sessionId, ['retrying', 'pending'])
  const dueAt = () => run(deps.db, 'select ready_at from lanes where session_id = $1', [sessionId])
  const before = await dueAt()
  await changeIntegration(deps, one.integrationId, { webhookUrl: one.receiver.url })
  assert.deepEqual(await dueAt(), before, 'it did not move')
  const moved = await startReceiver({ after })
  await changeIntegration(deps, one.integrationId, { webhookUrl: moved.url })
  await moved.until((all) => all.length === 2)
  assert.deepEqual(numbersOf(sessionId, moved.accepted), [1, 2])
  assert.equal(one.receiver.received.length, 1)
})

test('an answer of the URL that the webhook had before makes nobody wait', async () => {
  const one = await addCustomer({ after }, dragoman)
  const settings = await deps.settings.of(one.integrationId)
  const completions: Completion[] = []
  const deliverWhile = (meanwhile: () => Promise<unknown>) =>
    deliver(
      {
        ...deps,
        completeDelivery: async (completion) => {
          completions.push(completion)
          return null
        },
        postEvent: async () => {
          await meanwhile()
          return { kind: 'answered', status: 503, retryAfterMs: 3_600_000, durationMs: 1, answer: '' }
        },
      },
      {
        sessionId: randomUUID(),
        integrationId: one.integrationId,
        sequence: 1,
        attempts: 0,
        isReplay: false,
        dueInMs: 0,
        eventId: randomUUID(),
        eventType: 'session:closed',
        body: '{}',
      },
      { claimId: randomUUID(), isProbe: false },
    )
  await deliverWhile(() => changeIntegration(deps, one.integrationId, { name: 'Only its name' }))
  await deliverWhile(() =>
    changeIntegration(deps, one.integrationId, { webhookUrl: `${settings?.webhookUrl}new` }),
  )
  assert.deepEqual(
    completions.map(({ next, delayMs, attempts }) => ({ next, delayMs, attempts })),
    [
      { next: 'later', delayMs: 3_600_000, attempts: 1 },
      { next: 'later', delayMs: 0, attempts: 1 },
    ],
  )
})

test('an endpoint that is down opens its circuit, and when it is back gets everything once and in order', async () => {
  const one = await addCustomer({ after }, dragoman)
  one.receiver.behave((_, attempt) => (attempt % 2 === 0 ? 'reset' : 503))
  const sessions = await Promise.all(Array.from({ length: 6 }, () => one.api.open()))
  await Promise.all(sessions.map(({ path }) => cause(one, path, 2)))
  await until('the circuit is open', async () => (await circuitOf(one)) === 'open')
  await Promise.all(sessions.map(({ path }) => cause(one, path, 3)))
  one.receiver.behave(() => 200)
  assert.deepEqual(one.receiver.accepted, [])
  const other = await addCustomer({ after }, dragoman)
  const marker = await other.api.open()
  await cause(other, marker.path, 3)
  await untilAccepted(other, marker.sessionId, 3)
  assert.deepEqual(one.receiver.accepted, [], 'it waits for the probe')
  await run(deps.db, 'update endpoints set probe_at = now() where integration_id = $1', [one.integrationId])
  await one.receiver.until((all) => all.length >= 30)
  for (const { sessionId } of sessions) {
    assert.deepEqual(numbersOf(sessionId, one.receiver.accepted), [1, 2, 3, 4, 5])
    const attempts = numbersOf(sessionId, one.receiver.received)
    assert.ok(attempts.filter((number) => number === 1).length <= 7, 'while it waits no attempts are made')
    assert.deepEqual(
      attempts.filter((number) => number > 1),
      [2, 3, 4, 5],
    )
  }
  assert.equal(one.receiver.accepted.length, 30)
  await until('the circuit is closed', async () => (await circuitOf(one)) === 'closed')
})

test('a probe that fails leaves the circuit open and the event alive', async () => {
  const one = await addCustomer({ after }, dragoman)
  one.receiver.behave(() => 503)
  const { path, sessionId } = await one.api.open()
  await cause(one, path, 1)
  await until('the circuit is open', async () => (await circuitOf(one)) === 'open')
  for (let probes = 1; probes <= 3; probes += 1) {
    const before = one.receiver.received.length
    // The lane is not due for an hour: only a probe takes it, ahead of its time.
    await run(
      deps.db,
      `update lanes set ready_at = now() + interval '1 hour' where session_id = $1 and claim_id is null`,
      [sessionId],
    )
    await run(deps.db, 'update endpoints set probe_at = now() where integration_id = $1', [one.integrationId])
    await one.receiver.untilReceived((all) => all.length > before)
    await until('the probe is recorded', async () => {
      const [lane] = await run<{ held: boolean }>(
        deps.db,
        'select claim_id is not null as held from lanes where session_id = $1',
        [sessionId],
      )
      return lane?.held === false
    })
  }
  assert.equal(await circuitOf(one), 'open')
  assert.deepEqual(
    (await deliveriesOf(sessionId)).map(({ status }) => status),
    ['retrying'],
  )
  one.receiver.behave(() => 200)
  await run(deps.db, 'update endpoints set probe_at = now() where integration_id = $1', [one.integrationId])
  await untilAccepted(one, sessionId, 1)
})

/** The most attempts under way at one moment, by the log of attempts; what only touches at a rounded ms does not count. */
const mostAtOnce = async (sessionIds: readonly string[]): Promise<number> => {
  const attempts = await run<{ at: number; duration: number }>(
    deps.db,
    `select (extract(epoch from at) * 1000)::float8 as at, duration_ms as duration from attempts
      where session_id = any($1) and duration_ms > 10`,
    [sessionIds],
  )
  const changes = attempts.flatMap(({ at, duration }) => [
    { at: at + 2, by: 1 },
    { at: at + duration - 2, by: -1 },
  ])
  let now = 0
  return Math.max(...changes.toSorted((a, b) => a.at - b.at || a.by - b.by).map(({ by }) => (now += by)))
}

test('a webhook that hangs holds at most its share, and another integration does not feel it', async () => {
  const hanging = await addCustomer({ after }, dragoman)
  const healthy = await addCustomer({ after }, dragoman)
  hanging.receiver.behave(() => 'hang')
  const sessions = await Promise.all(Array.from({ length: 60 }, () => hanging.api.open()))
  await Promise.all(sessions.map(({ path }) => cause(hanging, path, 1)))
  await hanging.receiver.untilReceived((all) => all.length >= 20)
  const well = await Promise.all(Array.from({ length: 60 }, () => healthy.api.open()))
  await Promise.all(well.map(({ path }) => cause(healthy, path, 2)))
  await healthy.receiver.until((all) => all.length === 120)
  for (const { sessionId } of well) assert.deepEqual(numbersOf(sessionId, healthy.receiver.received), [1, 2])
  assert.deepEqual(hanging.receiver.accepted, [])
  hanging.receiver.behave(() => 200)
  await until('the circuit of the hanging one is open, or it is already served', async () => {
    await run(deps.db, 'update endpoints set probe_at = now() where integration_id = $1', [
      hanging.integrationId,
    ])
    return hanging.receiver.accepted.length === 60
  })
  for (const { sessionId } of sessions) assert.deepEqual(numbersOf(sessionId, hanging.receiver.accepted), [1])
  const inFlightMax = await mostAtOnce(sessions.map(({ sessionId }) => sessionId))
  assert.ok(inFlightMax <= 20, `${inFlightMax} at once`)
  assert.ok(
    (await deliveriesOf(sessions[0]?.sessionId ?? ''))[0]?.attempts[0]?.error?.includes('no answer within'),
  )
})

test('the failures of one integration neither open the circuit of another nor delay its retries', async () => {
  const [down, up] = [await addCustomer({ after }, dragoman), await addCustomer({ after }, dragoman)]
  down.receiver.behave(() => 500)
  const [one, two] = [await down.api.open(), await up.api.open()]
  await cause(down, one.path, 2)
  await until('the circuit is open', async () => (await circuitOf(down)) === 'open')
  up.receiver.behave((_, attempt) => (attempt === 1 ? 500 : 200))
  await cause(up, two.path, 3)
  await untilAccepted(up, two.sessionId, 3)
  assert.deepEqual(numbersOf(two.sessionId, up.receiver.received), [1, 1, 2, 2, 3, 3])
  assert.equal(await circuitOf(up), 'closed')
})

test('a process that stops in order leaves the rest to the next, and nothing is sent twice', async () => {
  const database = deps.db.url
  const first = await testDragoman(
    { after },
    { demo: false, databaseUrl: database, roles: new Set(['http', 'worker']) },
  )
  const one = await addCustomer({ after }, first)
  const sessions = await Promise.all(Array.from({ length: 20 }, () => one.api.open()))
  const deliverer = await testDragoman(
    { after },
    { demo: false, databaseUrl: database, roles: new Set(['deliver']) },
  )
  await Promise.all(sessions.map(({ path }) => cause(one, path, 6)))
  await one.receiver.until((all) => all.length > 10)
  await deliverer.stop()
  await one.receiver.until((all) => all.length === 120)
  for (const { sessionId } of sessions)
    assert.deepEqual(numbersOf(sessionId, one.receiver.received), [1, 2, 3, 4, 5, 6])
})

test('every attempt is logged with its status, its time and the beginning of the answer', async () => {
  const one = await addCustomer({ after }, dragoman)
  const outcomes = [503, 'reset', 200] as const
  one.receiver.behave((_, attempt) => outcomes[attempt - 1] ?? 200)
  const { path, sessionId } = await one.api.open()
  await cause(one, path, 1)
  const [delivery] = await untilStatuses(sessionId, ['delivered'])
  assert.deepEqual(
    delivery?.attempts.map(({ status_code }) => status_code),
    [503, null, 200],
  )
  assert.deepEqual(
    delivery?.attempts.map((attempt) => 'answer' in attempt && attempt.answer),
    ['ok', null, 'ok'],
  )
  for (const attempt of delivery?.attempts ?? []) assert.ok(attempt.duration_ms >= 0)
  assert.ok(delivery?.attempts[1]?.error)
})
