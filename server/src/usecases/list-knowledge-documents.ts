import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { type ListPage, pageOf } from '../domain/page.ts'
import { readAgent } from '../store/agents.ts'
import { type KnowledgeDocument, listDocuments } from '../store/knowledge-documents.ts'

/** Of the draft, or of a published version. */
export const listKnowledgeDocuments = async (
  deps: Pick<Deps, 'db'>,
  wanted: {
    readonly agentId: string
    readonly version?: number
    readonly collection?: string
    readonly status?: string
    readonly after?: string
    readonly limit?: number
  },
): Promise<ListPage<KnowledgeDocument>> => {
  const { agentId, version = 0, collection = null, status = null, after = null } = wanted
  if (!(await readAgent(deps.db, agentId)))
    throw new Refusal('not-found', `agent_id: there is no agent ${agentId}`)
  const limit = wanted.limit ?? limits.pageItemsDefault
  const page = { agentId, version, collection, status, after, limit: limit + 1 }
  return pageOf(await listDocuments(deps.db, page), limit, (document) => document.document_id)
}
