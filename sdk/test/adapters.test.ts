import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import {
  createReceiver,
  expressHandler,
  fastifyReceiver,
  fetchHandler,
  nodeHandler,
  type Receiver,
} from '@dragoman/sdk'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { listening } from './scripted-server.ts'
import { eventOf, secret, signedRequest } from './signed-request.ts'

interface Post {
  readonly method?: string
  readonly body?: string
  readonly headers?: Record<string, string>
}

type Send = (post: Post) => Promise<Response>

/** A server in a framework: posts to the webhook, and to a neighbouring route that wants parsed JSON. */
interface Framework {
  readonly webhook: Send
  readonly neighbour?: Send
}

const sending =
  (url: string): Send =>
  ({ method = 'POST', body, headers = {} }) =>
    fetch(url, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body }),
    })

const frameworks: Record<string, (t: TestContext, receiver: Receiver) => Promise<Framework>> = {
  'node:http': async (t, receiver) => ({
    webhook: sending(await listening(t, nodeHandler(receiver))),
  }),
  Express: async (t, receiver) => {
    const app = express()
    app.all('/webhook', expressHandler(receiver))
    app.post('/neighbour', express.json(), (request, response) => {
      response.json(request.body)
    })
    const url = await listening(t, app)
    return { webhook: sending(`${url}/webhook`), neighbour: sending(`${url}/neighbour`) }
  },
  'Express with express.raw()': async (t, receiver) => {
    const app = express()
    app.use(express.raw({ type: 'application/json', limit: '1mb' }))
    app.all('/webhook', expressHandler(receiver))
    return { webhook: sending(`${await listening(t, app)}/webhook`) }
  },
  'Express with rawBody kept by a platform': async (t, receiver) => {
    const app = express()
    const keep = (request: object, _response: unknown, rawBody: Buffer) => Object.assign(request, { rawBody })
    app.use(express.json({ verify: keep, limit: '1mb' }))
    app.all('/webhook', expressHandler(receiver))
    return { webhook: sending(`${await listening(t, app)}/webhook`) }
  },
  Fastify: async (t, receiver) => {
    const app = fastify()
    await app.register(fastifyReceiver(receiver, { path: '/webhook' }))
    app.post('/neighbour', async (request) => request.body)
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    t.after(() => app.close())
    return { webhook: sending(`${url}/webhook`), neighbour: sending(`${url}/neighbour`) }
  },
  Hono: async (_t, receiver) => {
    const app = new Hono()
    const handle = fetchHandler(receiver)
    app.all('/webhook', (context) => handle(context.req.raw))
    app.post('/neighbour', async (context) => context.json(await context.req.json()))
    const sendingTo =
      (path: string): Send =>
      async ({ method = 'POST', body, headers = {} }) =>
        app.request(path, { method, headers, ...(body === undefined ? {} : { body }) })
    return { webhook: sendingTo('/webhook'), neighbour: sendingTo('/neighbour') }
  },
  fetch: async (_t, receiver) => {
    const handle = fetchHandler(receiver)
    return {
      webhook: ({ method = 'POST', ...rest }) =>
        handle(new Request('http://localhost/', { method, ...rest })),
    }
  },
}

const readsByItself = new Set(['node:http', 'Express', 'Fastify', 'Hono', 'fetch'])
const hasNeighbour = new Set(['Express', 'Fastify', 'Hono'])

for (const [name, start] of Object.entries(frameworks)) {
  const started = async (t: TestContext) => {
    const seen: string[] = []
    const receiver = createReceiver({ secret, onError: () => {} }).onAny((event) => seen.push(event.event_id))
    return { receiver, seen, ...(await start(t, receiver)) }
  }

  test(`${name}: a signed event is acknowledged and handled, with every byte of its body`, async (t) => {
    const { receiver, seen, webhook } = await started(t)
    const event = { ...eventOf('a', 1), context: { note: '👋🏽 \u2028 é'.repeat(20_000) } }
    const { body, headers } = await signedRequest(event)
    const response = await webhook({ body: `${body}`, headers })
    assert.equal(response.status, 200)
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
    assert.deepEqual(await response.json(), { received: true })
    await receiver.idle()
    assert.deepEqual(seen, ['a-1'])
  })

  test(`${name}: a forged, an unsigned and an empty request are answered 401`, async (t) => {
    const { receiver, seen, webhook } = await started(t)
    const { body, headers } = await signedRequest(eventOf('a', 1))
    const forged = { ...headers, 'webhook-signature': 'v1,AAAA', 'X-Moveo-Signature': 'a'.repeat(64) }
    for (const post of [{ body, headers: forged }, { body }, { body: '', headers }, { headers: forged }]) {
      const response = await webhook(post)
      assert.equal(response.status, 401)
      const answer: unknown = await response.json()
      assert.ok(typeof answer === 'object' && answer !== null && 'error_code' in answer)
    }
    await receiver.idle()
    assert.deepEqual(seen, [])
  })

  if (readsByItself.has(name)) {
    test(`${name}: what is not a POST, or far too large, is refused unread`, async (t) => {
      const { webhook } = await started(t)
      const got = await webhook({ method: 'GET' })
      assert.ok(got.status === 405 || got.status === 404, `${got.status}`)
      const { headers } = await signedRequest(eventOf('a', 1))
      const large = await webhook({ body: 'x'.repeat(1_100_000), headers })
      assert.equal(large.status, 413)
    })
  }

  if (hasNeighbour.has(name)) {
    test(`${name}: the neighbouring routes still get parsed JSON`, async (t) => {
      const { neighbour } = await started(t)
      const response = await neighbour?.({ body: '{ "a": 1 }' })
      assert.deepEqual(await response?.json(), { a: 1 })
    })
  }
}

test('the answer is on its way before a handler can block the thread', async (t) => {
  const trail: string[] = []
  const receiver = createReceiver({ secret, onError: () => {} }).onAny(() => trail.push('handled'))
  const handle = nodeHandler(receiver)
  const url = await listening(t, (request, response) => {
    const end = response.end.bind(response)
    handle(
      request,
      Object.assign(response, {
        end: (body: string) => {
          trail.push('answered')
          return end(body)
        },
      }),
    )
  })
  const { sequence: _, ...typing } = { ...eventOf('a', 2), event_type: 'message:compose', action: 'start' }
  for (const event of [eventOf('a', 1), typing]) {
    await sending(url)(await signedRequest(event))
    await receiver.idle()
  }
  assert.deepEqual(trail, ['answered', 'handled', 'answered', 'handled'])
})

test('Express with a body that was parsed before: a 500 that says what to do, so the event comes again', async (t) => {
  const receiver = createReceiver({ secret, onError: () => {} })
  const app = express()
  app.use(express.json())
  app.post('/webhook', expressHandler(receiver))
  const webhook = sending(`${await listening(t, app)}/webhook`)
  const response = await webhook(await signedRequest(eventOf('a', 1)))
  assert.equal(response.status, 500)
  assert.match(await response.text(), /mount the receiver before express\.json/)
})

test('a sender that breaks off in the middle harms nothing', async () => {
  const receiver = createReceiver({ secret, onError: () => assert.fail('there is nothing to receive') })
  const handled = Promise.withResolvers<void>()
  const handle = nodeHandler(receiver)
  const server = createServer((request, response) =>
    handle(request, response).then(handled.resolve, handled.reject),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const socket = connect(address.port, '127.0.0.1')
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"half":')
  server.once('request', () => socket.destroy())
  await handled.promise
  server.close()
})

test('a runtime that freezes after the answer is given the work, with the request or once for all', async () => {
  const given: Promise<unknown>[] = []
  const seen: string[] = []
  const receiver = createReceiver({ secret, onError: () => {} }).onAny((event) => seen.push(event.event_id))
  const waitUntil = (work: Promise<unknown>) => given.push(work)
  const post = async (sequence: number) =>
    new Request('http://localhost/', { method: 'POST', ...(await signedRequest(eventOf('a', sequence))) })
  await fetchHandler(receiver)(await post(1), { waitUntil })
  await fetchHandler(receiver, { waitUntil })(await post(2))
  assert.equal(given.length, 2)
  await Promise.all(given)
  assert.deepEqual(seen, ['a-1', 'a-2'])
})
