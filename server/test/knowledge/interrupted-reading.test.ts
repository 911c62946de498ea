import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import type { DocumentText } from '../../src/deps.ts'
import { createLog } from '../../src/outside/log.ts'
import { addAgent, publishVersion, readDraftToPublish } from '../../src/store/agents.ts'
import { addDocument, readDocument } from '../../src/store/knowledge-documents.ts'
import { listPassages, readVersionDocuments } from '../../src/store/knowledge-passages.ts'
import { claimDocument } from '../../src/store/knowledge-reading.ts'
import { claimIdOf, takeOverFrom } from '../../src/store/processes.ts'
import { readDueDocument } from '../../src/usecases/read-due-document.ts'
import { testDatabase } from '../support/database.ts'

const { db } = await testDatabase({ after })
const processKey = 4711
const passages = Array.from({ length: 120 }, (_, index) => ({ text: `Παράγραφος ${index}.` }))

const deps = (text: DocumentText, onBatch: () => void = () => undefined) => ({
  db,
  newClaimId: () => claimIdOf(processKey),
  readDocument: async () => {
    onBatch()
    return text
  },
  embedder: { embed: async () => ({ ok: false as const, error: 'not here' }) },
  log: createLog({ level: 'silent' }),
})

const never = new AbortController().signal

const newDocument = async (): Promise<{ agentId: string; documentId: string }> => {
  const agentId = randomUUID()
  const documentId = randomUUID()
  const draft = { agent: { name: 'A' }, intents: [], workflows: [], knowledge: [{ collection: 'faq' }] }
  await addAgent(db, { agentId, name: 'A', draft })
  const content = Buffer.from(documentId)
  await addDocument(db, {
    documentId,
    agentId,
    collection: 'faq',
    source: 'file',
    origin: 'a.txt',
    mediaType: 'text/plain',
    content,
    contentHash: createHash('sha256').update(content).digest(),
  })
  return { agentId, documentId }
}

const read: DocumentText = { ok: true, title: 'Title', passages }

test('a document whose process was killed is taken over and read once, whole', async () => {
  const { agentId, documentId } = await newDocument()
  const dead = await claimDocument(db, { claimId: claimIdOf(99), leaseSeconds: 600 })
  assert.equal(dead?.documentId, documentId)
  assert.deepEqual(await readDueDocument(deps(read), never), { more: false })
  await takeOverFrom(db, 99)
  assert.deepEqual(await readDueDocument(deps(read), never), { more: true })
  const document = await readDocument(db, agentId, documentId)
  assert.deepEqual([document?.status, document?.passages_done, document?.title], ['ready', 120, 'Title'])
  const kept = await listPassages(db, { documentId, after: -1, limit: 500 })
  assert.deepEqual(
    kept.map(({ text }) => text),
    passages.map(({ text }) => text),
  )
})

test('a process that stops gives the document back, and the next one goes on behind what is done', async () => {
  const { agentId, documentId } = await newDocument()
  const stopping = new AbortController()
  await readDueDocument(
    deps(read, () => stopping.abort()),
    stopping.signal,
  )
  assert.equal((await readDocument(db, agentId, documentId))?.status, 'ingesting')
  assert.deepEqual(await readVersionDocuments(db, agentId, 0), [])
  await readDueDocument(deps(read), never)
  assert.deepEqual(await readVersionDocuments(db, agentId, 0), [documentId])
})

test('a document that takes its process down each time fails in the end, instead of for ever', async () => {
  const { agentId, documentId } = await newDocument()
  for (let time = 1; time <= 3; time += 1) {
    await claimDocument(db, { claimId: claimIdOf(98), leaseSeconds: 600 })
    await takeOverFrom(db, 98)
  }
  await readDueDocument(deps(read), never)
  const document = await readDocument(db, agentId, documentId)
  assert.equal(document?.status, 'failed')
  assert.match(document?.error ?? '', /3 tries/)
})

test('who lost its claim adds nothing to the document', async () => {
  const { agentId, documentId } = await newDocument()
  const slow = deps(read)
  const overtaken = {
    ...slow,
    readDocument: async () => {
      await takeOverFrom(db, processKey)
      await readDueDocument(deps({ ...read, passages: [{ text: 'Of the other one.' }] }), never)
      return read
    },
  }
  await readDueDocument(overtaken, never)
  const kept = await listPassages(db, { documentId, after: -1, limit: 500 })
  assert.deepEqual(
    kept.map(({ text }) => text),
    ['Of the other one.'],
  )
  assert.deepEqual(await readVersionDocuments(db, agentId, 0), [documentId])
})

test('a version takes along what is read, and counts what is not', async () => {
  const { agentId, documentId } = await newDocument()
  assert.equal((await readDraftToPublish(db, agentId))?.unreadFiles, 1)
  await readDueDocument(deps(read), never)
  const draft = await readDraftToPublish(db, agentId)
  assert.deepEqual([draft?.unreadFiles, draft?.documentIds], [0, [documentId]])
  const documentIds = draft?.documentIds ?? []
  const version = await publishVersion(db, { agentId, document: {}, intentModel: null, documentIds })
  assert.equal(version, 1)
  assert.deepEqual(await readVersionDocuments(db, agentId, 1), [documentId])
})
