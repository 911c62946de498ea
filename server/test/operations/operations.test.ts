import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { addCustomer } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { openDatabaseProxy } from '../support/database-proxy.ts'
import { testDragoman } from '../support/dragoman.ts'
import { assertRefused } from '../support/operator.ts'
import { until } from '../support/until.ts'

const get = async (url: string) => {
  const response = await fetch(url)
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} }
}

const metricsOf = async (url: string): Promise<ReadonlyMap<string, number>> => {
  const { status, headers, text } = await get(`${url}/metrics`)
  assert.equal(status, 200)
  assert.match(headers.get('content-type') ?? '', /^text\/plain/)
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.lastIndexOf(' ')
        return [line.slice(0, at), Number(line.slice(at + 1))]
      }),
  )
}

test('the first failure is an increase: its counters are there before it, at 0', async () => {
  const dragoman = await testDragoman({ after }, { demo: false })
  const metrics = await metricsOf(dragoman.url)
  assert.equal(metrics.get('dragoman_turns_total{outcome="failed"}'), 0)
  assert.equal(metrics.get('dragoman_delivery_attempts_total{verdict="dead"}'), 0)
})

test('every counter, and nothing else, is called a total, and each has its help', async () => {
  const dragoman = await testDragoman({ after }, { demo: false })
  const { text } = await get(`${dragoman.url}/metrics`)
  const kinds = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
  assert.ok(kinds.length > 0)
  for (const [, name = '', kind] of kinds) {
    assert.equal(name.endsWith('_total'), kind === 'counter', name)
    assert.match(text, new RegExp(`^# HELP ${name} \\S`, 'm'))
  }
})

test('the metrics count what was accepted, thought, delivered and answered, and what waits', async () => {
  const dragoman = await testDragoman({ after }, { demo: false })
  const customer = await addCustomer({ after }, dragoman, { subscribedEvents: ['message:brain_send'] })
  customer.receiver.behave((_received, attempt) => (attempt === 1 ? 503 : 200))
  const { path } = await customer.api.open()
  await customer.api.say(path, 'question 1')
  await customer.api.post(`${path}/messages`, { input: {} })
  await customer.receiver.until((accepted) => accepted.length === 1)
  const failing = await customer.api.open()
  customer.receiver.behave(() => 503)
  await customer.api.say(failing.path, 'question 2')
  await customer.receiver.untilReceived((received) => received.length >= 3)
  await until('an attempt is counted', async () => {
    return (
      ((await metricsOf(dragoman.url)).get('dragoman_delivery_attempts_total{verdict="later"}') ?? 0) >= 2
    )
  })
  const metrics = await metricsOf(dragoman.url)
  assert.equal(metrics.get('dragoman_messages_accepted_total'), 2)
  assert.equal(metrics.get('dragoman_turns_total{outcome="answered"}'), 2)
  assert.equal(metrics.get('dragoman_delivery_attempts_total{verdict="delivered"}'), 1)
  assert.ok((metrics.get('dragoman_delivery_attempt_duration_seconds_count') ?? 0) >= 3)
  const route = 'route="/v1/custom/:integration_id/sessions/:session_id/messages"'
  const answered = (status: number): number | undefined =>
    metrics.get(`dragoman_http_request_duration_seconds_count{method="POST",${route},status="${status}"}`)
  assert.equal(answered(202), 2)
  assert.equal(answered(400), 1)
  assert.equal(metrics.get('dragoman_lanes_waiting'), 1)
  assert.equal(metrics.get('dragoman_turns_waiting'), 0)
  assert.equal(metrics.get('dragoman_store_up'), 1)
  for (const name of [
    'dragoman_lanes_due_seconds',
    'dragoman_turns_due_seconds',
    'dragoman_circuits_open',
    'dragoman_endpoints_paused',
    'dragoman_turns_in_flight',
    'dragoman_deliveries_in_flight',
    'dragoman_database_connections_in_use',
    'nodejs_eventloop_lag_p99_seconds',
    'process_resident_memory_bytes',
  ])
    assert.ok(metrics.has(name), name)
})

test('no path, id or key of a caller becomes a series', async () => {
  const dragoman = await testDragoman({ after }, { demo: false })
  const customer = await addCustomer({ after }, dragoman)
  const { path, sessionId } = await customer.api.open()
  await customer.api.get(path)
  await get(`${dragoman.url}/nowhere/at-all`)
  const { text } = await get(`${dragoman.url}/metrics`)
  for (const secret of [sessionId, customer.integrationId, customer.key, 'at-all'])
    assert.ok(!text.includes(secret))
  assert.match(text, /route="none",status="404"/)
})

test('while the store is away the process lives, is not ready, and still tells its metrics', async () => {
  const { url: databaseUrl } = await testDatabase({ after })
  const proxy = await openDatabaseProxy({ after }, databaseUrl)
  const { url } = await testDragoman({ after }, { demo: false, databaseUrl: proxy.url })
  assert.deepEqual((await get(`${url}/healthz`)).body, { status: 'ok' })
  assert.deepEqual((await get(`${url}/readyz`)).body, { status: 'ready' })
  proxy.isClosed = true
  proxy.toServer = (_bytes, link) => {
    link.client.destroy()
    return undefined
  }
  assert.deepEqual((await get(`${url}/healthz`)).body, { status: 'ok' })
  const unready = await get(`${url}/readyz`)
  assertRefused(unready, 503, 'unavailable', /^store: cannot be reached/)
  assert.ok(Number(unready.headers.get('retry-after')) > 0)
  assert.equal((await metricsOf(url)).get('dragoman_store_up'), 0)
  proxy.isClosed = false
  proxy.toServer = (bytes) => bytes
  await until('it is ready again', async () => (await get(`${url}/readyz`)).status === 200)
})

test('a process without the http role tells its health and metrics, and answers nothing else', async () => {
  const { url: databaseUrl } = await testDatabase({ after })
  const full = await testDragoman({ after }, { databaseUrl })
  const { url, demo, adminToken } = await testDragoman(
    { after },
    { databaseUrl, roles: new Set(['worker', 'deliver']) },
  )
  assert.deepEqual((await get(`${url}/healthz`)).body, { status: 'ok' })
  assert.deepEqual((await get(`${url}/readyz`)).body, { status: 'ready' })
  assert.equal((await metricsOf(url)).get('dragoman_store_up'), 1)
  assert.equal(demo, null)
  const authorization = `Bearer ${adminToken}`
  for (const path of ['/api/v1/integrations', '/inbox', '/openapi.json'])
    for (const [origin, status] of [
      [full.url, 200],
      [url, 404],
    ] as const)
      assert.equal((await fetch(`${origin}${path}`, { headers: { authorization } })).status, status, path)
  assertRefused(await get(`${url}/v1/custom/any/sessions`), 404, 'not-found', /no such endpoint/)
})

test('a database whose migrations are not done is not ready', async () => {
  const { url, deps } = await testDragoman({ after }, { demo: false })
  await deps.db.rows({ name: 'forget-migration', text: 'delete from migrations where number > 1' }, [])
  assertRefused(await get(`${url}/readyz`), 503, 'unavailable', /migrations are not done/)
})
