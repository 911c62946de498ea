import type { Deps } from '../deps.ts'
import { documentNotFound } from '../domain/knowledge-collections.ts'
import { type KnowledgeDocument, readDocument } from '../store/knowledge-documents.ts'

/** One document, with how far its reading is. */
export const getKnowledgeDocument = async (
  deps: Pick<Deps, 'db'>,
  agentId: string,
  documentId: string,
): Promise<KnowledgeDocument> => {
  const document = await readDocument(deps.db, agentId, documentId)
  if (!document) throw documentNotFound(documentId)
  return document
}
