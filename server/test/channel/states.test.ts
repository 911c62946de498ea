import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { WebhookEvent } from '@dragoman/sdk'
import { addCustomer, type Customer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import type { Received } from '../support/receiver.ts'
import { run } from '../support/sql.ts'

/** What becomes of a session and its conversation by calls and by time (spec 1.6). Time is moved in the database. */
const dragoman = await testDragoman({ after }, { demo: false })
const { db } = dragoman.deps
const customer = await addCustomer({ after }, dragoman)
const { api } = customer

const agent = { agent_id: 'ann', agent_name: 'Ann' }
const words = { input: { text: 'I am here.' }, agent }

const of = (sessionId: string, list: readonly Received[]): Received[] =>
  list.filter(({ event }) => event.session_id === sessionId)

const untilType = async (
  sessionId: string,
  type: string,
  one: Customer = customer,
): Promise<WebhookEvent[]> => {
  const accepted = await one.receiver.until((all) =>
    of(sessionId, all).some(({ event }) => event.event_type === type),
  )
  return of(sessionId, accepted).map(({ event }) => event)
}

const untilAnswer = async (sessionId: string, requestId: string): Promise<WebhookEvent[]> => {
  const accepted = await customer.receiver.until((all) =>
    of(sessionId, all).some(({ event }) => 'in_reply_to' in event && event.in_reply_to === requestId),
  )
  return of(sessionId, accepted).map(({ event }) => event)
}

const typesOf = (events: readonly WebhookEvent[]): string[] => events.map((event) => event.event_type)
const answersTo = (events: readonly WebhookEvent[]): unknown[] =>
  events.flatMap((event) => ('in_reply_to' in event ? [event.in_reply_to] : []))

const stateOf = async (path: string): Promise<unknown[]> => {
  const { body } = await api.get(path)
  return [body['conversation'], body['owner']]
}

/** The time at which something is due, as the database keeps it, moved to a moment from now. */
const makeDue = (sessionId: string, column: 'expires_at' | 'resolved_until', inMs = 0) =>
  run(
    db,
    `update sessions set ${column} = clock_timestamp() + $2 * interval '1 millisecond',
      check_at = clock_timestamp() + $2 * interval '1 millisecond' where session_id = $1`,
    [sessionId, inMs],
  )

test('a session without activity expires: one last event, at most two seconds late, and it is gone', async () => {
  const { path, sessionId } = await api.open({ external_session_id: 'thread' })
  await makeDue(sessionId, 'expires_at', 300)
  const [event, ...rest] = await untilType(sessionId, 'session:expired')
  assert.deepEqual(rest, [])
  assert.ok(event?.event_type === 'session:expired')
  assert.ok(Number.isInteger(event.expired_at), String(event.expired_at))
  const lateMs = event.timestamp - event.expired_at
  assert.ok(lateMs >= 0 && lateMs <= 2_000, `${lateMs} ms late`)
  assert.equal(event.external_session_id, 'thread')
  assert.equal(event.caused_by, undefined)
  assert.equal((await api.get(path)).status, 404)
})

test('a session is over at its very time, even before anybody came round to say so', async () => {
  const { path, sessionId } = await api.open()
  await run(
    db,
    `update sessions set expires_at = now(), check_at = now() + interval '1 hour' where session_id = $1`,
    [sessionId],
  )
  assert.equal((await api.post(`${path}/messages`, { input: { text: 'question 1' } })).status, 404)
  await run(db, 'update sessions set check_at = now() where session_id = $1', [sessionId])
  assert.deepEqual(typesOf(await untilType(sessionId, 'session:expired')), ['session:expired'])
})

test('creation, messages, context changes and answers count as activity; reads, marks and typing do not', async () => {
  const { path, sessionId } = await api.open()
  const expiresAt = async (): Promise<number> => Number((await api.get(path)).body['expires_at'])
  /** As if the session had been silent for an hour. */
  const age = () =>
    run(
      db,
      `update sessions set expires_at = expires_at - interval '1 hour', last_activity_at = last_activity_at - interval '1 hour'
        where session_id = $1`,
      [sessionId],
    )
  const active: [what: string, act: () => Promise<unknown>][] = [
    ['message', async () => untilAnswer(sessionId, await api.say(path, 'question 1'))],
    ['context', () => api.patch(`${path}/context`, { context: { a: 1 } })],
    ['person', () => api.post(`${path}/messages/agent`, words)],
  ]
  for (const [what, act] of active) {
    await age()
    const before = await expiresAt()
    await act()
    assert.ok((await expiresAt()) - before > 3_500_000, what)
  }
  const idle: [what: string, act: () => Promise<unknown>][] = [
    ['read the session', () => api.get(path)],
    ['read messages', () => api.get(`${path}/messages`)],
    ['marks', () => api.post(`${path}/messages/read`)],
    ['typing', () => api.post(`${path}/messages/compose`, { action: 'start' })],
  ]
  for (const [what, act] of idle) {
    const before = await expiresAt()
    await act()
    assert.equal(await expiresAt(), before, what)
  }
})

test('activity puts the end off, also when the timer has been set already', async () => {
  const { path, sessionId } = await api.open()
  await makeDue(sessionId, 'expires_at', 400)
  const requestId = await api.say(path, 'question 1')
  await untilAnswer(sessionId, requestId)
  // The next one to expire shows that the worker has been round.
  const other = await api.open()
  await makeDue(other.sessionId, 'expires_at', 500)
  await untilType(other.sessionId, 'session:expired')
  assert.equal((await api.get(path)).status, 200)
  assert.deepEqual(answersTo(of(sessionId, customer.receiver.received).map(({ event }) => event)), [
    requestId,
  ])
  const [row] = await run<{ later: boolean }>(
    db,
    `select check_at > now() + interval '1 hour' as later from sessions where session_id = $1`,
    [sessionId],
  )
  assert.equal(row?.later, true, 'the timer is set anew')
})

test('the end of a session is that of its integration: session_timeout', async () => {
  const short = await addCustomer({ after }, dragoman, { sessionTimeoutSeconds: 60 })
  const { path } = await short.api.open()
  const { body } = await short.api.get(path)
  assert.equal(Number(body['expires_at']) - Number(body['created_at']), 60_000)
})

test('the end that a session tells is its real one: by keep_alive while it is resolved, unless it expires before', async () => {
  const { path, sessionId } = await api.open()
  const expiresAt = async (): Promise<number> => Number((await api.get(path)).body['expires_at'])
  const open = await expiresAt()
  await api.post(`${path}/conversation/close`)
  const events = await untilType(sessionId, 'conversation:closed')
  assert.equal(await expiresAt(), (events[0]?.timestamp ?? 0) + 120_000)
  await api.post(`${path}/conversation/reopen`)
  assert.ok((await expiresAt()) >= open, 'the keep_alive counts no more')
  await api.post(`${path}/conversation/close`)
  await makeDue(sessionId, 'expires_at', 30_000)
  assert.ok((await expiresAt()) < open)
  const [row] = await run<{ ms: number }>(
    db,
    'select floor(extract(epoch from expires_at) * 1000)::float8 as ms from sessions where session_id = $1',
    [sessionId],
  )
  assert.equal(await expiresAt(), row?.ms)
})

test('a message to a resolved conversation reopens it, and the agent answers', async () => {
  const { path, sessionId } = await api.open()
  await api.post(`${path}/conversation/close`)
  assert.deepEqual(await stateOf(path), ['resolved', 'bot'])
  const requestId = await api.say(path, 'question 1')
  const events = await untilAnswer(sessionId, requestId)
  assert.deepEqual(typesOf(events), ['conversation:closed', 'conversation:reopened', 'message:brain_send'])
  assert.deepEqual(await stateOf(path), ['open', 'bot'])
})

test('a resolved conversation closes its session when keep_alive has passed: resolved', async () => {
  const brief = await addCustomer({ after }, dragoman, { keepAliveSeconds: 1 })
  const { path, sessionId } = await brief.api.open()
  await brief.api.post(`${path}/conversation/close`)
  const events = await untilType(sessionId, 'session:closed', brief)
  assert.deepEqual(typesOf(events), ['conversation:closed', 'session:closed'])
  const [closed, ended] = events
  assert.ok(ended?.event_type === 'session:closed')
  assert.equal(ended.reason, 'resolved')
  assert.equal(ended.caused_by, undefined)
  const lateMs = ended.timestamp - (closed?.timestamp ?? 0) - 1_000
  assert.ok(lateMs >= 0 && lateMs <= 2_000, `${lateMs} ms late`)
  assert.equal((await brief.api.get(path)).status, 404)
})

test('a reopened conversation is not closed by the keep_alive of before', async () => {
  const { path, sessionId } = await api.open()
  await api.post(`${path}/conversation/close`)
  await makeDue(sessionId, 'resolved_until', 400)
  await api.post(`${path}/conversation/reopen`)
  const other = await api.open()
  await api.post(`${other.path}/conversation/close`)
  await makeDue(other.sessionId, 'resolved_until', 500)
  await untilType(other.sessionId, 'session:closed')
  assert.deepEqual(await stateOf(path), ['open', 'bot'])
})

test('when session_timeout comes before the keep_alive is over, the session expires', async () => {
  const { path, sessionId } = await api.open()
  await api.post(`${path}/conversation/close`)
  await makeDue(sessionId, 'expires_at')
  assert.deepEqual(typesOf(await untilType(sessionId, 'session:expired')), [
    'conversation:closed',
    'session:expired',
  ])
})

test('a person of the customer owns what they wrote in: the agent is silent until the conversation closes', async () => {
  const { path, sessionId } = await api.open()
  const answered = await api.say(path, 'question 1')
  await untilAnswer(sessionId, answered)
  await api.post(`${path}/messages/agent`, words)
  assert.deepEqual(await stateOf(path), ['open', 'human'])
  await api.say(path, 'question 2')
  await api.say(path, 'question 3')
  await api.post(`${path}/conversation/close`)
  assert.deepEqual(await stateOf(path), ['resolved', 'bot'])
  const last = await api.say(path, 'question 4')
  const events = await untilAnswer(sessionId, last)
  assert.deepEqual(answersTo(events), [answered, last])
  assert.deepEqual(typesOf(events), [
    'message:brain_send',
    'conversation:member_leave',
    'conversation:member_join',
    'conversation:member_leave',
    'conversation:member_join',
    'conversation:closed',
    'conversation:reopened',
    'message:brain_send',
  ])
})

test('a second person takes over from the first, the same one again is no news', async () => {
  const { path, sessionId } = await api.open()
  for (const agent_id of ['ann', 'ann', 'bob', 'ann'])
    await api.post(`${path}/messages/agent`, { ...words, agent: { agent_id } })
  await api.post(`${path}/close`)
  const events = await untilType(sessionId, 'session:closed')
  assert.deepEqual(
    events.map((event) =>
      'member' in event ? `${event.event_type} ${event.member.name}` : event.event_type,
    ),
    [
      'conversation:member_leave Parrot',
      'conversation:member_join ann',
      'conversation:member_leave ann',
      'conversation:member_join bob',
      'conversation:member_leave bob',
      'conversation:member_join ann',
      'session:closed',
    ],
  )
})

test('while a person is awaited the agent is silent; what the user writes is kept', async () => {
  const { path, sessionId } = await api.open()
  await api.post(`${path}/handover`, { department: 'sales', reason: 'wants a discount' })
  assert.deepEqual(await stateOf(path), ['open', 'waiting'])
  await api.say(path, 'question 1')
  await api.post(`${path}/conversation/close`)
  const last = await api.say(path, 'question 2')
  const events = await untilAnswer(sessionId, last)
  assert.deepEqual(answersTo(events), [last])
  const messages = (await api.get(`${path}/messages`)).body['items'] as { author: string }[]
  assert.deepEqual(
    messages.map(({ author }) => author),
    ['user', 'user', 'brain'],
  )
})

test('without an agent a session waits for a person from the start, and nobody answers', async () => {
  const manned = await addCustomer({ after }, dragoman, { hasAgent: false })
  const { path, sessionId } = await manned.api.open()
  await manned.api.say(path, 'question 1')
  const { body } = await manned.api.get(path)
  assert.deepEqual([body['conversation'], body['owner']], ['open', 'waiting'])
  await manned.api.post(`${path}/messages/agent`, words)
  await manned.api.post(`${path}/conversation/close`)
  await manned.api.say(path, 'question 1')
  assert.equal((await manned.api.get(path)).body['owner'], 'waiting')
  await manned.api.post(`${path}/close`)
  assert.deepEqual(typesOf(await untilType(sessionId, 'session:closed', manned)), [
    'conversation:member_join',
    'conversation:member_leave',
    'conversation:closed',
    'conversation:reopened',
    'session:closed',
  ])
})

test('a conversation taken over while the agent thinks: exactly one speaks', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { path, sessionId } = await api.open()
    await Promise.all([api.say(path, 'question 1'), api.post(`${path}/messages/agent`, words)])
    await api.post(`${path}/close`)
    const events = await untilType(sessionId, 'session:closed')
    const types = typesOf(events)
    const answer = types.indexOf('message:brain_send')
    if (answer >= 0) assert.ok(answer < types.indexOf('conversation:member_leave'), types.join())
  }
})

test('what is closed stays closed: its last event is the last, whatever was still under way', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { path, sessionId } = await api.open()
    await Promise.all([
      api.post(`${path}/messages`, { input: { text: 'question 1' } }),
      api.post(`${path}/close`),
      api.post(`${path}/messages`, { input: { text: 'question 2' } }),
      api.post(`${path}/close`),
    ])
    const events = await untilType(sessionId, 'session:closed')
    assert.equal(typesOf(events).at(-1), 'session:closed')
  }
  const marker = await api.open()
  await untilAnswer(marker.sessionId, await api.say(marker.path, 'question 1'))
  const bySession = Map.groupBy(customer.receiver.received, ({ event }) => event.session_id)
  for (const received of bySession.values()) {
    const types = received.map(({ event }) => event.event_type)
    const end = types.findIndex((type) => type === 'session:closed' || type === 'session:expired')
    if (end >= 0) assert.equal(end, types.length - 1, types.join())
  }
})
