import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReceiver, memoryInbox, type ReceiverOptions, type WebhookEvent } from '@dragoman/sdk'
import fc from 'fast-check'
import { eventOf, secret, signedRequest, tampered } from './signed-request.ts'

const hourMs = 3_600_000

/** A receiver that notes what its handler sees, and whatever goes wrong. */
const recorder = (options: Partial<ReceiverOptions> = {}) => {
  const problems: string[] = []
  const receiver = createReceiver({
    secret,
    retryDelayMs: 1,
    gapWaitMs: hourMs,
    onError: (error, { stage, event }) =>
      problems.push(`${stage} ${event?.event_id ?? '-'}: ${error instanceof Error ? error.message : error}`),
    ...options,
  })
  const seen: string[] = []
  const note = (event: WebhookEvent, { isLate }: { isLate: boolean }) => {
    seen.push(isLate ? `${event.event_id} late` : event.event_id)
  }
  const post = async (event: object) => (await receiver.receive(await signedRequest(event))).status
  return { receiver, problems, seen, note, post }
}

const gate = () => {
  let open: () => void = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

test('the answer does not wait for the handler', async () => {
  const { receiver, seen, note, post } = recorder()
  const handlerMayEnd = gate()
  receiver.onAny(async (event, context) => {
    await handlerMayEnd.opened
    note(event, context)
  })
  assert.equal(await post(eventOf('a', 1)), 200)
  assert.deepEqual(seen, [])
  handlerMayEnd.open()
  await receiver.idle()
  assert.deepEqual(seen, ['a-1'])
})

test('the work after the answer can be waited for', async () => {
  const { receiver, seen, note } = recorder()
  receiver.onAny(note)
  const receipt = await receiver.receive(await signedRequest(eventOf('a', 1)))
  await receipt.work
  assert.deepEqual(seen, ['a-1'])
})

test('a handler hears its own type of event only, with its type', async () => {
  const { receiver, post } = recorder()
  const texts: unknown[] = []
  receiver
    .on('message:brain_send', (event) => texts.push(event.output.responses))
    .on('session:expired', (event) => texts.push(event.expired_at))
  await post(eventOf('a', 1))
  await receiver.idle()
  assert.deepEqual(texts, [[{ type: 'text', text: '1' }]])
})

test('a forged request is answered 401 and reaches no handler', async () => {
  const { receiver, problems, seen, note } = recorder()
  receiver.onAny(note)
  const receipt = await receiver.receive(tampered(await signedRequest(eventOf('a', 1))))
  assert.equal(receipt.status, 401)
  assert.match(receipt.body, /"error_code":"signature-mismatch"/)
  const other = await receiver.receive(await signedRequest(eventOf('a', 1), ['another secret']))
  assert.equal(other.status, 401)
  await receiver.idle()
  assert.deepEqual(seen, [])
  assert.equal(problems.length, 2)
  assert.match(problems[0] ?? '', /^verify/)
})

test('a signed body that is no event is answered 400', async () => {
  const { post } = recorder()
  assert.equal(await post({ hello: 'world' }), 400)
})

test('an event that comes again is acknowledged again and handled once', async () => {
  const { receiver, seen, note, post } = recorder()
  receiver.onAny(note)
  const statuses = await Promise.all([1, 1, 1, 1].map((sequence) => post(eventOf('a', sequence))))
  await receiver.idle()
  statuses.push(await post(eventOf('a', 1)))
  await receiver.idle()
  assert.deepEqual(statuses, [200, 200, 200, 200, 200])
  assert.deepEqual(seen, ['a-1'])
})

test("a session's events are handled one after the other, and sessions do not wait for each other", async () => {
  const { receiver, post } = recorder()
  const firstMayEnd = gate()
  const trail: string[] = []
  receiver.onAny(async (event) => {
    trail.push(`${event.event_id} begins`)
    if (event.event_id === 'a-1') await firstMayEnd.opened
    trail.push(`${event.event_id} ends`)
    if (event.event_id === 'b-1') firstMayEnd.open()
  })
  for (const event of [eventOf('a', 1), eventOf('a', 2), eventOf('b', 1)]) await post(event)
  await receiver.idle()
  assert.equal(trail.length, 6)
  assert.ok(trail.indexOf('b-1 ends') < trail.indexOf('a-1 ends'))
  assert.ok(trail.indexOf('a-1 ends') < trail.indexOf('a-2 begins'))
})

test('events that overtook each other are put in order', async () => {
  const { receiver, seen, note, post } = recorder()
  receiver.onAny(note)
  for (const sequence of [1, 4, 3, 2]) await post(eventOf('a', sequence))
  await receiver.idle()
  assert.deepEqual(seen, ['a-1', 'a-2', 'a-3', 'a-4'])
})

test('an event that arrives while another worker is just finding nothing, or a gap, is not left lying', async () => {
  for (const [first, second] of [
    [[1], 2],
    [[1, 3], 2],
  ] as const) {
    const store = memoryInbox()
    const [looked, mayGoOn] = [gate(), gate()]
    let isHeld = true
    const head: typeof store.head = async (sessionId) => {
      const found = await store.head(sessionId)
      const isLast = first.length === 1 ? !found : found?.event.sequence === 3
      if (isHeld && isLast) {
        isHeld = false
        looked.open()
        await mayGoOn.opened
      }
      return found
    }
    const { receiver, seen, note, post } = recorder({ store: { ...store, head } })
    receiver.onAny(note)
    for (const sequence of first) await post(eventOf('a', sequence))
    await looked.opened
    await (await receiver.receive(await signedRequest(eventOf('a', second)))).work
    mayGoOn.open()
    await receiver.idle()
    assert.deepEqual(seen, ['a-1', 'a-2', 'a-3'].slice(0, first.length + 1))
  }
})

test('an event that the server gave up holds the next ones up only for a while, and is told late', async () => {
  const { receiver, seen, note, post } = recorder({ gapWaitMs: 5 })
  receiver.onAny(note)
  for (const sequence of [1, 3, 4]) await post(eventOf('a', sequence))
  await receiver.idle()
  await post(eventOf('a', 2))
  await post(eventOf('a', 5))
  await receiver.idle()
  assert.deepEqual(seen, ['a-1', 'a-3', 'a-4', 'a-2 late', 'a-5'])
})

test('a receiver that never saw the session begins with whatever comes', async () => {
  const { receiver, seen, note, post } = recorder()
  receiver.onAny(note)
  await post(eventOf('a', 7))
  await post(eventOf('a', 8))
  await receiver.idle()
  assert.deepEqual(seen, ['a-7', 'a-8'])
})

test('a handler that throws is tried again, without repeating the ones that succeeded', async () => {
  const { receiver, problems, seen, note, post } = recorder()
  const attempts: number[] = []
  receiver.onAny(note)
  receiver.onAny((_event, { attempt }) => {
    attempts.push(attempt)
    if (attempt < 3) throw new Error('not yet')
  })
  await post(eventOf('a', 1))
  await post(eventOf('a', 2))
  await receiver.idle()
  assert.deepEqual(attempts, [1, 2, 3, 1, 2, 3])
  assert.deepEqual(seen, ['a-1', 'a-2'])
  assert.deepEqual(problems, [])
})

test('an event whose handler keeps failing is reported and holds nothing up; its replay is handled', async () => {
  const { receiver, problems, seen, note, post } = recorder({ attemptsMax: 2 })
  let isBroken = true
  receiver.onAny((event) => {
    if (isBroken && event.event_id === 'a-1') throw new Error('broken')
  })
  receiver.onAny(note)
  await post(eventOf('a', 1))
  await post(eventOf('a', 2))
  await receiver.idle()
  assert.deepEqual(seen, ['a-2'])
  assert.deepEqual(problems, ['handler a-1: broken'])
  isBroken = false
  for (const sequence of [1, 2, 1]) await post(eventOf('a', sequence))
  await receiver.idle()
  assert.deepEqual(seen, ['a-2', 'a-1 late'])
})

test('an event that cannot be kept is not acknowledged and not handled', async () => {
  const { receiver, problems, seen, note, post } = recorder({ store: memoryInbox({ unfinishedMax: 1 }) })
  const mayEnd = gate()
  receiver.onAny(async (event, context) => {
    await mayEnd.opened
    note(event, context)
  })
  assert.equal(await post(eventOf('a', 1)), 200)
  assert.equal(await post(eventOf('a', 2)), 503)
  mayEnd.open()
  await receiver.idle()
  assert.deepEqual(seen, ['a-1'])
  assert.match(problems.join(), /^inbox -: The inbox is full/)
  assert.equal(await post(eventOf('a', 2)), 200)
  await receiver.idle()
  assert.deepEqual(seen, ['a-1', 'a-2'])
})

test('what has no sequence is handled at once, past the order', async () => {
  const { receiver, post } = recorder()
  const actions: string[] = []
  const mayEnd = gate()
  receiver.on('message:brain_send', () => mayEnd.opened)
  receiver.on('message:compose', (event) => {
    actions.push(event.action)
    mayEnd.open()
  })
  await post(eventOf('a', 1))
  const { sequence: _, ...unordered } = eventOf('a', 2)
  await post({ ...unordered, event_type: 'message:compose', action: 'start', author: 'brain' })
  await receiver.idle()
  assert.deepEqual(actions, ['start'])
})

test('events from a sender that knows neither event_id nor sequence are handled', async () => {
  const { receiver, post } = recorder()
  const texts: unknown[] = []
  receiver.on('message:brain_send', (event) => texts.push(event.output.responses))
  const { sequence: _, event_id: __, ...bare } = eventOf('a', 1)
  assert.equal(await post(bare), 200)
  await receiver.idle()
  assert.deepEqual(texts, [[{ type: 'text', text: '1' }]])
})

test('an event of an unknown type is acknowledged, keeps its place in the order and reaches onAny', async () => {
  const { receiver, seen, note, post } = recorder()
  receiver.onAny(note)
  await post(eventOf('a', 1))
  assert.equal(await post({ ...eventOf('a', 2), event_type: 'message:sung' }), 200)
  await post(eventOf('a', 3))
  await receiver.idle()
  assert.deepEqual(seen, ['a-1', 'a-2', 'a-3'])
})

test('an onError that throws harms nothing', async () => {
  const { receiver, seen, note, post } = recorder({
    attemptsMax: 1,
    onError: () => {
      throw new Error('the log is down')
    },
  })
  receiver.onAny((event) => {
    if (event.event_id === 'a-1') throw new Error('broken')
  })
  receiver.onAny(note)
  assert.equal((await receiver.receive(tampered(await signedRequest(eventOf('a', 1))))).status, 401)
  await post(eventOf('a', 1))
  await post(eventOf('a', 2))
  await receiver.idle()
  assert.deepEqual(seen, ['a-2'])
})

test('a receiver without a secret does not start', () => {
  for (const none of ['', [], ['a', '']]) {
    assert.throws(() => createReceiver({ secret: none, onError: () => {} }), TypeError)
  }
})

test('however events are repeated, delayed and failed, each is handled once and in order', async () => {
  const arrival = fc.record({
    session: fc.constantFrom('a', 'b', 'c'),
    at: fc.nat(1_000),
    repeats: fc.nat(2),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(arrival, { maxLength: 40 }), fc.nat(), async (arrivals, failing) => {
      const { receiver, problems, seen, note, post } = recorder({ retryDelayMs: 0 })
      receiver.onAny((event, { attempt }) => {
        if (attempt === 1 && (failing + event.event_id.length) % 3 === 0) throw new Error('once')
      })
      receiver.onAny(note)
      const counts: Record<string, number> = {}
      const numbered = arrivals.map(({ session, at, repeats }) => {
        const sequence = (counts[session] ?? 0) + 1
        counts[session] = sequence
        return { event: eventOf(session, sequence), at: sequence === 1 ? -1 : at, repeats }
      })
      const inArrival = numbered.toSorted((left, right) => left.at - right.at)
      for (const { event, repeats } of inArrival) {
        const copies = Array.from({ length: repeats + 1 }, () => post(event))
        assert.ok((await Promise.all(copies)).every((status) => status === 200))
      }
      await receiver.idle()
      for (const [session, count] of Object.entries(counts)) {
        const expected = Array.from({ length: count }, (_, index) => `${session}-${index + 1}`)
        assert.deepEqual(
          seen.filter((id) => id.startsWith(`${session}-`)),
          expected,
        )
      }
      assert.deepEqual(problems, [])
    }),
    { numRuns: 60 },
  )
})
