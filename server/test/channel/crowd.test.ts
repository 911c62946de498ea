import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { WebhookEvent } from '@dragoman/sdk'
import { apiOf } from '../support/api.ts'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { questionsMax } from '../support/parrot.ts'
import type { Received } from '../support/receiver.ts'

/** Many clients at once on few sessions, over two processes, and a webhook that fails now and then. */
const dragoman = await testDragoman({ after }, { demo: false })
const elsewhere = await testDragoman({ after }, { demo: false, databaseUrl: dragoman.deps.db.url })

const sessionsCount = 10
const clientsCount = 50
const messagesEach = 20

interface Said {
  readonly sessionId: string
  readonly question: string
  readonly requestId: string
}

test('ten sessions posted to at once by 50 clients never see two answers swapped', async () => {
  const customer = await addCustomer({ after }, dragoman)
  const { api, receiver } = customer
  const apis = [api, apiOf(elsewhere.url, customer)]
  // One in eight attempts fails, so that retries have every chance to come out of order.
  let seen = 0
  receiver.behave(() => {
    seen += 1
    return seen % 8 === 0 ? 503 : 200
  })
  const sessions = await Promise.all(Array.from({ length: sessionsCount }, () => api.open()))
  const said: Said[] = []
  await Promise.all(
    Array.from({ length: clientsCount }, async (_, client) => {
      const own = apis[client % apis.length] ?? api
      for (let count = 0; count < messagesEach; count += 1) {
        // Each client goes round the sessions, and asks what its neighbours do not.
        const session = sessions[(client + count) % sessionsCount]
        const number = ((client * messagesEach + count) % questionsMax) + 1
        assert.ok(session)
        const question = `question ${number}`
        const requestId = await own.say(session.path, question)
        said.push({ sessionId: session.sessionId, question, requestId })
      }
    }),
  )
  assert.equal(said.length, clientsCount * messagesEach)
  const questionOf = new Map(said.map(({ requestId, question }) => [requestId, question]))
  const accepted = await receiver.until((all) => once(all).length === said.length)

  for (const { sessionId, path } of sessions) {
    const events = once(accepted.filter(({ event }) => event.session_id === sessionId))
    const mine = said.filter((one) => one.sessionId === sessionId)
    assert.equal(events.length, mine.length)
    assert.deepEqual(
      events.map((event) => 'sequence' in event && event.sequence),
      mine.map((_, index) => index + 1),
      'delivered in order, each once',
    )
    for (const event of events) {
      assert.ok(event.event_type === 'message:brain_send' && event.in_reply_to !== undefined)
      const question = questionOf.get(event.in_reply_to)
      assert.deepEqual(event.output.responses, [
        { type: 'text', text: question?.replace('question', 'answer') },
      ])
    }
    const order = events.map((event) => ('in_reply_to' in event ? event.in_reply_to : undefined))
    assert.deepEqual(
      order,
      await userRequestIds(path, api.get),
      'answered in the order in which they were asked',
    )
  }
})

/** Each event once, as it was first accepted; a second acceptance would be a redelivery and must be the same event. */
const once = (received: readonly Received[]): WebhookEvent[] => {
  const bodies = new Map<string, string>()
  for (const { event, body } of received) {
    assert.equal(bodies.get(event.event_id) ?? body, body)
    bodies.set(event.event_id, body)
  }
  return [...bodies.values()].map((body) => JSON.parse(body) as WebhookEvent)
}

/** The request ids of the user's messages, in the order in which the session has them. */
const userRequestIds = async (
  path: string,
  get: (path: string) => Promise<{ readonly body: { readonly [key: string]: unknown } }>,
): Promise<unknown[]> => {
  const ids: unknown[] = []
  let next = '0'
  for (let hasMore = true; hasMore; ) {
    const { body } = await get(`${path}/messages?limit=200&after=${next}`)
    const items = body['items'] as { author: string; request_id: string }[]
    ids.push(...items.filter(({ author }) => author === 'user').map((item) => item.request_id))
    next = String(body['next'])
    hasMore = body['has_more'] === true
  }
  return ids
}

test('messages of one client, each sent when the one before has its 202, are answered in that order', async () => {
  const { api, receiver } = await addCustomer({ after }, dragoman)
  const { path, sessionId } = await api.open()
  const requestIds: string[] = []
  for (let number = 1; number <= 30; number += 1) requestIds.push(await api.say(path, `question ${number}`))
  const accepted = await receiver.until((all) => all.length === requestIds.length)
  assert.deepEqual(
    accepted.map(({ event }) => 'in_reply_to' in event && event.in_reply_to),
    requestIds,
  )
  assert.ok(accepted.every(({ event }) => event.session_id === sessionId))
})

test('fifty clients that change the context at once lose nothing of each other', async () => {
  const customer = await addCustomer({ after }, dragoman)
  const apis = [customer.api, apiOf(elsewhere.url, customer)]
  const { path } = await customer.api.open()
  await Promise.all(
    Array.from({ length: clientsCount }, async (_, client) => {
      const own = apis[client % apis.length] ?? customer.api
      const answer = await own.patch(`${path}/context`, {
        context: { shared: { [`client_${client}`]: client } },
      })
      assert.equal(answer.status, 200)
    }),
  )
  const { shared } = (await customer.api.get(path)).body['context'] as { shared: { [key: string]: number } }
  assert.deepEqual(
    Object.entries(shared).sort(([, a], [, b]) => a - b),
    Array.from({ length: clientsCount }, (_, client) => [`client_${client}`, client]),
  )
})

test('a crowd that opens, asks and closes at once leaves every session whole: answers first, the end last', async () => {
  const { api, receiver } = await addCustomer({ after }, dragoman)
  const ids = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const { path, sessionId } = await api.open({ channel_user_id: `user-${index % 4}` })
      await Promise.all([
        api.say(path, 'question 1'),
        api.patch(`${path}/context`, { context: { page: index } }),
        api.post(`${path}/messages/read`),
        api.post(`${path}/conversation/close`),
      ])
      await api.post(`${path}/close`)
      return sessionId
    }),
  )
  await receiver.until(
    (all) => all.filter(({ event }) => event.event_type === 'session:closed').length === ids.length,
  )
  for (const id of ids) {
    const events = receiver.accepted.filter(({ event }) => event.session_id === id).map(({ event }) => event)
    assert.deepEqual(
      events.map((event) => 'sequence' in event && event.sequence),
      events.map((_, index) => index + 1),
    )
    assert.equal(events.at(-1)?.event_type, 'session:closed')
  }
})
