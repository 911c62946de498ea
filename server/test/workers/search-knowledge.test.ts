import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KnowledgePassage } from '../../src/brain/knowledge/passage-index.ts'
import { noEmbedder } from '../../src/outside/embedder.ts'
import { createKnowledgeSearcher } from '../../src/workers/search-knowledge.ts'

const passage = (id: string, text: string): KnowledgePassage => ({
  passage_id: id,
  title: 'Help',
  text,
  collection: 'faq',
  vectors: null,
})

const passages: Readonly<Record<string, readonly KnowledgePassage[]>> = {
  bicycles: [passage('b1', 'A bicycle costs a hundred.'), passage('b2', 'A bicycle has two wheels.')],
  cars: [passage('c1', 'A car has four wheels.'), passage('c2', 'A car is slow in town.')],
}

test('searches that find their index let go at once wait for one loading, and each later one finds all of it', async (t) => {
  const loads: string[] = []
  const knowledge = createKnowledgeSearcher({
    documentsOf: async (agentId) => [agentId],
    passagesOf: async (documentIds) => {
      loads.push(...documentIds)
      return documentIds.flatMap((id) => passages[id] ?? [])
    },
    embedder: noEmbedder,
    passagesKeptMax: 3,
  })
  t.after(knowledge.close)
  const found = async (agentId: string, query: string): Promise<string[]> =>
    (await knowledge.search({ agentId, version: 1, query, passagesMax: 5 })).passages
      .map(({ passage_id }) => passage_id)
      .sort()
  const wheels = () => found('bicycles', 'How many wheels does a bicycle have?')
  const whole = await wheels()
  assert.ok(whole.length > 0)
  await found('cars', 'Is a car slow?')
  assert.deepEqual(await Promise.all([wheels(), wheels(), wheels()]), [whole, whole, whole])
  assert.deepEqual(await wheels(), whole)
  assert.deepEqual(loads, ['bicycles', 'cars', 'bicycles'])
})
