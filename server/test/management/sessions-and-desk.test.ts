import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { addCustomer, type Customer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { assertRefused, type Item, operatorOf } from '../support/operator.ts'
import type { Received } from '../support/receiver.ts'

const dragoman = await testDragoman({ after }, { demo: false })
const operator = operatorOf(dragoman)
const customer = await addCustomer({ after }, dragoman)

const ann = { agent_id: 'ann', agent_name: 'Ann', agent_avatar: 'https://example.com/ann.png' }
const bob = { agent_id: 'bob' }

const ofSession = (sessionId: string) => (list: readonly Received[]) =>
  list.filter((one) => one.event.session_id === sessionId).map((one) => one.event as Item)

const eventsOf = async (of: Customer, sessionId: string, count: number): Promise<readonly Item[]> => {
  const own = ofSession(sessionId)
  return own(await of.receiver.until((accepted) => own(accepted).length >= count))
}

const typesOf = (events: readonly Item[]): string[] => events.map((event) => event.event_type)

const desk = (sessionId: string, verb: string, body: unknown, headers = {}) =>
  operator.post(`/desk/sessions/${sessionId}/${verb}`, body, headers)

/** What the agent answers to a question, when it has the word. */
const hears = async (of: Customer, path: string, sessionId: string, question: number): Promise<void> => {
  const seen = ofSession(sessionId)(of.receiver.accepted).length
  await of.api.say(path, `question ${question}`)
  const events = await eventsOf(of, sessionId, seen + 1)
  assert.equal(events.at(-1).output.responses[0].text, `answer ${question}`)
}

test('a session can be read to the end of its days, with what was said, happened and thought', async () => {
  const { api } = customer
  const { path, sessionId } = await api.open({ external_session_id: 'chat-1', channel_user_id: 'alice' })
  await hears(customer, path, sessionId, 1)
  await hears(customer, path, sessionId, 2)
  await api.post(`${path}/close`)
  assertRefused(await api.get(path), 404, 'session-not-found')

  const session = (await operator.get(`/sessions/${sessionId}`)).body as Item
  assert.equal(session.state, 'closed')
  assert.equal(session.external_session_id, 'chat-1')
  assert.equal(session.channel_user_id, 'alice')
  assert.equal(session.owner, 'bot')
  assert.deepEqual(session.agent, { agent_id: customer.agentId, version: 1, name: 'Parrot' })
  assert.equal(session.user_message_count, 2)
  assert.equal(session.context.user.custom_psid, 'alice')

  for (const limit of [200, 1]) {
    const messages = await operator.all(`/sessions/${sessionId}/messages?limit=${limit}`)
    assert.deepEqual(
      messages.map((one) => one.message?.text ?? one.output.responses[0].text),
      ['question 1', 'answer 1', 'question 2', 'answer 2'],
    )
    const events = await operator.all(`/sessions/${sessionId}/events?limit=${limit}`)
    assert.deepEqual(events, await eventsOf(customer, sessionId, 3))
    const turns = await operator.all(`/sessions/${sessionId}/trace?limit=${limit}`)
    assert.deepEqual(
      turns.map((turn) => [turn.turn, turn.kind, turn.outcome, turn.recorded.input.text]),
      [
        [1, 'message', 'answered', 'question 1'],
        [2, 'message', 'answered', 'question 2'],
      ],
    )
    assert.ok(turns.every((turn) => turn.recorded.trace && turn.finished_at >= turn.created_at))
  }
})

test('a session that does not exist is told so by every endpoint', async () => {
  const id = randomUUID()
  for (const part of ['', '/messages', '/events', '/trace'])
    assertRefused(await operator.get(`/sessions/${id}${part}`), 404, 'session-not-found', /session_id/)
  for (const verb of ['take', 'reply', 'hand-back', 'resolve'])
    assertRefused(
      await desk(id, verb, { ...(verb === 'reply' ? { input: { text: 'x' } } : {}), agent: ann }),
      404,
      'session-not-found',
    )
  assertRefused(await operator.get('/sessions/one'), 400, 'invalid-payload', /^session_id: must be a UUID/)
  const { sessionId } = await customer.api.open()
  for (const part of ['messages', 'events', 'trace'])
    assertRefused(
      await operator.get(`/sessions/${sessionId}/${part}?after=x`),
      400,
      'invalid-payload',
      /^after: must be the `next`/,
    )
})

test('a person who takes over silences the agent; what is written arrives, and after handing back the agent answers', async () => {
  const { path, sessionId } = await customer.api.open()
  await hears(customer, path, sessionId, 1)
  assert.equal((await desk(sessionId, 'take', { agent: ann })).status, 200)
  await customer.api.say(path, 'question 2')
  const reply = await desk(sessionId, 'reply', { agent: ann, input: { text: 'Ann here.' } })
  assert.equal(reply.status, 202, reply.text)
  assert.equal((await desk(sessionId, 'hand-back', {})).status, 200)
  await customer.api.say(path, 'question 3')
  const events = await eventsOf(customer, sessionId, 7)
  assert.deepEqual(typesOf(events), [
    'message:brain_send',
    'conversation:member_leave',
    'conversation:member_join',
    'message:send',
    'conversation:member_leave',
    'conversation:member_join',
    'message:brain_send',
  ])
  assert.deepEqual(events[2].member, { type: 'agent', id: 'ann', name: 'Ann' })
  assert.deepEqual(events[3].message, { text: 'Ann here.' })
  assert.deepEqual(events[3].agent, ann)
  assert.equal(events[3].message_id, reply.body['message_id'])
  assert.equal(events[3].request_id, reply.body['request_id'])
  assert.equal(events[3].caused_by, undefined)
  assert.equal(events[5].member.type, 'brain')
  assert.equal(events[6].output.responses[0].text, 'answer 3')
  assert.deepEqual(
    events.map((event) => event.sequence),
    [1, 2, 3, 4, 5, 6, 7],
  )
})

test('whoever writes takes the conversation, from the agent and from another person', async () => {
  const { sessionId } = await customer.api.open()
  await desk(sessionId, 'reply', { agent: ann, input: { text: 'Hi.' } })
  await desk(sessionId, 'reply', { agent: ann, input: { text: 'Still me.' } })
  await desk(sessionId, 'reply', { agent: bob, input: { text: 'Now Bob.' } })
  const events = await eventsOf(customer, sessionId, 7)
  assert.deepEqual(typesOf(events), [
    'conversation:member_leave',
    'conversation:member_join',
    'message:send',
    'message:send',
    'conversation:member_leave',
    'conversation:member_join',
    'message:send',
  ])
  const session = (await operator.get(`/sessions/${sessionId}`)).body as Item
  assert.equal(session.owner, 'human')
  assert.deepEqual(session.human, { ...bob, desk: 'desk' })
})

test('the desk resolves in a name and with a reason; a reply afterwards reopens', async () => {
  const { sessionId } = await customer.api.open()
  await desk(sessionId, 'take', { agent: ann })
  const resolved = await desk(sessionId, 'resolve', { agent: ann, reason: 'solved' })
  assert.equal(resolved.status, 200, resolved.text)
  const closed = (await eventsOf(customer, sessionId, 5)).at(-1)
  assert.equal(closed.event_type, 'conversation:closed')
  assert.deepEqual(closed.by, { type: 'agent', id: 'ann', name: 'Ann' })
  assert.equal(closed.reason, 'solved')
  // Saying it twice tells nobody twice.
  assert.equal((await desk(sessionId, 'resolve', undefined)).status, 200)
  await desk(sessionId, 'reply', { agent: ann, input: { text: 'One more thing.' } })
  const after = (await eventsOf(customer, sessionId, 9)).slice(5)
  assert.deepEqual(typesOf(after), [
    'conversation:reopened',
    'conversation:member_leave',
    'conversation:member_join',
    'message:send',
  ])
})

test('a reply that is repeated under its Idempotency-Key is sent once, and another one under it is refused', async () => {
  const { sessionId } = await customer.api.open()
  const key = { 'idempotency-key': randomUUID() }
  const body = { agent: ann, input: { text: 'Once.' } }
  const first = await desk(sessionId, 'reply', body, key)
  const again = await desk(sessionId, 'reply', body, key)
  assert.deepEqual([again.status, again.body], [202, first.body])
  const other = { ...body, input: { text: 'Other.' } }
  assertRefused(await desk(sessionId, 'reply', other, key), 409, 'idempotency-conflict')
  const messages = await operator.all(`/sessions/${sessionId}/messages`)
  assert.equal(messages.length, 1)
})

test('what a desk verb needs is asked for by name', async () => {
  const { sessionId } = await customer.api.open()
  for (const [verb, body, sentence] of [
    ['take', {}, /^agent: is required/],
    ['take', { agent: {} }, /^agent\.agent_id: is required/],
    ['reply', { agent: ann }, /^input: is required/],
    ['reply', { agent: ann, input: { text: ' ' } }, /^input: needs a text/],
    ['reply', { agent: ann, input: { text: 'x'.repeat(10_001) } }, /^input\.text: must have at most 10000/],
    ['resolve', { reason: 1 }, /^reason: must be a string/],
    ['hand-back', { to: 'x' }, /"to"/],
  ] as const)
    assertRefused(await desk(sessionId, verb, body), 400, 'invalid-payload', sentence)
  assertRefused(
    await desk(sessionId, 'reply', {
      agent: ann,
      input: { attachments: [{ type: 'file', mime_type: 'text/plain', id: randomUUID() }] },
    }),
    400,
    'invalid-payload',
    /^input\.attachments\[0\]\.id: .* no uploaded file of this session/,
  )
})

test('a session that is over is not found at the desk', async () => {
  const { path, sessionId } = await customer.api.open()
  await customer.api.post(`${path}/close`)
  assertRefused(await desk(sessionId, 'take', { agent: ann }), 404, 'session-not-found')
  assertRefused(
    await desk(sessionId, 'reply', { agent: ann, input: { text: 'x' } }),
    404,
    'session-not-found',
  )
})

test('the inbox shows who waits and who is served, oldest first, and nobody else', async () => {
  const other = await addCustomer({ after }, dragoman)
  const inbox = (query = '') => operator.all(`/desk/inbox?environment_id=${other.environmentId}${query}`)
  const sessions = [
    await other.api.open(),
    await other.api.open(),
    await other.api.open(),
    await other.api.open(),
  ]
  assert.deepEqual(await inbox(), [])
  const [waiting, served, resolved, closed] = sessions
  assert.ok(waiting && served && resolved && closed)
  await other.api.say(waiting.path, 'handover')
  await eventsOf(other, waiting.sessionId, 2)
  await desk(served.sessionId, 'take', { agent: ann })
  await other.api.post(`${resolved.path}/handover`)
  await desk(resolved.sessionId, 'resolve', undefined)
  await other.api.post(`${closed.path}/handover`)
  await other.api.post(`${closed.path}/close`)
  const shown = await inbox()
  assert.deepEqual(
    shown.map((one) => [one.session_id, one.owner, one.human?.agent_id, one.last_message?.author]),
    [
      [waiting.sessionId, 'waiting', undefined, 'brain'],
      [served.sessionId, 'human', 'ann', undefined],
    ],
  )
  assert.equal(shown[0].last_message.output.responses[0].text, 'One moment.')
  assert.deepEqual(await inbox('&limit=1'), shown)
  const everywhere = await operator.all('/desk/inbox')
  assert.ok(shown.every((one) => everywhere.some((any) => any.session_id === one.session_id)))
})

test('the desk sees whom a handover asks for and why, also when the caller has thought better of it', async () => {
  const other = await addCustomer({ after }, dragoman)
  const { path, sessionId } = await other.api.open()
  const handover = async (): Promise<unknown> =>
    (await operator.all(`/desk/inbox?environment_id=${other.environmentId}`))[0]?.handover
  const session = async (): Promise<Item> => (await operator.get(`/sessions/${sessionId}`)).body
  assert.equal((await session()).handover, null)
  await other.api.post(`${path}/handover`, { department: 'sales', reason: 'wants a discount' })
  assert.deepEqual(await handover(), { department: 'sales', reason: 'wants a discount' })
  await other.api.post(`${path}/handover`, { department: 'billing' })
  assert.deepEqual(await handover(), { department: 'billing', reason: 'wants a discount' })
  await other.api.post(`${path}/handover`)
  assert.deepEqual(await handover(), { department: 'billing', reason: 'wants a discount' })
  await desk(sessionId, 'take', { agent: ann })
  assert.deepEqual(await handover(), { department: 'billing', reason: 'wants a discount' })
  await desk(sessionId, 'hand-back', { agent: ann })
  assert.equal((await session()).handover, null)
  const events = await eventsOf(other, sessionId, 4)
  assert.deepEqual(typesOf(events), [
    'conversation:member_leave',
    'conversation:member_join',
    'conversation:member_leave',
    'conversation:member_join',
  ])
  assert.equal(events[0].department, 'sales')
})

test('without an agent a session waits at the desk, and handing back leaves it there', async () => {
  const other = await addCustomer({ after }, dragoman, { hasAgent: false })
  const { sessionId } = await other.api.open()
  const inbox = () => operator.all(`/desk/inbox?environment_id=${other.environmentId}`)
  assert.deepEqual(
    (await inbox()).map((one) => one.owner),
    ['waiting'],
  )
  await desk(sessionId, 'take', { agent: ann })
  await desk(sessionId, 'hand-back', { agent: ann })
  assert.deepEqual(
    (await inbox()).map((one) => [one.owner, one.human]),
    [['waiting', null]],
  )
})
