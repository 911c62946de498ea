import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { readVersionDocuments } from '../../src/store/knowledge-passages.ts'
import { publishAgent } from '../../src/usecases/publish-agent.ts'
import { removeKnowledgeDocument } from '../../src/usecases/remove-knowledge-document.ts'
import { restoreVersion } from '../../src/usecases/restore-version.ts'
import { testDragoman } from '../support/dragoman.ts'
import { type Item, operatorOf } from '../support/operator.ts'
import { until } from '../support/until.ts'

/** Publishing may train for a minute, in which somebody else goes on with the draft and its documents. */
const dragoman = await testDragoman({ after }, { demo: false, limits: { pollMs: 50 } })
const { deps } = dragoman
const operator = operatorOf(dragoman)

const agentWith = async (): Promise<string> => {
  const draft = {
    agent: { name: 'Shop' },
    intents: [{ intent: 'hello', examples: ['hello', 'hi there', 'good morning', 'good day', 'hey'] }],
    workflows: [],
    knowledge: [{ collection: 'faq' }],
  }
  return String((await operator.post('/agents', { draft })).body['agent_id'])
}

const read = async (agentId: string, filename: string, text: string): Promise<string> => {
  const added = await operator.send({
    path: `/agents/${agentId}/knowledge/files?collection=faq&filename=${filename}`,
    rawBody: Buffer.from(text),
    headers: { 'content-type': 'application/octet-stream' },
  })
  const documentId = String(added.body['document_id'])
  await until('it is read', async () => {
    const path = `/agents/${agentId}/knowledge/documents/${documentId}`
    return ((await operator.get(path)).body as Item).status === 'ready'
  })
  return documentId
}

/** The documents of the version that is published while `meanwhile` happens. */
const publishedWith = async (
  agentId: string,
  meanwhile: () => Promise<unknown>,
): Promise<readonly string[]> => {
  const { version } = await publishAgent(
    {
      ...deps,
      trainIntents: async (...training) => {
        await meanwhile()
        return await deps.trainIntents(...training)
      },
    },
    agentId,
  )
  return await readVersionDocuments(deps.db, agentId, version)
}

test('a version has the documents of the moment in which it was published, whatever becomes of the draft while it trains', async () => {
  const agentId = await agentWith()
  const old = await read(agentId, 'prices.txt', 'A bicycle costs a hundred.')
  assert.deepEqual(await publishedWith(agentId, async () => undefined), [old])
  const fresh = await read(agentId, 'prices.txt', 'A bicycle costs two hundred.')
  const restoring = () => restoreVersion(deps, { agentId, version: 1 })
  assert.deepEqual(await publishedWith(agentId, restoring), [fresh])
})

test('a document that is deleted while a version trains is not in it', async () => {
  const agentId = await agentWith()
  const kept = await read(agentId, 'kept.txt', 'Kept.')
  const removed = await read(agentId, 'removed.txt', 'Removed.')
  const removing = () => removeKnowledgeDocument(deps, agentId, removed)
  assert.deepEqual(await publishedWith(agentId, removing), [kept])
})
