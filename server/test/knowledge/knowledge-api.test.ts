import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { assertRefused, type Item, operatorOf } from '../support/operator.ts'
import { until } from '../support/until.ts'

const dragoman = await testDragoman({ after }, { demo: false, limits: { pollMs: 50 } })
const operator = operatorOf(dragoman)

const draft = (knowledge: readonly object[] = [{ collection: 'faq', name: 'Questions' }]) => ({
  agent: { name: 'Shop' },
  intents: [],
  workflows: [],
  knowledge,
})

const newAgent = async (document = draft()): Promise<string> => {
  const made = await operator.post('/agents', { draft: document })
  assert.equal(made.status, 201, made.text)
  return `/agents/${made.body['agent_id']}`
}

const upload = (agent: string, filename: string, content: string, collection = 'faq') =>
  operator.send({
    path: `${agent}/knowledge/files?${new URLSearchParams({ collection, filename })}`,
    rawBody: Buffer.from(content),
    headers: { 'content-type': 'application/octet-stream' },
  })

const read = async (agent: string, filename: string, content: string): Promise<Item> => {
  const added = await upload(agent, filename, content)
  assert.equal(added.status, 202, added.text)
  return await settled(agent, String(added.body['document_id']))
}

const settled = async (agent: string, documentId: string): Promise<Item> => {
  let document: Item
  await until(`${documentId} is read`, async () => {
    document = (await operator.get(`${agent}/knowledge/documents/${documentId}`)).body
    return document.status === 'ready' || document.status === 'failed'
  })
  return document
}

const search = async (agent: string, query: string, more: object = {}): Promise<Item> => {
  const found = await operator.post(`${agent}/knowledge/search`, { query, ...more })
  assert.equal(found.status, 200, found.text)
  return found.body
}

const shopText = `# Shop help

## Returns

You can send back any item within 30 days. The parcel label is in the box.

## Delivery

Orders arrive within three working days. Deliveries to Crete take five.

## Warranty

Every bicycle has a warranty of two years. Batteries have six months.
`

test('an uploaded file is read, listed with its passages, and answers with its source', async () => {
  const agent = await newAgent()
  const document = await read(agent, 'help.md', shopText)
  assert.equal(document.status, 'ready', document.error)
  assert.deepEqual([document.title, document.passages_done, document.passages_total], ['Shop help', 3, 3])
  const passages = await operator.all(`${agent}/knowledge/documents/${document.document_id}/passages?limit=2`)
  assert.deepEqual(
    passages.map(({ position, heading }) => [position, heading]),
    [
      [0, 'Shop help › Returns'],
      [1, 'Shop help › Delivery'],
      [2, 'Shop help › Warranty'],
    ],
  )
  const found = await search(agent, 'How long is the warranty of a bicycle?')
  assert.match(found.answer, /warranty of two years/)
  assert.match(found.answer, /\n\nSource: Shop help$/)
  assert.equal(found.passages[0].heading, 'Shop help › Warranty')
  const { collections } = (await operator.get(`${agent}/knowledge`)).body as Item
  assert.deepEqual(collections, [
    {
      collection: 'faq',
      name: 'Questions',
      documents: { pending: 0, ingesting: 0, ready: 1, failed: 0 },
      passages: 3,
      crawls: [],
    },
  ])
})

test('a question that no document answers gets no answer', async () => {
  const agent = await newAgent()
  await read(agent, 'help.md', shopText)
  for (const query of [
    'Who is the president of France?',
    'hello there',
    'What is the weather like tomorrow?',
  ])
    assert.equal((await search(agent, query)).answer, null, query)
})

test('the same file again changes nothing, a changed one takes its place, and published versions keep theirs', async () => {
  const agent = await newAgent()
  const first = await read(agent, 'help.md', shopText)
  assert.equal((await upload(agent, 'help.md', shopText)).body['document_id'], first.document_id)
  assert.equal((await operator.post(`${agent}/publish`)).body['version'], 1)

  const second = await read(agent, 'help.md', shopText.replace('two years', 'seven years'))
  assert.notEqual(second.document_id, first.document_id)
  const ids = async (version: number) =>
    (await operator.all(`${agent}/knowledge/documents?version=${version}`)).map((one) => one.document_id)
  assert.deepEqual([await ids(0), await ids(1)], [[second.document_id], [first.document_id]])
  const question = 'How long is the warranty of a bicycle?'
  assert.match((await search(agent, question)).answer, /seven years/)
  assert.match((await search(agent, question, { version: 1 })).answer, /two years/)

  const path = `${agent}/knowledge/documents/${second.document_id}`
  assert.equal((await operator.remove(path)).status, 204)
  assert.equal((await search(agent, question)).answer, null)
  assert.match((await search(agent, question, { version: 1 })).answer, /two years/)
  assertRefused(await operator.get(path), 404, 'not-found', /^document_id/)
  assert.equal((await operator.remove(`${agent}/knowledge/documents/${first.document_id}`)).status, 204)
  assert.match((await search(agent, question, { version: 1 })).answer, /two years/)

  const restored = await operator.post(`${agent}/restore`, { version: 1 })
  assert.equal(restored.status, 200, restored.text)
  assert.match((await search(agent, question)).answer, /two years/)
})

test('nothing is published while an uploaded file is still being read', async () => {
  const agent = await newAgent()
  await dragoman.deps.db.transaction(async (tx) => {
    await tx.rows({ name: 'hold-documents', text: 'lock table knowledge_passages in share mode' }, [])
    const added = await upload(agent, 'help.md', shopText)
    assertRefused(
      await operator.post(`${agent}/publish`),
      409,
      'conflict',
      /^knowledge: 1 uploaded file is still/,
    )
    assert.ok(added.body['document_id'])
  })
  await until('the file is read', async () => (await operator.post(`${agent}/publish`)).status === 201)
})

test('a file that cannot be read stays in the list with its reason, out of every version', async () => {
  const agent = await newAgent()
  const document = await read(agent, 'list.csv', 'frage,antwort\na,b\n')
  assert.equal(document.status, 'failed')
  assert.match(document.error, /columns question and answer/)
  await operator.post(`${agent}/publish`)
  assert.deepEqual(await operator.all(`${agent}/knowledge/documents?version=1`), [])
  const mended = await read(agent, 'list.csv', 'question,answer\nOpening hours?,Nine to five.\n')
  assert.equal(mended.status, 'ready')
  assert.equal((await operator.all(`${agent}/knowledge/documents`)).length, 1)
})

test('what is wrong with an upload or a search is told by its field and its cure', async () => {
  const agent = await newAgent()
  assertRefused(await upload(agent, 'a.exe', 'x'), 400, 'invalid-payload', /^filename: must end with \.md/)
  assertRefused(await upload(agent, 'a.txt', ''), 400, 'invalid-payload', /^body: is empty/)
  const form = {
    path: `${agent}/knowledge/files?collection=faq&filename=a.md`,
    rawBody: Buffer.from('--x\r\n\r\n# Help\r\n--x--\r\n'),
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
  }
  assertRefused(await operator.send(form), 400, 'invalid-payload', /^body: is a form; .* --data-binary @FILE/)
  assertRefused(
    await upload(agent, 'a.txt', 'x', 'other'),
    404,
    'not-found',
    /^collection: the draft has faq/,
  )
  assertRefused(await upload(`/agents/${randomUUID()}`, 'a.txt', 'x'), 404, 'not-found', /^agent_id/)
  const large = await upload(agent, 'a.txt', 'x'.repeat(25 * 1024 * 1024 + 1))
  assertRefused(large, 413, 'payload-too-large', /26214400 bytes/)
  const searched = (body: object, path = agent) => operator.post(`${path}/knowledge/search`, body)
  assertRefused(await searched({}), 400, 'invalid-payload', /^query: is required/)
  assertRefused(await searched({ query: 'x', collections: ['other'] }), 404, 'not-found', /^collection/)
  const documents = await operator.get(`${agent}/knowledge/documents?collection=a%00`)
  assertRefused(documents, 400, 'invalid-payload', /^collection: .*no NUL/)
  assertRefused(await searched({ query: 'x', version: 7 }), 404, 'not-found', /^version: 7 is not published/)
  const nobody = `/agents/${randomUUID()}`
  assertRefused(await searched({ query: 'x' }, nobody), 404, 'not-found', /^agent_id/)
  assertRefused(await operator.get(`${nobody}/knowledge`), 404, 'not-found', /^agent_id/)
  assertRefused(await operator.get(`${nobody}/knowledge/documents`), 404, 'not-found', /^agent_id/)
  assertRefused(await operator.post(`${nobody}/knowledge/crawl`), 404, 'not-found', /^agent_id/)
  const document = `${agent}/knowledge/documents/${randomUUID()}`
  assertRefused(await operator.get(`${document}/passages`), 404, 'not-found', /^document_id/)
  assertRefused(await operator.remove(document), 404, 'not-found', /^document_id/)
})

test('an agent never answers from the documents of another one', async () => {
  const agent = await newAgent()
  const other = await newAgent()
  const document = await read(agent, 'help.md', shopText)
  assert.deepEqual((await search(other, 'warranty of a bicycle')).passages, [])
  const path = `${other}/knowledge/documents/${document.document_id}`
  assertRefused(await operator.get(path), 404, 'not-found')
  assertRefused(await operator.remove(path), 404, 'not-found')
  assert.match((await search(agent, 'warranty of a bicycle')).answer, /two years/)
})

test('a user is answered from the published documents, with where it stands', async () => {
  const agent = await newAgent()
  await read(agent, 'help.md', shopText)
  assert.equal((await operator.post(`${agent}/publish`)).status, 201)
  const customer = await addCustomer({ after }, dragoman)
  await operator.patch(`/environments/${customer.environmentId}`, { agent_id: agent.split('/')[2] })
  const session = await customer.api.open()
  await customer.api.say(session.path, 'Within how many days can I send back an item?')
  const [answer] = await customer.receiver.until((accepted) => accepted.length === 1)
  const text = (answer as Item).event.output.responses[0].text
  assert.match(text, /within 30 days/)
  assert.match(text, /Source: Shop help/)
})
