import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkDeliveries } from './support/check-deliveries.ts'
import { dataFolder } from './support/data-folder.ts'
import { databaseAt, embeddedDatabaseUrl } from './support/database-server.ts'
import { startDragomanProcess } from './support/dragoman-process.ts'
import { dripAnswer, hang } from './support/hostile.ts'
import { manage } from './support/integration.ts'
import { ownerOf } from './support/owner.ts'
import { addSide, type Side } from './support/side.ts'
import { until } from './support/until.ts'
import { accept, type Receipt } from './support/webhook.ts'

test('What a webhook refuses for good is dead at once, what it puts off comes when it asked for it, and the rest follows in order', async (t) => {
  const owner = ownerOf(t)
  const { url } = await startDragomanProcess(owner, { DRAGOMAN_DATA_DIR: await dataFolder(owner) })
  const elsewhere = await addSide(owner, url, 'is elsewhere')
  const side = await addSide(owner, url, 'answers so and so')
  const cases: readonly AnswerCase[] = [
    { status: 400, attempts: ['1', '2', '3'] },
    { status: 404, attempts: ['1', '2', '3'] },
    { status: 307, headers: { location: elsewhere.webhook.url }, attempts: ['1', '2', '3'] },
    { status: 408, attempts: ['1', '1', '2', '3'] },
    { status: 500, attempts: ['1', '1', '2', '3'] },
    { status: 429, headers: { 'retry-after': '2' }, attempts: ['1', '1', '2', '3'], waitsMs: 2_000 },
    { status: 503, headers: { 'retry-after': '3' }, attempts: ['1', '1', '2', '3'], waitsMs: 3_000 },
  ]
  const caseOf = new Map<string, AnswerCase>()
  side.webhook.behave((response, receipt, attempt) => {
    const answer = caseOf.get(receipt.sessionId)
    if (!answer || receipt.sequence > 1 || attempt > 1) accept(response, receipt, attempt)
    else response.writeHead(answer.status, answer.headers).end('no')
  })
  for (const answer of cases) caseOf.set(await openSession(side, url), answer)
  await Promise.all([...caseOf.keys()].map((sessionId) => post(side, url, sessionId, 3)))

  for (const [sessionId, { status, attempts, waitsMs = 0 }] of caseOf) {
    const receipts = (): Receipt[] => side.webhook.receipts.filter((one) => one.sessionId === sessionId)
    await until(`all came after ${status}`, () =>
      receipts().some((one) => one.sequence === 3 && one.isAccepted),
    )
    assert.deepEqual(
      receipts().map(({ sequence }) => `${sequence}`),
      attempts,
      `after ${status}`,
    )
    const [first, second] = receipts()
    assert.ok(first && second && second.at - first.at >= waitsMs, `${status} was tried again too early`)
    const isDead = attempts.length === 3
    await until('its outcomes are told', async () => {
      const told = (await deliveriesOf(url, sessionId)).map(({ status }) => status)
      return `${told}` === `${isDead ? 'dead' : 'delivered'},delivered,delivered`
    })
  }
  assert.equal(elsewhere.webhook.receipts.length, 0, 'a redirect is not followed')
})

interface AnswerCase {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** The sequences as they arrive. */
  readonly attempts: readonly string[]
  readonly waitsMs?: number
}

test('An event that fails at every attempt ends as a dead letter; other sessions do not wait for it, its own goes on after it', async (t) => {
  const owner = ownerOf(t)
  const { url } = await startDragomanProcess(owner, {
    DRAGOMAN_DATA_DIR: await dataFolder(owner),
    DRAGOMAN_FAST_RETRIES_MS: '20,20',
    DRAGOMAN_SLOW_RETRIES_S: '1',
  })
  const side = await addSide(owner, url, 'chokes on one event')
  const [poisoned, other] = [await openSession(side, url), await openSession(side, url)]
  const refusals: (() => void)[] = []
  side.webhook.behave((response, receipt, attempt) => {
    if (receipt.sessionId === poisoned && receipt.sequence === 1)
      refusals.push(() => void response.writeHead(500).end('the same each time'))
    else accept(response, receipt, attempt)
  })
  await post(side, url, poisoned, 2)
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    await until(`attempt ${attempt} arrives`, () => refusals.length === attempt)
    const [answer] = await post(side, url, other, 1)
    await until('the other session gets its answer', () => side.webhook.answered.has(answer ?? ''))
    refusals.at(-1)?.()
  }
  await until('the session goes on', () =>
    side.webhook.accepted.some(({ sessionId, sequence }) => sessionId === poisoned && sequence === 2),
  )
  assert.equal(refusals.length, 4, 'it was tried once, twice fast and once slow')
  const [dead] = await deliveriesOf(url, poisoned)
  assert.deepEqual([dead?.status, dead?.reason], ['dead', 'gave up after 4 attempts: HTTP 500'])
})

test('A webhook that says it is gone is left in peace until a person resumes it, and then gets what waits', async (t) => {
  const owner = ownerOf(t)
  const { url } = await startDragomanProcess(owner, { DRAGOMAN_DATA_DIR: await dataFolder(owner) })
  const gone = await addSide(owner, url, 'is gone', (response) => void response.writeHead(410).end())
  const healthy = await addSide(owner, url, 'is healthy')
  const sessionId = await openSession(gone, url)
  await post(gone, url, sessionId, 1)
  await until('it is paused', async () => (await gone.circuit()) === 'paused')

  await post(gone, url, sessionId, 5)
  const newcomer = await openSession(gone, url)
  await post(gone, url, newcomer, 1)
  const traffic = healthy.write({ users: 10, posts: 200, postsPerSession: 20 })
  await until('the neighbour wrote all', () => traffic.counts.accepted === 200)
  await traffic.stop()
  const account = await checkDeliveries(url, healthy.webhook, traffic.sessions)
  assert.deepEqual([account.recorded, account.duplicates.length], [200, 0])
  assert.equal(gone.webhook.receipts.length, 1, 'it was not called again')

  gone.webhook.behave(accept)
  await gone.resume()
  await until('what waited has come', () => gone.webhook.accepted.length === 6)
  const sequences = (id: string): number[] =>
    gone.webhook.accepted.filter((one) => one.sessionId === id).map(({ sequence }) => sequence)
  assert.deepEqual([sequences(sessionId), sequences(newcomer)], [[2, 3, 4, 5, 6], [1]])
  assert.deepEqual((await deliveriesOf(url, sessionId)).map(({ status }) => status).slice(0, 2), [
    'dead',
    'delivered',
  ])
})

test('A webhook that hangs is soon only probed, one request at a time; one that drips its answer counts by its status', async (t) => {
  const owner = ownerOf(t)
  const dataDir = await dataFolder(owner)
  const { url } = await startDragomanProcess(owner, {
    DRAGOMAN_DATA_DIR: dataDir,
    DRAGOMAN_WEBHOOK_TIMEOUT_MS: '2000',
    DRAGOMAN_DELIVERY_LEASE_MARGIN_S: '5',
    DRAGOMAN_ENDPOINT_CONCURRENCY: '20',
  })
  const database = databaseAt(owner, await embeddedDatabaseUrl(dataDir))
  const probeNow = () => database.query(`update endpoints set probe_at = now() where circuit = 'open'`)
  /** Not only kept for the probe under way, which is for the time of a lease. */
  const nextProbeIsPlanned = async (): Promise<boolean> =>
    (await database.query(`select from endpoints where probe_at > now() + interval '10 seconds'`)).length > 0
  const hanging = await addSide(owner, url, 'hangs', hang)
  const dripping = await addSide(owner, url, 'drips', dripAnswer)
  const waiting = hanging.write({ users: 40, posts: 80, postsPerSession: 2 })
  const dripped = dripping.write({ users: 10, posts: 20, postsPerSession: 2 })

  await until('its circuit is open', async () => (await hanging.circuit()) === 'open')
  await waiting.stop()
  await dripped.stop()
  const drips = await checkDeliveries(url, dripping.webhook, dripped.sessions)
  assert.deepEqual([drips.recorded, drips.duplicates.length], [20, 0])
  assert.equal(dripping.webhook.receipts.length, 20, 'none was sent again')

  assert.ok(Math.max(...hanging.webhook.receipts.map(({ inFlight }) => inFlight)) <= 20)
  for (let probe = 1; probe <= 2; probe += 1) {
    await until('nothing is in flight', () => hanging.webhook.inFlight() === 0)
    const before = hanging.webhook.receipts.length
    await probeNow()
    await until('it is probed', () => hanging.webhook.receipts.length > before)
    await until('the probe has failed', nextProbeIsPlanned)
    assert.equal(hanging.webhook.receipts.length, before + 1)
  }
  hanging.webhook.behave(accept)
  await probeNow()
  const { recorded } = await checkDeliveries(url, hanging.webhook, waiting.sessions)
  assert.equal(recorded, 80)
})

const openSession = async (side: Side, url: string): Promise<string> => {
  const { body } = await side.channel.call(url, 'POST', '/sessions', {})
  return String(body['session_id'])
}

/** One after the other; @returns their request ids */
const post = async (side: Side, url: string, sessionId: string, messages: number): Promise<string[]> => {
  const requestIds: string[] = []
  for (let count = 0; count < messages; count += 1) {
    const body = { input: { text: 'What pricing plans do you offer?' } }
    const answer = await side.channel.call(url, 'POST', `/sessions/${sessionId}/messages`, body)
    assert.equal(answer.status, 202)
    requestIds.push(String(answer.body['request_id']))
  }
  return requestIds
}

interface ToldDelivery {
  readonly sequence: number
  readonly status: string
  readonly reason: string | null
}

/** In the order of their sequence. */
const deliveriesOf = async (url: string, sessionId: string): Promise<ToldDelivery[]> => {
  const page = await manage(url, 'GET', `/deliveries?session_id=${sessionId}`)
  const { items } = page as unknown as { readonly items: readonly ToldDelivery[] }
  return items.toSorted((a, b) => a.sequence - b.sequence)
}
