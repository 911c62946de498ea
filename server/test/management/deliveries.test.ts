import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { addCustomer, type Customer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { assertRefused, type Item, operatorOf } from '../support/operator.ts'
import type { Received } from '../support/receiver.ts'
import { until } from '../support/until.ts'

/** Two fast retries, then a day of waiting: what fails stays `retrying` for as long as a test looks at it. */
const day = 86_400_000
const dragoman = await testDragoman(
  { after },
  {
    demo: false,
    limits: { retrySchedule: { fastMs: [5, 5], slowMs: [day], jitterRatio: 0, retryAfterMsMax: day } },
  },
)
const operator = operatorOf(dragoman)

/** Only the agent's answers are events, so a session's sequence is its questions. */
const customerOf = (): Promise<Customer> =>
  addCustomer({ after }, dragoman, { subscribedEvents: ['message:brain_send'] })

const answerTo = (one: Received): string => (one.event as Item).output.responses[0].text

const ask = async (customer: Customer, path: string, ...questions: number[]): Promise<void> => {
  for (const question of questions) await customer.api.say(path, `question ${question}`)
}

const deliveriesOf = (customer: Customer, query = ''): Promise<readonly Item[]> =>
  operator.all(`/deliveries?integration_id=${customer.integrationId}${query}`)

const statusesOf = async (customer: Customer): Promise<Record<string, string>> =>
  Object.fromEntries((await deliveriesOf(customer)).map((one) => [one.delivery_id, one.status]))

const untilStatus = (deliveryId: string, status: string): Promise<void> =>
  until(`${deliveryId} is ${status}`, async () => {
    const answer = await operator.get(`/deliveries/${deliveryId}`)
    return answer.body['status'] === status
  })

/** A session whose first event died and whose others were delivered. */
const withDeadFirst = async (customer: Customer, questions: readonly number[] = [1, 2, 3]) => {
  const { path, sessionId } = await customer.api.open()
  customer.receiver.behave(({ event }) => ((event as Item).sequence === 1 ? 400 : 200))
  await ask(customer, path, ...questions)
  await untilStatus(`${sessionId}.${questions.length}`, 'delivered')
  return { path, sessionId }
}

/** A session whose first event is between two retries, with others behind it. */
const withRetryingFirst = async (customer: Customer, questions: readonly number[] = [1, 2, 3]) => {
  const { path, sessionId } = await customer.api.open()
  customer.receiver.behave(() => 503)
  await ask(customer, path, ...questions)
  await until('the fast retries are used up, and all answers wait', async () => {
    const deliveries = await operator.all(`/deliveries?session_id=${sessionId}`)
    return deliveries.length === questions.length && deliveries.at(-1).attempts.length === 3
  })
  // The circuit opened with it; a closed one lets each test say what is sent.
  assert.equal((await operator.get(`/deliveries/${sessionId}.1`)).body['status'], 'retrying')
  return { path, sessionId }
}

test('a delivered event shows when, how often and with what answer it was sent', async () => {
  const customer = await customerOf()
  const { path, sessionId } = await customer.api.open()
  customer.receiver.behave((_received, attempt) => (attempt === 1 ? 503 : 200))
  await ask(customer, path, 1)
  await untilStatus(`${sessionId}.1`, 'delivered')
  const [delivery] = await deliveriesOf(customer)
  const [received] = customer.receiver.accepted
  assert.deepEqual(
    { ...delivery, attempts: [], created_at: 0 },
    {
      delivery_id: `${sessionId}.1`,
      event_id: received?.event.event_id,
      event_type: 'message:brain_send',
      integration_id: customer.integrationId,
      session_id: sessionId,
      sequence: 1,
      status: 'delivered',
      reason: null,
      created_at: 0,
      next_attempt_at: null,
      attempts: [],
    },
  )
  assert.equal(delivery.created_at, received?.event.timestamp)
  assert.deepEqual(
    delivery.attempts.map((attempt: Item) => [attempt.status_code, attempt.error, attempt.answer]),
    [
      [503, null, 'ok'],
      [200, null, 'ok'],
    ],
  )
  assert.ok(delivery.attempts.every((attempt: Item) => attempt.at > 0 && attempt.duration_ms >= 0))
  const whole = await operator.get(`/deliveries/${sessionId}.1`)
  assert.deepEqual(whole.body['event'], received?.event)
})

test('each status can be asked for, and together they are all there is', async () => {
  const customer = await customerOf()
  const dead = await withDeadFirst(customer)
  const waiting = await withRetryingFirst(customer)
  const skipped = await operator.post(`/deliveries/${waiting.sessionId}.1/skip`)
  assert.equal(skipped.status, 200, skipped.text)
  const other = await customer.api.open()
  customer.receiver.behave(() => 503)
  await ask(customer, other.path, 7)
  const expected = {
    [`${dead.sessionId}.1`]: 'dead',
    [`${dead.sessionId}.2`]: 'delivered',
    [`${dead.sessionId}.3`]: 'delivered',
    [`${waiting.sessionId}.1`]: 'superseded',
  }
  await until(
    'the other session has its event',
    async () => Object.keys(await statusesOf(customer)).length === 7,
  )
  const all = await statusesOf(customer)
  for (const [id, status] of Object.entries(expected)) assert.equal(all[id], status)
  const found: Record<string, string> = {}
  for (const status of ['pending', 'retrying', 'delivered', 'dead', 'superseded'])
    for (const one of await deliveriesOf(customer, `&status=${status}`)) {
      assert.equal(one.status, status)
      assert.equal(found[one.delivery_id], undefined)
      found[one.delivery_id] = status
    }
  assert.equal(Object.keys(found).length, 7)
  const [died] = await deliveriesOf(customer, '&status=dead')
  assert.match(died.reason, /HTTP 400 is permanent/)
  assert.equal(died.next_attempt_at, null)
})

test('deliveries come newest first, each once, however small the pages and whatever is asked for', async () => {
  const customer = await customerOf()
  const first = await withDeadFirst(customer, [1, 2, 3, 4])
  const second = await withDeadFirst(customer, [5, 6, 7])
  for (const [query, count] of [
    ['', 7],
    ['&status=delivered', 5],
    ['&status=dead', 2],
    [`&session_id=${first.sessionId}`, 4],
    [`&session_id=${first.sessionId}&status=delivered`, 3],
  ] as const) {
    const whole = await deliveriesOf(customer, `${query}&limit=200`)
    assert.equal(whole.length, count, query)
    assert.deepEqual(await deliveriesOf(customer, `${query}&limit=1`), whole)
    assert.deepEqual(await deliveriesOf(customer, `${query}&limit=2`), whole)
  }
  const shown = await deliveriesOf(customer)
  assert.equal(shown[0].session_id, second.sessionId)
  const ofSession = await operator.all(`/deliveries?session_id=${first.sessionId}`)
  assert.deepEqual(
    ofSession.map((one) => one.sequence),
    [4, 3, 2, 1],
  )
  const everywhere = await operator.all('/deliveries?limit=3')
  assert.equal(new Set(everywhere.map((one) => one.delivery_id)).size, everywhere.length)
  assert.deepEqual(
    everywhere.filter((one) => one.integration_id === customer.integrationId),
    shown,
  )
})

test('what waits is listed page by page too: the one that is tried, and those behind it', async () => {
  const customer = await customerOf()
  const { sessionId } = await withRetryingFirst(customer)
  const pending = await deliveriesOf(customer, '&status=pending&limit=1')
  assert.deepEqual(
    pending.map((one) => [one.delivery_id, one.next_attempt_at]),
    [
      [`${sessionId}.3`, null],
      [`${sessionId}.2`, null],
    ],
  )
  const [retrying, ...none] = await deliveriesOf(customer, '&status=retrying&limit=1')
  assert.deepEqual([retrying.delivery_id, none], [`${sessionId}.1`, []])
  assert.ok(retrying.next_attempt_at > Date.now() + day / 2)
})

test('a time range keeps its promise at both ends', async () => {
  const customer = await customerOf()
  await withDeadFirst(customer)
  const all = await deliveriesOf(customer)
  const at = all[1].created_at
  const within = await deliveriesOf(customer, `&from=${at}&to=${at}`)
  assert.ok(within.some((one) => one.delivery_id === all[1].delivery_id))
  assert.ok(within.every((one) => one.created_at === at))
  const iso = new Date(at).toISOString()
  assert.deepEqual(await deliveriesOf(customer, `&from=${iso}&to=${iso}`), within)
  assert.deepEqual(await deliveriesOf(customer, `&from=${all[0].created_at + 1}`), [])
  assert.deepEqual(await deliveriesOf(customer, `&status=dead&to=${all[2].created_at - 1}`), [])
})

test('a question nobody can answer is refused by the field that is wrong', async () => {
  const { integrationId } = await customerOf()
  const of = `/deliveries?integration_id=${integrationId}`
  for (const [path, sentence] of [
    ['/deliveries?status=lost', /^status: must be one of/],
    ['/deliveries?integration_id=x', /^integration_id: must be a UUID/],
    ['/deliveries?session_id=x', /^session_id: must be a UUID/],
    ['/deliveries?limit=201', /^limit: must be at most 200/],
    ['/deliveries?from=yesterday', /^from: must be ms since 1970, or ISO 8601/],
    ['/deliveries?to=2026-13-32', /^to: 2026-13-32 is no day/],
    ['/deliveries?from=2026-02-31T12:00Z', /^from: 2026-02-31T12:00Z is no day/],
    ['/deliveries?stauts=dead', /does not know the key "stauts"; did you mean status\? known here: /],
    ['/deliveries?from=-1', /^from: must be ms/],
    [`${of}&after=x`, /^after: must be the `next`/],
    [`${of}&status=dead&after=17`, /^after: must be the `next`/],
  ] as const)
    assertRefused(await operator.get(path), 400, 'invalid-payload', sentence)
})

test('a dead event that is replayed arrives as it was, with one more attempt, and counts as delivered', async () => {
  const customer = await customerOf()
  const { sessionId } = await withDeadFirst(customer)
  const [first] = customer.receiver.received
  customer.receiver.behave(() => 200)
  const replayed = await operator.post('/deliveries/replay', { delivery_ids: [`${sessionId}.1`] })
  assert.deepEqual([replayed.status, replayed.body], [202, { queued: 1, next: null }])
  await customer.receiver.until((accepted) => accepted.length === 3)
  const again = customer.receiver.accepted.at(-1)
  assert.equal(again?.body, first?.body)
  await untilStatus(`${sessionId}.1`, 'delivered')
  const shown = (await operator.get(`/deliveries/${sessionId}.1`)).body as Item
  assert.equal(shown.reason, null)
  assert.deepEqual(
    shown.attempts.map((attempt: Item) => attempt.status_code),
    [400, 200],
  )
  assert.deepEqual(await deliveriesOf(customer, '&status=dead'), [])
})

test('a whole session is replayed in order, delivered events too, and what comes meanwhile waits behind', async () => {
  const customer = await customerOf()
  const { path, sessionId } = await withDeadFirst(customer)
  const before = customer.receiver.accepted.length
  customer.receiver.behave(() => 200)
  const replayed = await operator.post('/deliveries/replay', { session_id: sessionId })
  assert.deepEqual(replayed.body, { queued: 3, next: null })
  await ask(customer, path, 4)
  await customer.receiver.until((accepted) => accepted.length === before + 4)
  const sequences = customer.receiver.accepted.slice(before).map((one) => (one.event as Item).sequence)
  assert.deepEqual(
    sequences.filter((sequence) => sequence < 4),
    [1, 2, 3],
  )
  assert.equal(sequences.filter((sequence) => sequence === 4).length, 1)
})

test('of an integration only what has the status and lies in the range is replayed', async () => {
  const customer = await customerOf()
  const [one, two] = [await withDeadFirst(customer), await withDeadFirst(customer)]
  customer.receiver.behave(() => 200)
  const before = customer.receiver.accepted.length
  const replay = (body: object) =>
    operator.post('/deliveries/replay', { integration_id: customer.integrationId, ...body })
  assert.deepEqual((await replay({ status: 'dead', to: 1 })).body, { queued: 0, next: null })
  assert.deepEqual((await replay({ status: 'dead', from: '2020-01-01' })).body, { queued: 2, next: null })
  await customer.receiver.until((accepted) => accepted.length === before + 2)
  assert.deepEqual(
    customer.receiver.accepted
      .slice(before)
      .map((received) => received.event.session_id)
      .sort(),
    [one.sessionId, two.sessionId].sort(),
  )
})

test('a replay that fails is tried again on its own schedule, and dies no earlier than a first delivery', async () => {
  const customer = await customerOf()
  const { sessionId } = await withDeadFirst(customer)
  customer.receiver.behave(() => 503)
  await operator.post('/deliveries/replay', { delivery_ids: [`${sessionId}.2`] })
  await until('its fast retries are used up', async () => {
    const { attempts } = (await operator.get(`/deliveries/${sessionId}.2`)).body as Item
    return attempts.length === 4
  })
  const shown = (await operator.get(`/deliveries/${sessionId}.2`)).body as Item
  assert.equal(shown.status, 'retrying')
})

test('an event that is named twice is sent again once', async () => {
  const customer = await customerOf()
  const { path, sessionId } = await customer.api.open()
  await ask(customer, path, 1)
  const id = `${sessionId}.1`
  await untilStatus(id, 'delivered')
  const replayed = await operator.post('/deliveries/replay', { delivery_ids: [id, id.toUpperCase(), id] })
  assert.equal(replayed.body['queued'], 1, replayed.text)
  await ask(customer, path, 2)
  const arrived = await customer.receiver.until((accepted) => accepted.length === 3)
  assert.deepEqual(arrived.map(answerTo), ['answer 1', 'answer 1', 'answer 2'])
})

test('a replay says exactly one thing', async () => {
  const { integrationId } = await customerOf()
  const id = `${randomUUID()}.1`
  for (const [body, sentence] of [
    [{}, /exactly one of/],
    [{ integration_id: integrationId, session_id: randomUUID() }, /exactly one of/],
    [{ delivery_ids: [] }, /^delivery_ids: must not be empty/],
    [{ delivery_ids: [id] }, /^delivery_ids\[0\]: there is no delivery/],
    [{ delivery_ids: ['x'] }, /^delivery_ids\[0\]: there is no delivery x/],
    [{ delivery_ids: [id], status: 'dead' }, /^delivery_ids: go without/],
    [{ integration_id: integrationId, status: 'gone' }, /^status: must be one of/],
    [{ integration_id: integrationId, after: 'x' }, /^after: must be the `next`/],
    [{ integration_id: integrationId, since: 1 }, /"since"/],
  ] as const)
    assertRefused(await operator.post('/deliveries/replay', body), 400, 'invalid-payload', sentence)
})

test('a retry sends what waits at once, and everything behind it follows', async () => {
  const customer = await customerOf()
  const { sessionId } = await withRetryingFirst(customer)
  customer.receiver.behave(() => 200)
  const retried = await operator.post(`/deliveries/${sessionId}.1/retry`)
  assert.equal(retried.status, 202, retried.text)
  assert.equal(retried.body['delivery_id'], `${sessionId}.1`)
  const arrived = await customer.receiver.until((accepted) => accepted.length === 3)
  assert.deepEqual(arrived.map(answerTo), ['answer 1', 'answer 2', 'answer 3'])
})

test('retries by a person use up none of the scheduled ones, however many there are', async () => {
  const customer = await customerOf()
  const { sessionId } = await withRetryingFirst(customer, [1])
  for (const attempts of [4, 5]) {
    await operator.post(`/deliveries/${sessionId}.1/retry`)
    await until('it was tried once more', async () => {
      const shown = (await operator.get(`/deliveries/${sessionId}.1`)).body as Item
      return shown.attempts.length === attempts && shown.next_attempt_at > Date.now() + day / 2
    })
    assert.equal((await operator.get(`/deliveries/${sessionId}.1`)).body['status'], 'retrying')
  }
})

test('an event that was delivered stays delivered when its replay is refused, and the refusal is logged', async () => {
  const customer = await customerOf()
  const { sessionId } = await withDeadFirst(customer)
  customer.receiver.behave(() => 400)
  await operator.post('/deliveries/replay', { delivery_ids: [`${sessionId}.1`, `${sessionId}.2`] })
  const statusesSent = async (sequence: number) => {
    const { attempts } = (await operator.get(`/deliveries/${sessionId}.${sequence}`)).body as Item
    return attempts.map((attempt: Item) => attempt.status_code)
  }
  await until('both were refused', async () => (await statusesSent(2)).length === 2)
  assert.deepEqual(
    [await statusesSent(1), await statusesSent(2)],
    [
      [400, 400],
      [200, 400],
    ],
  )
  assert.deepEqual(await statusesOf(customer), {
    [`${sessionId}.1`]: 'dead',
    [`${sessionId}.2`]: 'delivered',
    [`${sessionId}.3`]: 'delivered',
  })
})

test('a retry of what is delivered sends it once more', async () => {
  const customer = await customerOf()
  const { path, sessionId } = await customer.api.open()
  await ask(customer, path, 1)
  await untilStatus(`${sessionId}.1`, 'delivered')
  assert.equal((await operator.post(`/deliveries/${sessionId}.1/retry`)).status, 202)
  const [first, again] = await customer.receiver.until((accepted) => accepted.length === 2)
  assert.equal(again?.body, first?.body)
})

test('the event that blocks its session can be skipped, and the next ones go on', async () => {
  const customer = await customerOf()
  const { sessionId } = await withRetryingFirst(customer)
  const skipped = await operator.post(`/deliveries/${sessionId}.1/skip`)
  assert.deepEqual([skipped.status, skipped.body['status']], [200, 'superseded'])
  customer.receiver.behave(() => 200)
  await operator.post(`/integrations/${customer.integrationId}/resume`)
  const arrived = await customer.receiver.until((accepted) => accepted.length === 2)
  assert.deepEqual(arrived.map(answerTo), ['answer 2', 'answer 3'])
  assert.equal((await operator.get(`/deliveries/${sessionId}.1`)).body['status'], 'superseded')
})

test('only the next event of a session can be skipped; the refusal names it', async () => {
  const customer = await customerOf()
  const { sessionId } = await withRetryingFirst(customer)
  const skip = (sequence: number) => operator.post(`/deliveries/${sessionId}.${sequence}/skip`)
  assertRefused(await skip(2), 409, 'conflict', new RegExp(`that is ${sessionId}\\.1$`))
  customer.receiver.behave(() => 200)
  await operator.post(`/deliveries/${sessionId}.1/retry`)
  await untilStatus(`${sessionId}.3`, 'delivered')
  assertRefused(await skip(1), 409, 'conflict', /nothing of this session waits/)
  assertRefused(await skip(4), 404, 'not-found', /there is no delivery/)
})

test('an event that is being sent is not skipped: its answer is awaited', async () => {
  const customer = await customerOf()
  const { path, sessionId } = await customer.api.open()
  customer.receiver.behave(() => 'hang')
  await ask(customer, path, 1)
  await customer.receiver.untilReceived((received) => received.length === 1)
  assertRefused(
    await operator.post(`/deliveries/${sessionId}.1/skip`),
    409,
    'conflict',
    /being sent right now/,
  )
})

test('a replay that a person no longer wants is dropped, and the event stays what it was', async () => {
  const customer = await customerOf()
  const { sessionId } = await withDeadFirst(customer)
  customer.receiver.behave(() => 503)
  await operator.post('/deliveries/replay', { delivery_ids: [`${sessionId}.1`] })
  await until('the replay is between two retries', async () => {
    const { status, attempts } = (await operator.get(`/deliveries/${sessionId}.1`)).body as Item
    return status === 'retrying' && attempts.length === 4
  })
  const dropped = await operator.post(`/deliveries/${sessionId}.1/skip`)
  assert.deepEqual([dropped.status, dropped.body['status']], [200, 'dead'])
})

test('a delivery that does not exist is told so', async () => {
  const id = `${randomUUID()}.1`
  assertRefused(await operator.get(`/deliveries/${id}`), 404, 'not-found', /delivery_id/)
  assertRefused(await operator.post(`/deliveries/${id}/retry`), 404, 'not-found', /delivery_id/)
  assertRefused(await operator.post(`/deliveries/${id}/skip`), 404, 'not-found', /delivery_id/)
  assertRefused(await operator.get('/deliveries/one'), 400, 'invalid-payload', /delivery_id/)
  assertRefused(await operator.get(`/deliveries/${randomUUID()}.9999999999`), 404, 'not-found')
})
