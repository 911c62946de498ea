import type { Deps } from '../deps.ts'
import { documentNotFound } from '../domain/knowledge-collections.ts'
import { limits } from '../domain/limits.ts'
import { countAfter, type ListPage, pageOf } from '../domain/page.ts'
import { readDocument } from '../store/knowledge-documents.ts'
import { listPassages, type PassageRow } from '../store/knowledge-passages.ts'

/** What was read of a document, in its order. */
export const listKnowledgePassages = async (
  deps: Pick<Deps, 'db'>,
  wanted: {
    readonly agentId: string
    readonly documentId: string
    readonly after?: string
    readonly limit?: number
  },
): Promise<ListPage<PassageRow>> => {
  const { agentId, documentId } = wanted
  if (!(await readDocument(deps.db, agentId, documentId))) throw documentNotFound(documentId)
  const limit = wanted.limit ?? limits.pageItemsDefault
  // The first passage is 0; a cursor names the last one seen.
  const after = wanted.after === undefined ? -1 : countAfter(wanted.after)
  const rows = await listPassages(deps.db, { documentId, after, limit: limit + 1 })
  return pageOf(rows, limit, (passage) => String(passage.position))
}
