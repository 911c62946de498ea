import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { ApiAnswer } from '../support/api.ts'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { assertRefused, type Item, operatorOf } from '../support/operator.ts'
import { run } from '../support/sql.ts'
import { until } from '../support/until.ts'

const dragoman = await testDragoman({ after }, { demo: false })
const { db } = dragoman.deps
const operator = operatorOf(dragoman)
const nowhere = '00000000-0000-4000-8000-000000000000'

const documentThatSays = (text: string) => ({
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
          actions: [{ type: 'text', texts: [text] }],
        },
      ],
    },
  ],
})

/** An agent with as many versions as texts; its draft is the last of them. */
const agentWith = async (...texts: string[]): Promise<string> => {
  const made = await operator.post('/agents', { draft: documentThatSays(texts[0] ?? '') })
  const path = `/agents/${String(made.body['agent_id'])}`
  for (const text of texts) {
    await operator.put(`${path}/draft`, documentThatSays(text))
    assert.equal((await operator.post(`${path}/publish`)).status, 201)
  }
  return path
}

test('versions are listed newest first, page by page, with the environments that answer with them', async () => {
  const path = await agentWith('one', 'two', 'three')
  const agentId = path.split('/')[2]
  const follows = await operator.post('/environments', { name: 'follows', agent_id: agentId })
  const pinned = await operator.post('/environments', { name: 'pinned', agent_id: agentId })
  await operator.patch(`/environments/${pinned.body['environment_id']}`, { agent_version: 1 })
  const versions = await operator.all(`${path}/versions?limit=2`)
  assert.deepEqual(
    versions.map(({ version, environments }) => [version, environments]),
    [
      [3, [follows.body['environment_id']]],
      [2, []],
      [1, [pinned.body['environment_id']]],
    ],
  )
  assert.ok(versions.every(({ published_at }) => Math.abs(published_at - Date.now()) < 600_000))
  assertRefused(await operator.get(`/agents/${nowhere}/versions`), 404, 'not-found')
})

test('a version that no agent can have is refused wherever one is named', async () => {
  const path = await agentWith('one')
  const environment = await operator.post('/environments', { name: 'any', agent_id: path.split('/')[2] })
  const tooHigh = 2_147_483_648
  for (const answer of [
    await operator.get(`${path}/versions?after=${tooHigh}`),
    await operator.remove(`${path}/versions/${tooHigh}`),
    await operator.get(`${path}/diff?from=${tooHigh}`),
    await operator.get(`${path}/knowledge/documents?version=${tooHigh}`),
    await operator.patch(`/environments/${environment.body['environment_id']}`, { agent_version: tooHigh }),
  ])
    assertRefused(answer, 400, 'invalid-payload', /must be at most 2147483647/)
})

test('restoring makes the draft what a version was, and leaves the versions alone', async () => {
  const path = await agentWith('one', 'two')
  const restored = await operator.post(`${path}/restore`, { version: 1 })
  assert.deepEqual([restored.status, restored.body['version'], restored.body['name']], [200, 1, 'Greeter'])
  const agent = (await operator.get(path)).body as Item
  assert.deepEqual(agent.draft, documentThatSays('one'))
  assert.equal(agent.newest_version, 2)
  assertRefused(await operator.post(`${path}/restore`, { version: 3 }), 404, 'not-found', /no version 3/)
  assertRefused(await operator.post(`${path}/restore`, { version: 0 }), 400, 'invalid-payload')
  assertRefused(await operator.post(`/agents/${nowhere}/restore`, { version: 1 }), 404, 'not-found')
})

test('a comparison names what is otherwise, by default in the draft than in the newest version', async () => {
  const path = await agentWith('one', 'two')
  await operator.put(`${path}/draft`, documentThatSays('three'))
  const changes = async (query = ''): Promise<unknown> =>
    (await operator.get(`${path}/diff${query}`)).body['changes']
  const at = 'workflows[main].nodes[hello].actions[0].texts'
  const otherwise = (before: string, later: string) => [
    { path: at, change: 'removed', before },
    { path: at, change: 'added', after: later },
  ]
  assert.deepEqual(await changes(), otherwise('two', 'three'))
  assert.deepEqual(await changes('?from=1'), otherwise('one', 'three'))
  assert.deepEqual(await changes('?from=2&to=1'), otherwise('two', 'one'))
  assert.deepEqual(await changes('?from=1&to=1'), [])
  assertRefused(await operator.get(`${path}/diff?from=9`), 404, 'not-found', /version 9/)
  const unpublished = String((await operator.post('/agents', { name: 'New' })).body['agent_id'])
  assertRefused(await operator.get(`/agents/${unpublished}/diff`), 404, 'not-found', /no version to compare/)
})

test('what is exported can be imported again, as the same agent or a new one', async () => {
  const path = await agentWith('one', 'two')
  const exported = (await operator.get(`${path}/export?version=1`)).body as Item
  assert.deepEqual(exported.document, documentThatSays('one'))
  assert.deepEqual(
    exported.files.map(({ path: file }: Item) => file),
    ['agent.yaml', 'intents/hello.yaml', 'workflows/main.yaml'],
  )
  const imported = await operator.post(`${path}/import`, { files: exported.files })
  assert.equal(imported.status, 200, imported.text)
  assert.deepEqual(((await operator.get(path)).body as Item).draft, documentThatSays('one'))
  const made = await operator.post('/agents/import', { files: exported.files })
  assert.equal(made.status, 201, made.text)
  const copy = await operator.get(`/agents/${made.body['agent_id']}`)
  assert.deepEqual((copy.body as Item).draft, documentThatSays('one'))
  assertRefused(await operator.get(`${path}/export?version=9`), 404, 'not-found')
  assertRefused(await operator.post(`/agents/${nowhere}/import`, { files: exported.files }), 404, 'not-found')
})

test('files with a fault are refused with file, line and cure, and nothing changes', async () => {
  const path = await agentWith('one')
  const files = [
    { path: 'agent.yaml', text: 'agent:\n  name: Greeter\n' },
    { path: 'intents/hello.yaml', text: 'intent: hello\nexample: [hi]\n' },
  ]
  const refused = await operator.post(`${path}/import`, { files })
  assertRefused(
    refused,
    400,
    'invalid-payload',
    /intents\/hello\.yaml:2 example is an unknown key; did you mean examples\?/,
  )
  assert.deepEqual(
    (refused.body['errors'] as Item[]).map(({ path: at }) => at),
    ['intents/hello.yaml:1 examples', 'intents/hello.yaml:2 example'],
  )
  assert.deepEqual(((await operator.get(path)).body as Item).draft, documentThatSays('one'))
})

test('only a version that nobody needs can be deleted', async () => {
  const customer = await addCustomer({ after }, dragoman)
  const path = await agentWith('one', 'two')
  const environment = `/environments/${customer.environmentId}`
  await operator.patch(environment, { agent_id: path.split('/')[2], agent_version: 1 })
  const remove = (version: number) => operator.remove(`${path}/versions/${version}`)
  assertRefused(await remove(1), 409, 'conflict', /environment/)
  const session = await customer.api.open()
  await operator.patch(environment, { agent_version: 2 })
  assertRefused(await remove(1), 409, 'conflict', /session/)
  await customer.api.post(`${session.path}/close`)
  assertRefused(await remove(2), 409, 'conflict', /newest/)
  assertRefused(await remove(7), 404, 'not-found', /no version 7/)
  const deleted = await remove(1)
  assert.equal(deleted.status, 204, deleted.text)
  assert.deepEqual(
    (await operator.all(`${path}/versions`)).map(({ version }) => version),
    [2],
  )
  assertRefused(await remove(1), 404, 'not-found')
  const back = await operator.patch(environment, { agent_version: 1 })
  assertRefused(back, 400, 'invalid-payload', /^agent_version: 1 is not published; the newest is 2/)
})

test('an environment is pointed at a version that is being deleted: whoever came first has it, and the other is told', async () => {
  const customer = await addCustomer({ after }, dragoman)
  const path = await agentWith('one', 'two')
  const agentId = path.split('/')[2]
  const environment = `/environments/${customer.environmentId}`
  await operator.patch(environment, { agent_id: agentId })
  /** What the other one is told, when `text` is committed first. */
  const committing = (
    text: string,
    other: () => Promise<ApiAnswer>,
  ): Promise<{ answer: Promise<ApiAnswer> }> =>
    db.transaction(async (tx) => {
      await tx.rows({ name: '', text }, [agentId])
      const answer = other()
      await until('the other one waits', async () => (await run(db, waitingStatements)).length > 0)
      return { answer }
    })

  const point = 'update environments set agent_version = 1 where agent_id = $1'
  const kept = await committing(point, () => operator.remove(`${path}/versions/1`))
  assertRefused(await kept.answer, 409, 'conflict', /environment/)
  await operator.patch(environment, { agent_version: null })

  const remove = 'delete from agent_versions where agent_id = $1 and version = 1'
  const gone = await committing(remove, () => operator.patch(environment, { agent_version: 1 }))
  assertRefused(await gone.answer, 400, 'invalid-payload', /^agent_version: 1 is not published/)
  const settings = await dragoman.deps.settings.of(customer.integrationId)
  assert.equal(settings?.agent?.version, 2)
})

const waitingStatements = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`

test('tests of an agent run on the server; what cannot be run is refused', async () => {
  const path = await agentWith('one')
  assertRefused(await operator.post(`${path}/test`, {}), 400, 'invalid-payload', /the document has none/)
  const hello = (exact: string) => ({
    test: `says ${exact}`,
    turns: [{ user: 'hello', expect: { responses: [{ exact }] } }],
  })
  await operator.put(`${path}/draft`, { ...documentThatSays('one'), tests: [hello('one'), hello('two')] })
  const report = (await operator.post(`${path}/test`)).body as Item
  assert.deepEqual([report.passed, report.tests.map(({ passed }: Item) => passed)], [false, [true, false]])
  assert.match(report.text, /1 of 2 tests passed; failed: says two/)
  const some = (await operator.post(`${path}/test`, { only: 'one' })).body as Item
  assert.deepEqual([some.passed, some.tests.length], [true, 1])
  assertRefused(await operator.post(`${path}/test`, { only: 'three' }), 400, 'invalid-payload', /three/)
  assertRefused(await operator.post(`${path}/test`, { version: 4 }), 404, 'not-found')
})

test('an import that holds itself is refused, not an error of the server', async () => {
  const text =
    'agent: {name: A}\nintents: []\nworkflows: []\ntests:\n- test: x\n  context: &a {b: *a}\n  turns: [{user: hi}]\n'
  const refused = await operator.post('/agents/import', { files: [{ path: 'agent.yaml', text }] })
  assertRefused(refused, 400, 'invalid-payload')
})
