import { readFile } from 'node:fs/promises'
import { basename, extname, join, relative } from 'node:path'
import type { FileFault } from '../brain/directory/fault-places.ts'
import type { AgentDocument } from '../brain/document/document.ts'
import type { Example } from '../brain/intents/model.ts'
import type { KnowledgePassage } from '../brain/knowledge/passage-index.ts'
import { offlineAnswer } from '../brain/testing/offline-answer.ts'
import type { Answer, Ask } from '../brain/turn-types.ts'
import { createEmbedder } from '../outside/embedder.ts'
import { readInThread } from '../workers/read-document.ts'
import { createKnowledgeSearcher } from '../workers/search-knowledge.ts'
import { trainInThread } from '../workers/train-intents.ts'

/** What an agent has around it without a server: its own phrases and documents, and nobody else. */
export interface OfflineWorld {
  /** Rejects with an `UnreadableDocument`. */
  readonly readDocuments: () => Promise<void>
  readonly train: (examples: readonly Example[], onProgress: (line: string) => void) => Promise<Uint8Array>
  readonly answer: (question: Ask) => Promise<Answer>
  readonly close: () => Promise<void>
}

export class UnreadableDocument extends Error {
  readonly fault: FileFault

  constructor(file: string, message: string, cure: string) {
    super(`${file} ${message}`)
    this.fault = { file, path: '', message, cure }
  }
}

export const openOfflineWorld = (directory: string, document: AgentDocument): OfflineWorld => {
  const embedder = createEmbedder({ log: { info: () => undefined, warn: () => undefined } })
  let passages: readonly KnowledgePassage[] = []
  const knowledge = createKnowledgeSearcher({
    documentsOf: async () => ['all'],
    passagesOf: async () => passages,
    embedder,
  })
  const answer = async (question: Ask): Promise<Answer> => {
    if (question.kind === 'embed') {
      const outcome = await embedder.embed([question.text])
      if (!outcome.ok) return outcome
      return { ok: true, value: Buffer.from(outcome.vectors[0] ?? []).toString('base64') }
    }
    if (question.kind === 'search') {
      const { query, passagesMax } = question
      const collections =
        question.collections ?? (document.knowledge ?? []).map(({ collection }) => collection)
      const found = await knowledge.search({
        agentId: 'test',
        version: 1,
        query,
        collections,
        passagesMax,
      })
      return { ok: true, value: { passages: found.passages } }
    }
    return offlineAnswer(question)
  }
  return {
    readDocuments: async () => {
      passages = await readPassages(directory, document)
    },
    train: (examples, onProgress) =>
      trainInThread({
        examples,
        seed: trainingSeed,
        onProgress: (done) => onProgress(`training ${Math.round(done * 100)} %`),
      }),
    answer,
    close: async () => {
      await knowledge.close()
      await embedder.close()
    },
  }
}

/** As at publishing: the same phrases give the same model. */
const trainingSeed = 1

const readPassages = async (
  directory: string,
  document: AgentDocument,
): Promise<readonly KnowledgePassage[]> => {
  const passages: KnowledgePassage[] = []
  for (const { collection, sources = [] } of document.knowledge ?? [])
    for (const source of sources)
      if (source.type === 'file')
        passages.push(...(await readFilePassages(directory, collection, source.path)))
  return passages
}

const readFilePassages = async (
  directory: string,
  collection: string,
  path: string,
): Promise<readonly KnowledgePassage[]> => {
  if (relative(directory, join(directory, path)).startsWith('..'))
    throw new UnreadableDocument(
      path,
      'lies outside of the directory',
      `move it into knowledge/${collection}/`,
    )
  const content = await readFile(join(directory, path)).catch(() => undefined)
  if (!content) throw new UnreadableDocument(path, 'is not there', 'add the file, or leave out the source')
  const text = await readInThread({
    name: basename(path),
    mediaType: mediaTypes[extname(path).toLowerCase()] ?? 'text/plain',
    charset: undefined,
    isPage: false,
    content,
  })
  if (!text.ok) throw new UnreadableDocument(path, text.error, 'mend the file, or leave it out')
  return text.passages.map((passage, index) => ({
    ...passage,
    passage_id: `${path}#${index + 1}`,
    title: text.title,
    collection,
    vectors: null,
  }))
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.md': 'text/markdown',
  '.html': 'text/html',
  '.htm': 'text/html',
  '.txt': 'text/plain',
  '.csv': 'text/csv',
  '.pdf': 'application/pdf',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
}
