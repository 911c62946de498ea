import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { Agent, get, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { webhookHeaders } from '@dragoman/sdk'
import { chromium } from 'playwright-core'
import { secretOwner } from '../../src/domain/secret-owner.ts'
import { listInbox } from '../../src/usecases/list-inbox.ts'
import { testDragoman } from '../support/dragoman.ts'

const dragoman = await testDragoman({ after })
const { url, demo, deps } = dragoman
assert.ok(demo)

interface Page {
  readonly items: readonly {
    readonly verified: boolean
    readonly problem?: string
    readonly event: Record<string, unknown>
    readonly headers: Record<string, string>
  }[]
}

const call = async (path: string, body: object): Promise<Record<string, string>> => {
  const response = await fetch(`${url}/v1/custom/${demo.integrationId}${path}`, {
    method: 'POST',
    headers: { authorization: `apikey ${demo.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return (await response.json()) as Record<string, string>
}

const ask = async (text: string): Promise<string> => {
  const { session_id } = await call('/sessions', { external_session_id: 'chat-1' })
  await call(`/sessions/${session_id}/messages`, { input: { text } })
  return session_id ?? ''
}

const arrived = async (sessionId: string): Promise<Page['items']> =>
  ((await (await fetch(`${url}/inbox/events?session_id=${sessionId}&wait=20`)).json()) as Page).items

test('the worked example arrives at the built-in inbox, signed and verified', async () => {
  const sessionId = await ask('What pricing plans do you offer?')
  const [item] = await arrived(sessionId)
  assert.equal(item?.verified, true)
  assert.equal(item?.event['event_type'], 'message:brain_send')
  assert.match(item?.headers['x-moveo-signature'] ?? '', /^[\da-f]{64}$/)
})

const why = async (query: object): Promise<Response> =>
  await fetch(`${url}/inbox/why?${new URLSearchParams({ ...query })}`)

test('the inbox tells why the agent said what it shows, and of nothing else', async () => {
  const sessionId = await ask('What would the plans cost us?')
  const [item] = await arrived(sessionId)
  const requestId = String(item?.event['in_reply_to'])
  const answer = await why({ session_id: sessionId, request_id: requestId })
  const { said, trace } = (await answer.json()) as { said: string; trace: { intent: { name: string } } }
  assert.equal(said, 'What would the plans cost us?')
  assert.equal(trace.intent.name, 'pricing_plans')
  assert.equal((await why({ session_id: sessionId, request_id: sessionId })).status, 404)
  assert.equal((await why({ session_id: requestId, request_id: requestId })).status, 404)
  assert.equal((await why({ session_id: 'forged' })).status, 400)
})

test('what nobody signed is refused with 401 and shown as refused', async () => {
  const body = JSON.stringify({
    event_type: 'message:brain_send',
    session_id: 'forged',
    timestamp: Date.now(),
  })
  const headers = await webhookHeaders({
    secrets: ['another secret'],
    eventId: 'x',
    timestampSeconds: Math.floor(Date.now() / 1000),
    rawBody: body,
  })
  const response = await fetch(`${url}/inbox/${demo.integrationId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  assert.equal(response.status, 401)
  const [item] = await arrived('forged')
  assert.equal(item?.verified, false)
  assert.notEqual(item?.problem, undefined)
})

test('an inbox for an integration that does not exist is 404', async () => {
  const response = await fetch(`${url}/inbox/00000000-0000-4000-8000-000000000000`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  assert.equal(response.status, 404)
  assert.equal(((await response.json()) as { error_code: string }).error_code, 'integration-not-found')
})

test('a question that no inbox can answer is refused by the field that is wrong', async () => {
  for (const [query, sentence] of [
    ['after=-1', 'after: must be at least 0'],
    ['after=1e30', 'after: must be at most 9007199254740991'],
    ['after=x', 'after: must be an integer'],
    ['wait=31', 'wait: must be at most 30'],
    ['session_id=%00', 'session_id: must have at most 64 characters, and no NUL'],
  ]) {
    const response = await fetch(`${url}/inbox/events?${query}`)
    assert.equal(response.status, 400)
    assert.deepEqual(await response.json(), { error_code: 'invalid-payload', error_message: sentence })
  }
})

test('the bare address leads to the inbox', async () => {
  const response = await fetch(`${url}/`, { redirect: 'manual' })
  assert.equal(response.status, 302)
  assert.equal(response.headers.get('location'), '/inbox')
})

test('with two live secrets an event signed by either is verified', async () => {
  const settings = await deps.settings.of(demo.integrationId)
  const sealed = settings?.sealedSecrets[0] ?? ''
  const secret = deps.sealer.open(sealed, secretOwner(demo.integrationId))
  const body = JSON.stringify({ event_type: 'session:closed', session_id: 'either', timestamp: Date.now() })
  const headers = await webhookHeaders({
    secrets: [secret, 'a newer secret'],
    eventId: 'y',
    timestampSeconds: Math.floor(Date.now() / 1000),
    rawBody: body,
  })
  const response = await fetch(`${url}/inbox/${demo.integrationId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  assert.equal(response.status, 200)
})

test('who reads on after an item misses none, however many came at once', async () => {
  const sign = async (count: number) => {
    const body = JSON.stringify({
      event_type: 'message:read',
      session_id: 'many',
      count,
      timestamp: Date.now(),
    })
    return await fetch(`${url}/inbox/${demo.integrationId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
  }
  await sign(0)
  const first = (await (await fetch(`${url}/inbox/events?session_id=many`)).json()) as { next: number }
  await Promise.all(Array.from({ length: 250 }, (_, index) => sign(index + 1)))
  const seen = new Set<unknown>()
  let { next } = first
  for (let round = 0; round < 2; round += 1) {
    const page = await fetch(`${url}/inbox/events?session_id=many&after=${next}`)
    const { items, next: following } = (await page.json()) as Page & { next: number }
    for (const { event } of items) seen.add(event['count'])
    next = following
  }
  assert.equal(seen.size, 250)
})

const replay = (sessionId: string): Promise<Response> =>
  fetch(`${url}/api/v1/deliveries/replay`, {
    method: 'POST',
    headers: { authorization: `Bearer ${dragoman.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ session_id: sessionId }),
  })

const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
)

test('the page shows an event as it arrives, in a real browser, with no script but its own', {
  skip: chromiumPath === undefined && 'no Chromium on this machine',
}, async (t) => {
  const browser = await chromium.launch({
    executablePath: chromiumPath ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-quic',
      '--no-first-run',
    ],
  })
  t.after(() => browser.close())
  for (const width of [1280, 390]) {
    const page = await browser.newPage({ viewport: { width, height: 844 } })
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    await page.goto(`${url}/inbox`)
    await page.waitForSelector('#state.live')
    const before = await page.locator('.event').count()
    await ask('how much does it cost')
    await page.waitForFunction((count) => document.querySelectorAll('.event').length > count, before)
    const newest = page.locator('.event').first()
    assert.match((await newest.textContent()) ?? '', /message:brain_send/)
    assert.match((await newest.textContent()) ?? '', /signature verified/)
    assert.match((await newest.textContent()) ?? '', /We offer three pricing plans/)
    assert.match((await newest.textContent()) ?? '', /See Enterprise/)
    await newest.locator('summary', { hasText: 'Why' }).click()
    assert.match(
      (await newest.locator('.why').textContent()) ?? '',
      /“how much does it cost”.*pricing_plans\d+%/,
    )
    const session = await ask('Tell me about the Starter plan')
    await page.waitForFunction((count) => document.querySelectorAll('.event').length > count, before + 1)
    await newest.locator('.again').waitFor({ state: 'hidden' })
    await replay(session)
    await page.waitForFunction((count) => document.querySelectorAll('.event').length > count, before + 2)
    await newest.locator('.again').waitFor({ state: 'visible' })
    assert.equal(await page.locator('.event').first().locator('.bubble strong').textContent(), 'Starter')
    await page.locator('.event').first().locator('summary', { hasText: 'Headers' }).click()
    // All of it is read without pushing the page aside, also what hides its overflow.
    const tooWide = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('article')]
        .filter(
          (element) => element.getBoundingClientRect().right > innerWidth || element.scrollWidth > innerWidth,
        )
        .map((element) => element.tagName),
    )
    assert.deepEqual(tooWide, [])
    assert.deepEqual(faults, [])
    await page.close()
  }
})

test('a page that asks all day long over one connection leaves nothing behind', async (t) => {
  const warnings: Error[] = []
  const note = (warning: Error): void => void warnings.push(warning)
  process.on('warning', note)
  t.after(() => process.off('warning', note))
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  for (let times = 0; times < 20; times += 1) {
    const asking = get(`${url}/inbox/events?after=1000000`, { agent })
    const [response] = (await once(asking, 'response')) as [IncomingMessage]
    assert.equal(await json(response).then((page) => (page as Page).items.length), 0)
  }

  const waited: AbortSignal[] = []
  const next = (gone: AbortSignal): Promise<void> => {
    waited.push(gone)
    return once(gone, 'abort').then(() => undefined)
  }
  const page = { after: 1_000_000, sessionId: null, limit: 1, waitMs: 30, gone: new AbortController().signal }
  await listInbox({ ...deps, inboxBell: { ring: () => undefined, next } }, page)
  assert.ok(waited.length > 1 && waited.every(({ aborted }) => aborted))
  assert.deepEqual(warnings, [])
})
