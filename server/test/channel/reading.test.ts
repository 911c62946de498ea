import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { WebhookEvent } from '@dragoman/sdk'
import { createKey } from '../../src/usecases/create-key.ts'
import { revokeKey } from '../../src/usecases/revoke-key.ts'
import type { ApiAnswer } from '../support/api.ts'
import { addCustomer, type Customer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { type EventReader, readEvents, type StreamMessage } from '../support/event-stream.ts'
import { run } from '../support/sql.ts'

/** The read side (spec 1.3, additions): a session's stream of events, the integration's log, the messages in pages. */
const dragoman = await testDragoman({ after }, { demo: false })
const customer = await addCustomer({ after }, dragoman)
const { api, receiver } = customer

const stream = (
  sessionPath: string,
  options: { query?: string; headers?: Record<string, string>; one?: Customer; url?: string } = {},
): Promise<EventReader> => {
  const { integrationId, key } = options.one ?? customer
  return readEvents(
    `${options.url ?? dragoman.url}/v1/custom/${integrationId}${sessionPath}/events${options.query ?? ''}`,
    { authorization: `apikey ${key}`, ...options.headers },
  )
}

const bodiesOf = (sessionId: string): string[] =>
  receiver.accepted.filter(({ event }) => event.session_id === sessionId).map(({ body }) => body)

const typeOf = (message: StreamMessage | undefined): string | undefined => message?.event

/** So many events, each of a call of its own. */
const cause = async (path: string, count: number): Promise<void> => {
  for (let done = 0; done < count; done += 1)
    await api.post(`${path}/conversation/${done % 2 === 0 ? 'close' : 'reopen'}`)
}

test('a stream has what happened and then what happens, byte for byte what the webhook gets, and ends with the session', async () => {
  const { path, sessionId } = await api.open({ context: { line: 'one\ntwo', emoji: '🦜' } })
  await cause(path, 2)
  const reader = await stream(path)
  assert.equal(reader.status, 200)
  assert.match(reader.headers.get('content-type') ?? '', /^text\/event-stream/)
  assert.match(reader.headers.get('cache-control') ?? '', /no-cache/)
  assert.match(reader.headers.get('x-request-id') ?? '', /^[\da-f-]{36}$/)
  const messages = [await reader.next(), await reader.next()]
  await api.say(path, 'question 1')
  messages.push(await reader.next())
  await api.post(`${path}/close`)
  messages.push(...(await reader.rest()))
  assert.deepEqual(messages.map(typeOf), [
    'conversation:closed',
    'conversation:reopened',
    'message:brain_send',
    'session:closed',
  ])
  assert.deepEqual(
    messages.map((message) => message?.id),
    ['1', '2', '3', '4'],
  )
  await receiver.until(() => bodiesOf(sessionId).length === 4)
  assert.deepEqual(
    messages.map((message) => message?.data),
    bodiesOf(sessionId),
  )
})

test('a stream ends when its session expires', async () => {
  const { path, sessionId } = await api.open()
  const reader = await stream(path)
  await run(
    dragoman.deps.db,
    'update sessions set expires_at = clock_timestamp(), check_at = clock_timestamp() where session_id = $1',
    [sessionId],
  )
  assert.deepEqual((await reader.rest()).map(typeOf), ['session:expired'])
})

test('who comes back with Last-Event-ID misses nothing and gets nothing twice', async () => {
  const { path } = await api.open()
  await cause(path, 6)
  for (const [last, expected] of [
    ['0', ['1', '2', '3', '4', '5', '6', '7']],
    ['3', ['4', '5', '6', '7']],
    ['6', ['7']],
  ] as const) {
    const reader = await stream(path, { headers: { 'last-event-id': last } })
    const got: (string | undefined)[] = []
    while (got.length < expected.filter((id) => id !== '7').length) got.push((await reader.next())?.id)
    assert.deepEqual(
      got,
      expected.filter((id) => id !== '7'),
    )
    await reader.leave()
  }
  const [resumed, byQuery] = [
    await stream(path, { headers: { 'last-event-id': '5' } }),
    await stream(path, { query: '?after=5' }),
  ]
  await api.post(`${path}/close`)
  for (const reader of [resumed, byQuery])
    assert.deepEqual(
      (await reader.rest()).map(({ id }) => id),
      ['6', '7'],
    )
})

test('a browser that reconnects to a URL with ?after= goes on where it was, by Last-Event-ID', async () => {
  const { path } = await api.open()
  await cause(path, 4)
  const reader = await stream(path, { query: '?after=1', headers: { 'last-event-id': '3' } })
  assert.equal((await reader.next())?.id, '4')
  await reader.leave()
})

test('a Last-Event-ID that is no number of ours starts from the first event', async () => {
  const { path } = await api.open()
  await cause(path, 1)
  for (const id of ['', 'x', '-1', '1e9', '99999999999999999999']) {
    const reader = await stream(path, { headers: { 'last-event-id': id } })
    assert.equal((await reader.next())?.id, '1', id)
    await reader.leave()
  }
})

test('who only asks for the head of a stream gets it and is done', async () => {
  const { path } = await api.open()
  const answer = await api.send({ method: 'HEAD', path: `${path}/events` })
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/)
})

test('a long history comes whole and in order', async () => {
  const { path } = await api.open()
  await cause(path, 230)
  const reader = await stream(path)
  await api.post(`${path}/close`)
  assert.deepEqual(
    (await reader.rest()).map(({ id }) => Number(id)),
    Array.from({ length: 231 }, (_, index) => index + 1),
  )
})

test('typing comes without an id, so it is never resumed after', async () => {
  const { path } = await api.open()
  await cause(path, 1)
  const reader = await stream(path)
  assert.equal((await reader.next())?.id, '1')
  await api.post(`${path}/messages/compose`, { action: 'start' })
  const message = await reader.next()
  assert.deepEqual([message?.event, message?.id], ['message:compose', undefined])
  const event = JSON.parse(message?.data ?? '') as WebhookEvent
  assert.ok(event.event_type === 'message:compose' && event.action === 'start')
  await api.post(`${path}/close`)
  assert.deepEqual((await reader.rest()).map(typeOf), ['session:closed'])
})

test('a stream has its own session only, and one reader that leaves disturbs no other', async () => {
  const [one, two] = [await api.open(), await api.open()]
  const [reader, leaving] = [await stream(one.path), await stream(one.path)]
  await cause(two.path, 2)
  await api.post(`${two.path}/messages/compose`, { action: 'start' })
  await leaving.leave()
  await cause(one.path, 1)
  await api.post(`${one.path}/close`)
  const messages = await reader.rest()
  assert.deepEqual(messages.map(typeOf), ['conversation:closed', 'session:closed'])
  for (const { data } of messages) assert.equal(JSON.parse(data).session_id, one.sessionId)
})

test('a stream has what the integration subscribed to and nothing else', async () => {
  const picky = await addCustomer({ after }, dragoman, {
    subscribedEvents: ['message:brain_send', 'session:closed'],
  })
  const { path } = await picky.api.open()
  const reader = await stream(path, { one: picky })
  await picky.api.post(`${path}/messages/compose`, { action: 'start' })
  await picky.api.post(`${path}/handover`)
  await picky.api.post(`${path}/close`)
  assert.deepEqual(
    (await reader.rest()).map(({ event, id }) => [event, id]),
    [['session:closed', '1']],
  )
})

test('a stream ends when its key is revoked, and has nothing of what happens after that', async () => {
  const { path } = await api.open()
  const { apiKey, keyId } = await createKey(dragoman.deps, customer.integrationId, 'second')
  const reader = await stream(path, { headers: { authorization: `apikey ${apiKey}` } })
  await cause(path, 1)
  assert.equal(typeOf(await reader.next()), 'conversation:closed')
  await revokeKey(dragoman.deps, customer.integrationId, keyId)
  await api.post(`${path}/close`)
  assert.deepEqual(await reader.rest(), [])
})

test('a stream on another process hears what this one does, typing too', async () => {
  const elsewhere = await testDragoman(
    { after },
    { demo: false, databaseUrl: dragoman.deps.db.url, roles: new Set(['http']) },
  )
  const { path } = await api.open()
  const reader = await stream(path, { url: elsewhere.url })
  await cause(path, 1)
  assert.equal((await reader.next())?.event, 'conversation:closed')
  await api.post(`${path}/messages/compose`, { action: 'start' })
  assert.equal((await reader.next())?.event, 'message:compose')
  await api.post(`${path}/close`)
  assert.deepEqual((await reader.rest()).map(typeOf), ['session:closed'])
})

test('a server that stops ends its streams and does not wait for their readers', async () => {
  const stopping = await testDragoman(
    { after },
    { demo: false, databaseUrl: dragoman.deps.db.url, roles: new Set(['http']) },
  )
  const { path } = await api.open()
  const reader = await stream(path, { url: stopping.url })
  await cause(path, 1)
  assert.equal((await reader.next())?.id, '1')
  const [rest] = await Promise.all([reader.rest(), stopping.stop()])
  assert.deepEqual(rest, [])
})

const eventsOf = (answer: ApiAnswer): WebhookEvent[] => answer.body['items'] as WebhookEvent[]

test('the log has all events of the integration in order, in pages, and the end of one is the start of the next', async () => {
  const one = await addCustomer({ after }, dragoman)
  const empty = await one.api.get('/events')
  assert.deepEqual([empty.body['items'], empty.body['next'], empty.body['has_more']], [[], null, false])
  assert.deepEqual(Object.keys(empty.body), ['request_id', 'items', 'next', 'has_more'])
  const sessions = await Promise.all([one.api.open(), one.api.open(), one.api.open()])
  for (const move of ['conversation/close', 'conversation/reopen', 'handover', 'close'])
    await Promise.all(sessions.map(({ path }) => one.api.post(`${path}/${move}`)))
  const all = await one.api.get('/events?limit=200')
  assert.equal(eventsOf(all).length, 12)
  assert.equal(all.body['has_more'], false)
  const pages: WebhookEvent[] = []
  let cursor = ''
  for (let page = 0; page < 3; page += 1) {
    const answer = await one.api.get(`/events?limit=5${cursor}`)
    assert.equal(answer.body['has_more'], page < 2)
    assert.equal(eventsOf(answer).length, page < 2 ? 5 : 2)
    pages.push(...eventsOf(answer))
    cursor = `&after=${String(answer.body['next'])}`
  }
  assert.deepEqual(pages, eventsOf(all))
  const caughtUp = await one.api.get(`/events?limit=5${cursor}`)
  assert.deepEqual([caughtUp.body['items'], `&after=${String(caughtUp.body['next'])}`], [[], cursor])
  const fresh = await one.api.open()
  await one.api.post(`${fresh.path}/close`)
  assert.deepEqual(
    eventsOf(await one.api.get(`/events?limit=5${cursor}`)).map((event) => event.session_id),
    [fresh.sessionId],
  )
  const received = await one.receiver.until((list) => list.length === 13)
  for (const { sessionId } of [...sessions, fresh])
    assert.deepEqual(
      [...pages, ...eventsOf(await one.api.get(`/events?limit=5${cursor}`))].filter(
        (event) => event.session_id === sessionId,
      ),
      received.map(({ event }) => event).filter((event) => event.session_id === sessionId),
    )
})

test('the log of one integration has nothing of another', async () => {
  const other = await addCustomer({ after }, dragoman)
  const { path } = await api.open()
  await api.post(`${path}/close`)
  assert.deepEqual(eventsOf(await other.api.get('/events')), [])
})

test('who reads the log while it is written skips nothing and gets nothing twice', async () => {
  const one = await addCustomer({ after }, dragoman)
  const elsewhere = await testDragoman(
    { after },
    { demo: false, databaseUrl: dragoman.deps.db.url, roles: new Set(['http', 'worker']) },
  )
  const sessions = await Promise.all(Array.from({ length: 8 }, () => one.api.open()))
  let isWriting = true
  const writing = Promise.all(
    sessions.map(async ({ path }, index) => {
      const baseUrl = index % 2 === 0 ? dragoman.url : elsewhere.url
      for (let round = 0; round < 15; round += 1)
        await fetch(
          `${baseUrl}/v1/custom/${one.integrationId}${path}/conversation/${round % 2 ? 'reopen' : 'close'}`,
          {
            method: 'POST',
            headers: { authorization: `apikey ${one.key}` },
          },
        )
    }),
  ).finally(() => {
    isWriting = false
  })
  const read: WebhookEvent[] = []
  let cursor = '0'
  for (let wasWriting = true; wasWriting; ) {
    wasWriting = isWriting
    const answer = await one.api.get(`/events?limit=7&after=${cursor}`)
    read.push(...eventsOf(answer))
    cursor = String(answer.body['next'] ?? cursor)
    wasWriting ||= answer.body['has_more'] === true
  }
  await writing
  assert.equal(read.length, 8 * 15)
  assert.equal(new Set(read.map((event) => event.event_id)).size, 8 * 15)
  for (const { sessionId } of sessions)
    assert.deepEqual(
      read
        .filter((event) => event.session_id === sessionId)
        .map((event) => 'sequence' in event && event.sequence),
      Array.from({ length: 15 }, (_, index) => index + 1),
    )
})

test('messages come in pages, oldest first, and what is said later follows', async () => {
  const { path } = await api.open()
  await api.post(`${path}/handover`)
  for (let count = 1; count <= 5; count += 1) await api.say(path, `message ${count}`)
  const textsOf = (answer: ApiAnswer): unknown[] =>
    (answer.body['items'] as { message: { text: string } }[]).map(({ message }) => message.text)
  const first = await api.get(`${path}/messages?limit=2`)
  assert.deepEqual([textsOf(first), first.body['has_more']], [['message 1', 'message 2'], true])
  const second = await api.get(`${path}/messages?limit=3&after=${String(first.body['next'])}`)
  assert.deepEqual(
    [textsOf(second), second.body['has_more']],
    [['message 3', 'message 4', 'message 5'], false],
  )
  const end = await api.get(`${path}/messages?after=${String(second.body['next'])}`)
  assert.deepEqual([textsOf(end), end.body['next'], end.body['has_more']], [[], second.body['next'], false])
  await api.say(path, 'message 6')
  assert.deepEqual(textsOf(await api.get(`${path}/messages?after=${String(end.body['next'])}`)), [
    'message 6',
  ])
  const empty = await api.get(`${(await api.open()).path}/messages`)
  assert.deepEqual([empty.body['items'], empty.body['next'], empty.body['has_more']], [[], null, false])
})

test('messages bear when they were delivered and read', async () => {
  const { path, sessionId } = await api.open()
  await api.say(path, 'question 1')
  await receiver.until(() => bodiesOf(sessionId).length === 1)
  const marksOf = async (): Promise<unknown[]> => {
    const [user, brain] = (await api.get(`${path}/messages`)).body['items'] as Record<string, unknown>[]
    for (const key of ['delivered_at', 'read_at']) assert.equal(user?.[key], undefined)
    return [Number.isInteger(brain?.['delivered_at']), Number.isInteger(brain?.['read_at'])]
  }
  assert.deepEqual(await marksOf(), [false, false])
  await api.post(`${path}/messages/delivered`)
  assert.deepEqual(await marksOf(), [true, false])
  await api.post(`${path}/messages/read`)
  assert.deepEqual(await marksOf(), [true, true])
})
