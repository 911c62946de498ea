import type { AgentDocument } from '../brain/document/document.ts'
import type { Example } from '../brain/intents/model.ts'
import type { KnowledgePassage } from '../brain/knowledge/passage-index.ts'
import { offlineAnswer } from '../brain/testing/offline-answer.ts'
import type { Answer, Ask } from '../brain/turn-types.ts'
import { createEmbedder, type Embedder } from '../outside/embedder.ts'
import { createKnowledgeSearcher } from '../workers/search-knowledge.ts'
import { createIntentTrainer } from '../workers/train-intents.ts'
import { readOfflineKnowledge } from './offline-knowledge.ts'

/** What an agent has around it without a server: its own phrases and documents, and nobody else. */
export interface OfflineWorld {
  /** Rejects with an `UnreadableDocument`. */
  readonly readDocuments: () => Promise<void>
  readonly train: (examples: readonly Example[], onProgress: (line: string) => void) => Promise<Uint8Array>
  readonly answer: (question: Ask) => Promise<Answer>
  readonly close: () => Promise<void>
}

export const openOfflineWorld = (directory: string, document: AgentDocument): OfflineWorld => {
  const embedder = createEmbedder({ log: { info: () => undefined, warn: () => undefined } })
  let passages: readonly KnowledgePassage[] = []
  const knowledge = createKnowledgeSearcher({
    documentsOf: async () => ['all'],
    passagesOf: async () => passages,
    embedder,
  })
  const allCollections = (document.knowledge ?? []).map(({ collection }) => collection)
  const train = createIntentTrainer(embedder)
  return {
    readDocuments: async () => {
      passages = await readOfflineKnowledge(directory, document, embedder)
    },
    train: (examples, onProgress) =>
      train(examples, ({ phase, done }) => onProgress(`${phase} ${Math.round(done * 100)} %`)),
    answer: async (question) => {
      if (question.kind === 'embed') return await meaningOf(embedder, question.text)
      if (question.kind !== 'search') return offlineAnswer(question)
      const { query, passagesMax, collections = allCollections } = question
      const found = await knowledge.search({ agentId: 'test', version: 1, query, collections, passagesMax })
      return { ok: true, value: { passages: found.passages } }
    },
    close: async () => {
      await knowledge.close()
      await embedder.close()
    },
  }
}

const meaningOf = async (embedder: Pick<Embedder, 'embed'>, text: string): Promise<Answer> => {
  const outcome = await embedder.embed([text])
  if (!outcome.ok) return outcome
  return { ok: true, value: Buffer.from(outcome.vectors[0] ?? []).toString('base64') }
}
