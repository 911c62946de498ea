import type { KnowledgePassage } from '../brain/knowledge/passage-index.ts'
import type { Deps } from '../deps.ts'
import { readPassages, readVersionDocuments } from '../store/knowledge-passages.ts'

/** What the search thread is filled with: the passages of a version's documents. */
export const knowledgeSource = (deps: Pick<Deps, 'db'>) => ({
  documentsOf: (agentId: string, version: number): Promise<readonly string[]> =>
    readVersionDocuments(deps.db, agentId, version),
  passagesOf: async (documentIds: readonly string[]): Promise<readonly KnowledgePassage[]> =>
    (await readPassages(deps.db, documentIds)).map((row) => ({
      passage_id: `${row.document_id}.${row.position}`,
      title: row.title,
      ...(row.heading === null ? {} : { heading: row.heading }),
      ...(row.source === 'page' ? { url: row.origin } : {}),
      text: row.text,
      collection: row.collection,
      vectors: row.embedding && new Int8Array(row.embedding),
    })),
})
