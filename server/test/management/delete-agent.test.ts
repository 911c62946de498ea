import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { ApiAnswer } from '../support/api.ts'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { assertRefused, operatorOf } from '../support/operator.ts'
import { run } from '../support/sql.ts'
import { until } from '../support/until.ts'

const dragoman = await testDragoman({ after }, { demo: false, limits: { pollMs: 50 } })
const { db } = dragoman.deps
const operator = operatorOf(dragoman)

const draft = {
  agent: { name: 'Greeter' },
  intents: [{ intent: 'hello', examples: ['hello', 'hi there', 'good morning', 'good day to you', 'hey'] }],
  workflows: [
    {
      workflow_id: 'main',
      name: 'Main',
      nodes: [
        {
          node_id: 'hello',
          name: 'Hello',
          type: 'intent',
          intent: 'hello',
          actions: [{ type: 'text', texts: ['Hello!'] }],
        },
      ],
    },
  ],
  knowledge: [
    {
      collection: 'faq',
      name: 'Questions',
      sources: [{ type: 'pages', urls: ['https://shop.example/faq'] }],
    },
  ],
}

const publishedAgent = async (): Promise<{ agentId: string; path: string }> => {
  const made = await operator.post('/agents', { draft })
  const agentId = String(made.body['agent_id'])
  const published = await operator.post(`/agents/${agentId}/publish`)
  assert.equal(published.status, 201, published.text)
  return { agentId, path: `/agents/${agentId}` }
}

const upload = (path: string): Promise<ApiAnswer> =>
  operator.send({
    path: `${path}/knowledge/files?collection=faq&filename=help.md`,
    rawBody: Buffer.from('# Help\n\nYou can send back any item within 30 days.\n'),
    headers: { 'content-type': 'application/octet-stream' },
  })

test('an agent that nobody needs is deleted with its versions and documents', async () => {
  const { agentId, path } = await publishedAgent()
  assert.equal((await upload(path)).status, 202)
  await until('the file is read', async () =>
    (await operator.get(`${path}/knowledge`)).text.includes('"ready":1'),
  )
  assert.equal((await operator.post(`${path}/publish`)).status, 201)
  const deleted = await operator.remove(path)
  assert.equal(deleted.status, 204, deleted.text)
  assertRefused(await operator.get(path), 404, 'not-found', /there is no agent/)
  assertRefused(await operator.remove(path), 404, 'not-found', /there is no agent/)
  assertRefused(await operator.post(`${path}/publish`), 404, 'not-found', /there is no agent/)
  for (const table of ['agent_versions', 'knowledge_lists', 'knowledge_documents', 'knowledge_crawls'])
    assert.deepEqual(await run(db, `select from ${table} where agent_id = $1`, [agentId]), [], table)
  assert.deepEqual(await run(db, 'select from knowledge_passages'), [])
})

test('as long as environments or sessions need it, it stays, and the refusal names them', async () => {
  const { agentId, path } = await publishedAgent()
  const customer = await addCustomer({ after }, dragoman)
  const environment = `/environments/${customer.environmentId}`
  await operator.patch(environment, { agent_id: agentId, name: 'Live' })
  const { sessionId, path: session } = await customer.api.open()
  const both = new RegExp(
    `^agent_id: answers in the environment Live \\(${customer.environmentId}\\) and in 1 session that is not over \\(${sessionId}\\); point`,
  )
  assertRefused(await operator.remove(path), 409, 'conflict', both)
  await operator.patch(environment, { agent_id: null })
  const others = [await customer.api.open(), await customer.api.open()]
  assert.ok(others.every((other) => other.sessionId !== sessionId))
  assertRefused(
    await operator.remove(path),
    409,
    'conflict',
    /^agent_id: answers in 1 session that is not over/,
  )
  await customer.api.post(`${session}/close`)
  assert.equal((await operator.remove(path)).status, 204)
})

test('of many that need it, the refusal names the first and counts the rest', async () => {
  const { agentId, path } = await publishedAgent()
  for (const name of ['A', 'B', 'C', 'D', 'E'])
    await operator.post('/environments', { name, agent_id: agentId })
  const refusal = await operator.remove(path)
  assertRefused(
    refusal,
    409,
    'conflict',
    /^agent_id: answers in the environments A \(\S+\), B \(\S+\), C \(\S+\) and 2 more; point/,
  )
})

test('what it said before stays: the conversation and why the agent said that', async () => {
  const { agentId, path } = await publishedAgent()
  const customer = await addCustomer({ after }, dragoman, { subscribedEvents: ['message:brain_send'] })
  await operator.patch(`/environments/${customer.environmentId}`, { agent_id: agentId })
  const { sessionId, path: session } = await customer.api.open()
  await customer.api.say(session, 'hello')
  await customer.receiver.until((all) => all.length > 0)
  await customer.api.post(`${session}/close`)
  await operator.patch(`/environments/${customer.environmentId}`, { agent_id: null })
  assert.equal((await operator.remove(path)).status, 204)
  const kept = await operator.get(`/sessions/${sessionId}`)
  assert.equal((kept.body['agent'] as { name: string }).name, 'Greeter')
  assert.match((await operator.get(`/sessions/${sessionId}/messages`)).text, /Hello!/)
  assert.match((await operator.get(`/sessions/${sessionId}/trace`)).text, /"intent"/)
})

test('what is begun with it at this very moment comes first, or is told that it is gone', async () => {
  const { agentId, path } = await publishedAgent()
  const customer = await addCustomer({ after }, dragoman)
  const environment = `/environments/${customer.environmentId}`
  /** What the others are told, when `text` is committed first. */
  const committing = (text: string, others: () => Promise<ApiAnswer>[]): Promise<Promise<ApiAnswer[]>[]> =>
    db.transaction(async (tx) => {
      await tx.rows({ name: '', text }, [agentId])
      const asked = others()
      await until('the others wait', async () => (await run(db, waitingStatements)).length === asked.length)
      return [Promise.all(asked)]
    })

  const point = `update environments set agent_id = $1 where environment_id = '${customer.environmentId}'`
  const [kept] = await committing(point, () => [operator.remove(path)])
  const [refusal] = (await kept) ?? []
  assert.ok(refusal)
  assertRefused(refusal, 409, 'conflict', /environment/)
  await operator.patch(environment, { agent_id: null })

  const remove = `with versions as (delete from agent_versions where agent_id = $1),
    crawls as (delete from knowledge_crawls where agent_id = $1) delete from agents where agent_id = $1`
  const [gone] = await committing(remove, () => [
    operator.patch(environment, { agent_id: agentId }),
    operator.post('/environments', { name: 'New', agent_id: agentId }),
    upload(path),
  ])
  const [patched, posted, uploaded] = (await gone) ?? []
  assert.ok(patched && posted && uploaded)
  assertRefused(patched, 400, 'invalid-payload', /^agent_id: there is no agent/)
  assertRefused(posted, 400, 'invalid-payload', /^agent_id: there is no agent/)
  assertRefused(uploaded, 404, 'not-found', /there is no agent/)
})

const waitingStatements = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
