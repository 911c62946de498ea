import { createHash } from 'node:crypto'
import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { requireCollection } from '../domain/knowledge-collections.ts'
import { fileMediaType, knowledgeFileTypes } from '../domain/knowledge-files.ts'
import { readDraft } from '../store/agents.ts'
import { addDocument, type KnowledgeDocument } from '../store/knowledge-documents.ts'

/** Keeps a file for a collection of the draft; a worker reads it. The same bytes again change nothing. */
export const addKnowledgeFile = async (
  deps: Pick<Deps, 'db' | 'newId'>,
  file: {
    readonly agentId: string
    readonly collection: string
    readonly filename: string
    readonly content: Buffer
  },
): Promise<KnowledgeDocument> => {
  const { agentId, collection, filename, content } = file
  requireCollection(await readDraft(deps.db, agentId), agentId, collection)
  const mediaType = fileMediaType(filename)
  if (mediaType === undefined)
    throw new Refusal('invalid-payload', `filename: must end with ${knowledgeFileTypes}, not "${filename}"`)
  if (content.length === 0) throw new Refusal('invalid-payload', 'body: is empty; send the bytes of the file')
  const added = await addDocument(deps.db, {
    documentId: deps.newId(),
    agentId,
    collection,
    source: 'file',
    origin: filename,
    mediaType,
    content,
    contentHash: createHash('sha256').update(content).digest(),
  })
  if (!added) throw new Refusal('not-found', `agent_id: there is no agent ${agentId}`)
  return added
}
