import type { Deps } from '../deps.ts'
import { documentNotFound } from '../domain/knowledge-collections.ts'
import { readDocument, removeDocument } from '../store/knowledge-documents.ts'

/** Takes a document from the draft. Versions that were published with it keep it. */
export const removeKnowledgeDocument = async (
  deps: Pick<Deps, 'db'>,
  agentId: string,
  documentId: string,
): Promise<void> => {
  const document = await readDocument(deps.db, agentId, documentId)
  if (!document) throw documentNotFound(documentId)
  await removeDocument(deps.db, agentId, document)
}
