import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, test } from 'node:test'
import { verify, type WebhookEvent, WebhookVerificationError } from '@dragoman/sdk'
import type { SessionCall } from '../../src/deps.ts'
import { eventTypes, personActor } from '../../src/domain/event.ts'
import { handBackSession } from '../../src/usecases/hand-back-session.ts'
import { replyAtDesk } from '../../src/usecases/reply-at-desk.ts'
import { resolveAtDesk } from '../../src/usecases/resolve-at-desk.ts'
import { rotateSecret } from '../../src/usecases/rotate-secret.ts'
import { takeSession } from '../../src/usecases/take-session.ts'
import { addCustomer, type Customer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import type { Received } from '../support/receiver.ts'

/** What the webhook hears (spec 1.7): envelope, extra fields, signatures, numbers, causes. */
const dragoman = await testDragoman({ after }, { demo: false })
const { deps } = dragoman
const customer = await addCustomer({ after }, dragoman)
const { api } = customer

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/
const agent = { agent_id: 'ann', agent_name: 'Ann' }
const words = { input: { text: 'I am here.' }, agent }

const of = (sessionId: string, list: readonly Received[]): Received[] =>
  list.filter(({ event }) => event.session_id === sessionId)

/** The session's events, as soon as there are so many. */
const untilEvents = async (one: Customer, sessionId: string, count: number): Promise<WebhookEvent[]> => {
  const accepted = await one.receiver.until((all) => of(sessionId, all).length >= count)
  return of(sessionId, accepted).map(({ event }) => event)
}

/** ... as soon as this type has come. */
const untilType = async (one: Customer, sessionId: string, type: string): Promise<WebhookEvent[]> => {
  const accepted = await one.receiver.until((all) =>
    of(sessionId, all).some(({ event }) => event.event_type === type),
  )
  return of(sessionId, accepted).map(({ event }) => event)
}

const typesOf = (events: readonly WebhookEvent[]): string[] => events.map((event) => event.event_type)

const callOn = async (one: Customer, sessionId: string): Promise<SessionCall> => {
  const settings = await deps.settings.of(one.integrationId)
  assert.ok(settings)
  return { requestId: deps.newId(), settings, sessionId }
}

test('an answer has the whole envelope, in order, and the fields of its type', async () => {
  const { path, sessionId } = await api.open({
    external_session_id: 'chat-session-001',
    channel_user_id: 'user-12345',
    context: { source_page: 'pricing' },
  })
  const before = Date.now()
  const requestId = await api.say(path, 'question 1')
  const [event] = await untilEvents(customer, sessionId, 1)
  assert.ok(event?.event_type === 'message:brain_send')
  assert.deepEqual(Object.keys(event), [
    ...[
      'event_type',
      'request_id',
      'session_id',
      'external_session_id',
      'integration_id',
      'desk_id',
      'context',
    ],
    ...['timestamp', 'event_id', 'sequence', 'output', 'message_id', 'in_reply_to'],
  ])
  assert.match(event.request_id, uuid)
  assert.match(event.event_id, uuid)
  assert.match(event.message_id, uuid)
  assert.notEqual(event.request_id, requestId)
  assert.deepEqual(
    {
      session: event.session_id,
      external: event.external_session_id,
      integration: event.integration_id,
      desk: event.desk_id,
      sequence: event.sequence,
      inReplyTo: event.in_reply_to,
      output: event.output,
    },
    {
      session: sessionId,
      external: 'chat-session-001',
      integration: customer.integrationId,
      desk: customer.environmentId,
      sequence: 1,
      inReplyTo: requestId,
      output: { responses: [{ type: 'text', text: 'answer 1' }] },
    },
  )
  assert.equal(event.context?.['source_page'], 'pricing')
  assert.deepEqual(event.context, (await api.get(path)).body['context'])
  assert.ok(Number.isInteger(event.timestamp) && event.timestamp >= before - 1_000)
})

test('without an external_session_id the field is not there, not null', async () => {
  const { path, sessionId } = await api.open()
  await api.say(path, 'question 1')
  const [event] = await untilEvents(customer, sessionId, 1)
  assert.equal(Object.hasOwn(event ?? {}, 'external_session_id'), false)
})

/** Both signatures as the wire describes them, made here from nothing but node:crypto. */
const signaturesByHand = ({ body, headers }: Received, secret: string) => {
  const hmac = (key: string | Buffer, content: string) => createHmac('sha256', key).update(content, 'utf8')
  const standardKey = secret.startsWith('whsec_')
    ? Buffer.from(secret.slice(6), 'base64')
    : Buffer.from(secret, 'utf8')
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  return {
    moveo: hmac(secret, body).digest('hex'),
    standard: `v1,${hmac(standardKey, content).digest('base64')}`,
  }
}

const answered = async (one: Customer): Promise<Received> => {
  const { path, sessionId } = await one.api.open({ external_session_id: 'Ελληνικά 🦜' })
  await one.api.say(path, 'question 1')
  const [received] = of(sessionId, await one.receiver.until((all) => of(sessionId, all).length > 0))
  assert.ok(received)
  return received
}

test('both signatures hold over the raw body, checked by hand and with the SDK, for every kind of secret', async () => {
  for (const webhookSecret of [
    undefined,
    'a secret of my own, ü',
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  ]) {
    const one = await addCustomer({ after }, dragoman, webhookSecret === undefined ? {} : { webhookSecret })
    const received = await answered(one)
    const { headers, body, event } = received
    const byHand = signaturesByHand(received, one.secret)
    assert.equal(headers['x-moveo-signature'], byHand.moveo)
    assert.equal(headers['webhook-signature'], byHand.standard)
    assert.equal(headers['webhook-id'], event.event_id)
    assert.match(String(headers['webhook-timestamp']), /^\d{10}$/)
    assert.equal(headers['content-type'], 'application/json')
    assert.deepEqual(await verify(body, headers, one.secret), event)
    const moveoOnly = { 'x-moveo-signature': headers['x-moveo-signature'] }
    assert.deepEqual(await verify(body, moveoOnly, one.secret), event)
    await assert.rejects(verify(body, headers, 'another secret'), WebhookVerificationError)
    await assert.rejects(verify(`${body} `, headers, one.secret), WebhookVerificationError)
    await assert.rejects(
      verify(body.replace('answer', 'Answer'), moveoOnly, one.secret),
      WebhookVerificationError,
    )
  }
})

test('while a secret is rotated both live ones sign, X-Moveo-Signature with the older until the switch', async () => {
  const one = await addCustomer({ after }, dragoman)
  const { webhookSecret } = await rotateSecret(deps, one.integrationId, { finish: false })
  assert.ok(webhookSecret)
  const during = await answered(one)
  const [older, newer] = [one.secret, webhookSecret].map((secret) => signaturesByHand(during, secret))
  assert.equal(during.headers['x-moveo-signature'], older?.moveo)
  assert.equal(during.headers['webhook-signature'], `${older?.standard} ${newer?.standard}`)
  for (const secret of [one.secret, webhookSecret]) await verify(during.body, during.headers, secret)
  await rotateSecret(deps, one.integrationId, { finish: true })
  const later = await answered(one)
  assert.equal(later.headers['x-moveo-signature'], signaturesByHand(later, webhookSecret).moveo)
  await assert.rejects(verify(later.body, later.headers, one.secret), WebhookVerificationError)
})

/** A whole life with every kind of event that the channel itself can cause. */
const live = async (one: Customer): Promise<{ sessionId: string; causes: Map<string, string> }> => {
  const { path, sessionId } = await one.api.open()
  const causes = new Map<string, string>()
  const call = async (name: string, where: string, body?: unknown): Promise<void> => {
    const answer = await one.api.post(path + where, body)
    assert.ok(answer.status < 300, `${where} ${answer.text}`)
    causes.set(String(answer.body['request_id']), name)
  }
  const firstId = await one.api.say(path, 'question 1')
  await untilLog(one, (log) => log.some((event) => 'in_reply_to' in event && event.in_reply_to === firstId))
  await call('delivered', '/messages/delivered')
  await call('read', '/messages/read')
  await call('handover', '/handover', { department: 'sales', reason: 'wants a discount' })
  await call('person', '/messages/agent', words)
  await call('close', '/conversation/close')
  await call('reopen', '/conversation/reopen')
  await call('close again', '/conversation/close')
  const answer = await one.api.post(`${path}/messages`, { input: { text: 'question 2' } })
  causes.set(String(answer.body['request_id']), 'user')
  await untilLog(one, (log) =>
    log.some((event) => 'in_reply_to' in event && event.in_reply_to === answer.body['request_id']),
  )
  await call('close session', '/close', { reason: 'the window was closed' })
  return { sessionId, causes }
}

/** The integration's own log is the other reader of the same events. */
const untilLog = async (
  one: Customer,
  is: (log: readonly WebhookEvent[]) => boolean,
): Promise<readonly WebhookEvent[]> => {
  for (;;) {
    const log = (await one.api.get('/events?limit=200')).body['items'] as WebhookEvent[]
    if (is(log)) return log
  }
}

test('a life as the webhook hears it: each event in its place, with its cause and its own fields', async () => {
  const one = await addCustomer({ after }, dragoman)
  const { sessionId, causes } = await live(one)
  const events = await untilType(one, sessionId, 'session:closed')
  const user = events[1] && 'by' in events[1] ? events[1].by : undefined
  assert.match(user?.id ?? '', uuid)
  const brain = { type: 'brain', id: one.agentId, name: 'Parrot' }
  const person = { type: 'agent', id: 'ann', name: 'Ann' }
  const envelope = new Set([
    ...['request_id', 'session_id', 'integration_id', 'desk_id', 'context', 'timestamp', 'event_id'],
    ...['sequence', 'caused_by', 'message_id', 'in_reply_to', 'output', 'message_ids'],
  ])
  const shown = events.map((event) => ({
    cause: event.caused_by === undefined ? undefined : causes.get(event.caused_by),
    ...Object.fromEntries(Object.entries(event).filter(([key]) => !envelope.has(key))),
  }))
  assert.deepEqual(shown, [
    { cause: undefined, event_type: 'message:brain_send' },
    { cause: 'delivered', event_type: 'message:delivered', by: { type: 'user', id: user?.id } },
    { cause: 'read', event_type: 'message:read', by: { type: 'user', id: user?.id } },
    {
      ...{ cause: 'handover', event_type: 'conversation:member_leave', member: brain },
      ...{ department: 'sales', reason: 'wants a discount' },
    },
    { cause: 'person', event_type: 'conversation:member_join', member: person },
    { cause: 'close', event_type: 'conversation:member_leave', member: person },
    { cause: 'close', event_type: 'conversation:member_join', member: brain },
    { cause: 'close', event_type: 'conversation:closed', by: { type: 'api' } },
    { cause: 'reopen', event_type: 'conversation:reopened', by: { type: 'api' } },
    { cause: 'close again', event_type: 'conversation:closed', by: { type: 'api' } },
    { cause: 'user', event_type: 'conversation:reopened', by: { type: 'user', id: user?.id } },
    { cause: undefined, event_type: 'message:brain_send' },
    {
      ...{ cause: 'close session', event_type: 'session:closed', reason: 'api' },
      note: 'the window was closed',
    },
  ])
  for (const event of events) {
    if (event.caused_by !== undefined) assert.equal(event.request_id, event.caused_by)
    assert.match(event.event_id, uuid)
    assert.ok(Number.isInteger(event.timestamp))
  }
  assert.equal(new Set(events.map((event) => event.event_id)).size, events.length)
  const times = events.map((event) => event.timestamp)
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  )
  const [sent, ...marks] = events.slice(0, 3)
  assert.ok(sent?.event_type === 'message:brain_send')
  for (const mark of marks) assert.deepEqual('message_ids' in mark && mark.message_ids, [sent.message_id])
})

const numbersOf = (events: readonly WebhookEvent[]): unknown[] =>
  events.map((event) => ('sequence' in event ? event.sequence : undefined))

test('the numbers of a session have no gap, whatever the integration subscribed to', async () => {
  const subscriptions: string[][] = [
    [],
    ['message:brain_send', 'session:closed'],
    ['conversation:member_join', 'conversation:member_leave', 'session:closed'],
    ['session:closed'],
    ['conversation:reopened', 'message:read', 'session:expired'],
  ]
  for (const subscribedEvents of subscriptions) {
    const one = await addCustomer({ after }, dragoman, { subscribedEvents })
    const { path, sessionId } = await one.api.open()
    const firstId = await one.api.say(path, 'question 1')
    if (subscribedEvents.length === 0 || subscribedEvents.includes('message:brain_send'))
      await untilLog(one, (log) =>
        log.some((event) => 'in_reply_to' in event && event.in_reply_to === firstId),
      )
    for (const move of [
      '/messages/read',
      '/handover',
      '/conversation/close',
      '/conversation/reopen',
      '/close',
    ])
      await one.api.post(path + move)
    const log = (await one.api.get('/events')).body['items'] as WebhookEvent[]
    const events = await untilEvents(one, sessionId, log.length)
    assert.deepEqual(
      numbersOf(events),
      log.map((_, index) => index + 1),
    )
    assert.deepEqual(events, log)
    for (const type of typesOf(events))
      assert.ok(subscribedEvents.length === 0 || subscribedEvents.includes(type), type)
    assert.ok(log.length > 0)
  }
})

test('every session counts for itself', async () => {
  const one = await addCustomer({ after }, dragoman)
  const sessions = await Promise.all([one.api.open(), one.api.open(), one.api.open()])
  await Promise.all(sessions.map(({ path }) => one.api.say(path, 'question 1')))
  for (const { sessionId } of sessions) assert.deepEqual(numbersOf(await untilEvents(one, sessionId, 1)), [1])
})

test('a person of the desk takes over, writes, gives back: who speaks is told, and what they say is sent', async () => {
  const { path, sessionId } = await api.open()
  await takeSession(deps, await callOn(customer, sessionId), { agent_id: 'dora', agent_name: 'Dora' })
  const image = { type: 'image', mime_type: 'image/png', url: 'https://example.com/a.png' } as const
  const sent = await replyAtDesk(deps, await callOn(customer, sessionId), {
    agent: { agent_id: 'dora', agent_name: 'Dora' },
    input: { text: 'Hello, Dora here.', attachments: [image] },
  })
  await api.say(path, 'question 1')
  await handBackSession(deps, await callOn(customer, sessionId))
  const lastId = await api.say(path, 'question 2')
  const events = await untilType(customer, sessionId, 'message:brain_send')
  assert.deepEqual(typesOf(events), [
    'conversation:member_leave',
    'conversation:member_join',
    'message:send',
    'conversation:member_leave',
    'conversation:member_join',
    'message:brain_send',
  ])
  assert.deepEqual(numbersOf(events), [1, 2, 3, 4, 5, 6])
  const [, join, message, leave, back, answer] = events
  const dora = { type: 'agent', id: 'dora', name: 'Dora' }
  assert.deepEqual(
    [join, leave].map((event) => event && 'member' in event && event.member),
    [dora, dora],
  )
  assert.deepEqual(back && 'member' in back && back.member.type, 'brain')
  assert.ok(message?.event_type === 'message:send')
  assert.deepEqual(
    [message.message_id, message.message, message.agent, message.caused_by],
    [
      sent.message_id,
      { text: 'Hello, Dora here.', attachments: [image] },
      { agent_id: 'dora', agent_name: 'Dora' },
      undefined,
    ],
  )
  assert.equal(answer && 'in_reply_to' in answer && answer.in_reply_to, lastId)
})

test('a person of the desk without a name goes by their id wherever an event names them', async () => {
  for (const agent of [{ agent_id: 'dora' }, { agent_id: 'dora', agent_name: '' }]) {
    const { sessionId } = await api.open()
    const call = await callOn(customer, sessionId)
    await replyAtDesk(deps, call, { agent, input: { text: 'Hello.' } })
    const [, join, message] = await untilType(customer, sessionId, 'message:send')
    assert.ok(join?.event_type === 'conversation:member_join' && message?.event_type === 'message:send')
    assert.equal(join.member.name, 'dora')
    assert.deepEqual(message.agent, { agent_id: 'dora', agent_name: 'dora' })
    await resolveAtDesk(deps, call, { by: personActor(agent) })
    const closed = (await untilType(customer, sessionId, 'conversation:closed')).at(-1)
    assert.ok(closed?.event_type === 'conversation:closed')
    assert.deepEqual(closed.by, { type: 'agent', id: 'dora' })
  }
})

test('the agent itself may hand over or close, and says so after its answer', async () => {
  const handed = await api.open()
  await api.say(handed.path, 'handover')
  const first = await untilEvents(customer, handed.sessionId, 2)
  assert.deepEqual(typesOf(first), ['message:brain_send', 'conversation:member_leave'])
  assert.deepEqual(
    first.map((event) => event.caused_by),
    [undefined, undefined],
  )
  assert.ok(first[0]?.event_type === 'message:brain_send')
  assert.deepEqual(first[0].output.responses, [{ type: 'text', text: 'One moment.' }, { type: 'handover' }])
  assert.equal(first[0].request_id, first[1]?.request_id)
  const closed = await api.open()
  await api.say(closed.path, 'close')
  const second = await untilEvents(customer, closed.sessionId, 2)
  assert.deepEqual(typesOf(second), ['message:brain_send', 'conversation:closed'])
  assert.deepEqual(second[1] && 'by' in second[1] && second[1].by, {
    type: 'brain',
    id: customer.agentId,
    name: 'Parrot',
  })
})

test('the context in an event is the context as the event left it', async () => {
  const { path, sessionId } = await api.open()
  await api.say(path, 'variable')
  await api.say(path, 'tag')
  await untilLog(customer, (log) => log.some((event) => event.session_id === sessionId))
  await api.patch(`${path}/context`, { context: { page: 2 } })
  await api.post(`${path}/handover`)
  const events = await untilType(customer, sessionId, 'conversation:member_leave')
  assert.equal(events[0]?.context?.['plan'], 'Starter')
  assert.equal(events.at(-1)?.context?.['page'], 2)
  assert.ok(!Object.keys(events[0]?.context ?? {}).some((key) => key.startsWith('sys-')))
})

test('marks tell only of what is new, and of nobody else’s messages', async () => {
  const { path, sessionId } = await api.open()
  for (const question of ['question 1', 'question 2']) await api.say(path, question)
  const sent = await untilEvents(customer, sessionId, 2)
  const ids = sent.map((event) => ('message_id' in event ? event.message_id : ''))
  await api.post(`${path}/messages/read`, { message_ids: [ids[1], ids[1]] })
  await api.post(`${path}/messages/read`, { message_ids: [ids[1]] })
  await api.post(`${path}/messages/read`)
  await api.post(`${path}/messages/read`)
  await api.post(`${path}/messages/delivered`)
  await api.post(`${path}/close`)
  const marks = (await untilType(customer, sessionId, 'session:closed')).slice(2, -1)
  assert.deepEqual(
    marks.map((event) => [event.event_type, 'message_ids' in event ? event.message_ids : []]),
    [
      ['message:read', [ids[1]]],
      ['message:read', [ids[0]]],
    ],
    'what is read is delivered too',
  )
})

test('marks name a message in capitals or not', async () => {
  const { path, sessionId } = await api.open()
  await api.say(path, 'question 1')
  const [sent] = await untilEvents(customer, sessionId, 1)
  assert.ok(sent?.event_type === 'message:brain_send')
  const answer = await api.post(`${path}/messages/read`, { message_ids: [sent.message_id.toUpperCase()] })
  assert.equal(answer.status, 200, answer.text)
  const events = await untilType(customer, sessionId, 'message:read')
  assert.deepEqual(events[1] && 'message_ids' in events[1] && events[1].message_ids, [sent.message_id])
})

test('typing is told with a body like the others but no number, tried once, and kept nowhere', async () => {
  const one = await addCustomer({ after }, dragoman)
  // Typing is refused for ever, the answer three times: by the time it gets through, a retry would have come.
  one.receiver.behave(({ event }, attempt) =>
    event.event_type === 'message:compose' || attempt < 4 ? 500 : 200,
  )
  const { path, sessionId } = await one.api.open({ external_session_id: 'thread' })
  const typed = await one.api.post(`${path}/messages/compose`, { action: 'start' })
  await one.receiver.untilReceived((all) => all.length > 0)
  await one.api.say(path, 'question 1')
  await untilEvents(one, sessionId, 1)
  const composes = one.receiver.received.filter(({ event }) => event.event_type === 'message:compose')
  assert.equal(composes.length, 1)
  const { event, headers, body } = composes[0] ?? assert.fail()
  assert.deepEqual(
    { ...event, event_id: '', timestamp: 0, context: undefined },
    {
      event_type: 'message:compose',
      request_id: typed.body['request_id'],
      session_id: sessionId,
      external_session_id: 'thread',
      integration_id: one.integrationId,
      desk_id: one.environmentId,
      context: undefined,
      timestamp: 0,
      event_id: '',
      caused_by: typed.body['request_id'],
      action: 'start',
      author: 'user',
    },
  )
  assert.deepEqual(await verify(body, headers, one.secret), event)
  const log = (await one.api.get('/events')).body['items'] as WebhookEvent[]
  assert.deepEqual(typesOf(log), ['message:brain_send'])
  assert.deepEqual(numbersOf(log), [1])
})

test('typing is the person’s while a person of the customer owns the conversation, and is not told unasked', async () => {
  const { path, sessionId } = await api.open()
  await api.post(`${path}/messages/agent`, words)
  await api.post(`${path}/messages/compose`, { action: 'stop' })
  const events = await untilType(customer, sessionId, 'message:compose')
  const compose = events.find((event) => event.event_type === 'message:compose')
  assert.deepEqual([compose?.action, compose?.author, compose?.agent], ['stop', 'agent', agent])

  const deaf = await addCustomer({ after }, dragoman, { subscribedEvents: ['message:brain_send'] })
  const session = await deaf.api.open()
  await deaf.api.post(`${session.path}/messages/compose`, { action: 'start' })
  await deaf.api.say(session.path, 'question 1')
  await untilEvents(deaf, session.sessionId, 1)
  assert.deepEqual(typesOf(deaf.receiver.received.map(({ event }) => event)), ['message:brain_send'])
})

test('a retry is the same event: same id, same body, to the byte', async () => {
  const one = await addCustomer({ after }, dragoman)
  one.receiver.behave((_, attempt) => (attempt < 3 ? 503 : 200))
  const { path, sessionId } = await one.api.open()
  await one.api.say(path, 'question 1')
  await untilEvents(one, sessionId, 1)
  const { received } = one.receiver
  assert.equal(received.length, 3)
  assert.equal(new Set(received.map(({ body }) => body)).size, 1)
  assert.equal(new Set(received.map(({ headers }) => headers['webhook-id'])).size, 1)
  for (const { body, headers } of received) await verify(body, headers, one.secret)
})

test('the event types are the eleven of the wire', () => {
  assert.deepEqual([...eventTypes].sort(), [
    'conversation:closed',
    'conversation:member_join',
    'conversation:member_leave',
    'conversation:reopened',
    'message:brain_send',
    'message:compose',
    'message:delivered',
    'message:read',
    'message:send',
    'session:closed',
    'session:expired',
  ])
})
