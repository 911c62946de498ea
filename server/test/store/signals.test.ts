import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import { enterProcess, listProcesses, newProcessKey } from '../../src/store/processes.ts'
import { createSignals } from '../../src/store/signals.ts'
import { testDatabase } from '../support/database.ts'
import { openDatabaseProxy } from '../support/database-proxy.ts'
import { until } from '../support/until.ts'

const { db, url } = await testDatabase({ after })
const log = (): void => undefined

const isGone = async (processKey: number): Promise<boolean> =>
  (await listProcesses(db)).some((process) => process.processKey === processKey && process.isGone)

test('a process whose old connection the server still believes in comes back at once, and lives until both are gone', async () => {
  const processKey = newProcessKey()
  await enterProcess(db, processKey)
  assert.ok(await isGone(processKey))
  const old = createSignals({ url, processKey, log })
  await old.connect()
  const fresh = createSignals({ url, processKey, log })
  await fresh.connect()
  assert.equal(await isGone(processKey), false)
  await old.close()
  assert.equal(await isGone(processKey), false)
  await fresh.close()
  await until('the process is gone', () => isGone(processKey))
})

test('a listener that fails neither keeps the others asleep nor makes the commit look failed', async (t) => {
  const signals = createSignals({ url, processKey: newProcessKey(), log })
  t.after(signals.close)
  let woken = 0
  signals.onWakeUp(() => {
    throw new Error('a bug')
  })
  signals.onWakeUp(() => {
    woken += 1
  })
  signals.committed({ turnsDue: true, lanesDueOf: new Set(), sessionsWithEvents: new Set() })
  assert.equal(woken, 1)
})

test('a connection that answers no more is given up for a new one, and what waited for it does not pile up', async (t) => {
  const proxy = await openDatabaseProxy(t, url)
  const speaker = createSignals({ url: proxy.url, processKey: newProcessKey(), log, answerMsMax: 200 })
  const listener = createSignals({ url, processKey: newProcessKey(), log })
  t.after(speaker.close)
  t.after(listener.close)
  await listener.connect()
  await speaker.connect()
  const heard: string[] = []
  listener.onCompose(({ body }) => heard.push(body))
  const say = (body: string): void => speaker.composed({ sessionId: 's', integrationId: 'i', body })

  let silent: unknown
  proxy.toServer = (bytes, link) => {
    silent ??= link
    return link === silent ? undefined : bytes
  }
  for (let count = 0; count < 5_000; count += 1) say('into the silence')
  await until('it is heard again', () => {
    say('after the silence')
    return heard.includes('after the silence')
  })
  assert.ok(!heard.includes('into the silence'))
})

test('a process that is alone tells nobody, until another one comes', async (t) => {
  const speaker = createSignals({ url, processKey: newProcessKey(), log })
  t.after(speaker.close)
  await speaker.connect()
  const heard: string[] = []
  const ear = new pg.Client(url)
  t.after(() => ear.end())
  await ear.connect()
  ear.on('notification', ({ payload = '' }) => heard.push(payload))
  await ear.query('listen dragoman')
  const say = (body: string): void => speaker.composed({ sessionId: 's', integrationId: 'i', body })

  say('one')
  await until('it is told', () => heard.some((payload) => payload.includes('one')))
  speaker.setAlone(true)
  say('two')
  const comer = createSignals({ url, processKey: newProcessKey(), log })
  t.after(comer.close)
  const composed: string[] = []
  comer.onCompose(({ body }) => composed.push(body))
  await comer.connect()
  await until('the speaker knows of the other one', () => {
    say('three')
    return composed.includes('three')
  })
  assert.ok(!heard.some((payload) => payload.includes('two')))
})

test('a process that is alone notices when its connection answers no more, for by it the next one knows that it lives', async (t) => {
  const proxy = await openDatabaseProxy(t, url)
  const speaker = createSignals({ url: proxy.url, processKey: newProcessKey(), log, answerMsMax: 200 })
  t.after(speaker.close)
  const listener = createSignals({ url, processKey: newProcessKey(), log })
  t.after(listener.close)
  await listener.connect()
  const heard: string[] = []
  listener.onCompose(({ body }) => heard.push(body))
  await speaker.connect()
  speaker.composed({ sessionId: 's', integrationId: 'i', body: 'all is sent' })
  await until('all is sent', () => heard.length > 0)
  let woken = 0
  speaker.onWakeUp(() => {
    woken += 1
  })
  let silent: unknown
  proxy.toServer = (bytes, link) => {
    silent ??= link
    return link === silent ? undefined : bytes
  }
  await until('it has a new connection', () => {
    speaker.setAlone(true)
    return woken > 0
  })
})

test('who was heard of a moment ago is there, even if a look that began before did not find it', async (t) => {
  const speaker = createSignals({ url, processKey: newProcessKey(), log })
  const comer = createSignals({ url, processKey: newProcessKey(), log })
  t.after(speaker.close)
  t.after(comer.close)
  const heard: string[] = []
  speaker.onCompose(({ body }) => heard.push(body))
  comer.onCompose(({ body }) => heard.push(body))
  await speaker.connect()
  await comer.connect()
  comer.composed({ sessionId: 's', integrationId: 'i', body: 'here I am' })
  await until('it is heard of', () => heard.length === 2)
  speaker.setAlone(true)
  speaker.composed({ sessionId: 's', integrationId: 'i', body: 'welcome' })
  await until('it hears', () => heard.length === 4)
})

test('typing in a session with a large context is heard in other processes, too, without the context', async (t) => {
  const speaker = createSignals({ url, processKey: newProcessKey(), log })
  const listener = createSignals({ url, processKey: newProcessKey(), log })
  t.after(speaker.close)
  t.after(listener.close)
  await speaker.connect()
  await listener.connect()
  const heard: string[] = []
  listener.onCompose(({ body }) => heard.push(body))
  const small = JSON.stringify({ action: 'start', context: { note: 'short' } })
  const large = JSON.stringify({ action: 'stop', context: { note: '"'.repeat(20_000) } })
  for (const body of [small, large]) speaker.composed({ sessionId: 's', integrationId: 'i', body })
  await until('both are heard', () => heard.length === 2)
  assert.deepEqual(heard, [small, '{"action":"stop"}'])
})
