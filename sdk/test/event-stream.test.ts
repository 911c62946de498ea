import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type ClientOptions, createClient, DragomanError, type EventStreamOptions } from '@dragoman/sdk'
import { type Answer, answers, cutsOff, neverAnswers, scriptedServer } from './scripted-server.ts'
import { eventOf } from './signed-request.ts'

const message = (sequence: number): string =>
  `id: ${sequence}\nevent: message:brain_send\ndata: ${JSON.stringify(eventOf('s', sequence))}\n\n`
const closed = `id: 9\ndata: ${JSON.stringify({ ...eventOf('s', 9), event_type: 'session:closed', reason: 'api' })}\n\n`

const streams =
  (...parts: readonly string[]): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('retry: 1\n\n')
    for (const part of parts) response.write(part)
  }
const thenEnds =
  (answer: Answer): Answer =>
  (response, request) => {
    answer(response, request)
    response.end()
  }
const thenBreaks =
  (answer: Answer): Answer =>
  (response, request) => {
    answer(response, request)
    setImmediate(() => response.destroy())
  }

const followed = async (
  t: TestContext,
  script: readonly [Answer, ...Answer[]],
  options: EventStreamOptions = {},
  clientOptions: Partial<ClientOptions> = {},
) => {
  const { baseUrl, requests } = await scriptedServer(t, script)
  const client = createClient({
    baseUrl,
    integrationId: 'in',
    apiKey: 'key',
    retryDelayMs: 1,
    ...clientOptions,
  })
  return { events: client.events('s', options), requests }
}

const sequencesOf = async (events: AsyncIterable<object>) => {
  const sequences: unknown[] = []
  for await (const event of events) sequences.push('sequence' in event ? event.sequence : undefined)
  return sequences
}

test('events come as they happen, and the stream ends with the session', async (t) => {
  const { events, requests } = await followed(t, [streams(message(1), ': alive\n\n', message(2), closed)])
  assert.deepEqual(await sequencesOf(events), [1, 2, 9])
  assert.equal(requests[0]?.url, '/v1/custom/in/sessions/s/events')
  assert.equal(requests[0]?.headers.authorization, 'apikey key')
  assert.equal(requests[0]?.headers['last-event-id'], undefined)
})

test('a stream that ends, breaks or is refused for a while goes on after the last event seen', async (t) => {
  const { events, requests } = await followed(
    t,
    [
      thenEnds(streams(message(1))),
      thenBreaks(streams(message(2), message(3))),
      cutsOff,
      answers(503),
      streams(closed),
    ],
    { lastEventId: '0' },
  )
  assert.deepEqual(await sequencesOf(events), [1, 2, 3, 9])
  assert.deepEqual(
    requests.map(({ headers }) => headers['last-event-id']),
    ['0', '1', '3', '3', '3'],
  )
})

test('a stream whose place was told before its first event goes on from there', async (t) => {
  const { events, requests } = await followed(t, [thenEnds(streams('id: 4\n\n')), streams(closed)])
  assert.deepEqual(await sequencesOf(events), [9])
  assert.equal(requests[1]?.headers['last-event-id'], '4')
})

test('a stream on which nothing comes any more is opened anew', async (t) => {
  const { events, requests } = await followed(t, [streams(message(1)), neverAnswers, streams(closed)], {
    silenceMaxMs: 50,
  })
  assert.deepEqual(await sequencesOf(events), [1, 9])
  assert.equal(requests.length, 3)
})

test('a reader that takes its time is no silence', async (t) => {
  const { events, requests } = await followed(t, [streams(message(1), message(2), closed)], {
    silenceMaxMs: 40,
  })
  const sequences = []
  t.mock.timers.enable({ apis: ['setTimeout'] })
  for await (const event of events) {
    t.mock.timers.tick(1_000)
    sequences.push(event.event_type)
  }
  assert.equal(sequences.length, 3)
  assert.equal(requests.length, 1)
})

test('a refusal for good ends the stream with it', async (t) => {
  const refusal = answers(404, { error_code: 'session-not-found', error_message: 'No session s' })
  const { events, requests } = await followed(t, [thenEnds(streams(message(1))), refusal])
  const sequences: unknown[] = []
  await assert.rejects(
    async () => {
      for await (const event of events) sequences.push(event.event_type)
    },
    (error) => error instanceof DragomanError && error.errorCode === 'session-not-found',
  )
  assert.equal(sequences.length, 1)
  assert.equal(requests.length, 2)
})

test('an answer that is no event stream is an error', async (t) => {
  const { events } = await followed(t, [answers(200, '<html>', { 'content-type': 'text/html' })])
  await assert.rejects(sequencesOf(events), (error) => error instanceof DragomanError && error.status === 200)
})

test('a server that is gone is given up after so many tries', async (t) => {
  const { events, requests } = await followed(t, [thenEnds(streams()), cutsOff], { failuresMax: 2 })
  await assert.rejects(sequencesOf(events), (error) => error instanceof DragomanError && error.status === 0)
  assert.equal(requests.length, 3)
})

test('an aborted stream ends with the reason', async (t) => {
  const abort = new AbortController()
  const { events } = await followed(t, [streams(message(1))], { signal: abort.signal })
  await assert.rejects(async () => {
    for await (const _ of events) setImmediate(() => abort.abort(new Error('enough')))
  }, /enough/)
})

test('who stops reading closes the connection', async (t) => {
  let isClosed: () => void = () => {}
  const closing = new Promise<void>((resolve) => {
    isClosed = resolve
  })
  const answer: Answer = (response, request) => {
    response.on('close', isClosed)
    streams(message(1), message(2))(response, request)
  }
  const { events } = await followed(t, [answer])
  for await (const _ of events) break
  await closing
})

test('what is no event is passed over', async (t) => {
  const { events } = await followed(t, [streams('data: {"hello":1}\n\n', closed)])
  assert.deepEqual(await sequencesOf(events), [9])
})
