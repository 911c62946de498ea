import type { Queries } from './db.ts'
import { forgetFetched } from './knowledge-orphans.ts'

const emptyStatement = {
  name: 'empty-knowledge-of-draft',
  text: `delete from knowledge_lists where agent_id = $1 and version = 0`,
}
const copyStatement = {
  name: 'copy-knowledge-of-version',
  text: `insert into knowledge_lists (agent_id, version, document_id)
    select agent_id, $3, document_id from knowledge_lists where agent_id = $1 and version = $2`,
}

const publishStatement = {
  name: 'publish-knowledge',
  text: `insert into knowledge_lists (agent_id, version, document_id)
    select $1, $2, document_id from knowledge_documents where document_id = any($3::uuid[]) for key share`,
}

/** These documents belong to the version from now on; but for those that were deleted meanwhile. */
export const publishKnowledge = async (
  tx: Queries,
  to: { readonly agentId: string; readonly version: number; readonly documentIds?: readonly string[] },
): Promise<void> => {
  await tx.rows(publishStatement, [to.agentId, to.version, to.documentIds ?? []])
}

/** The draft answers from what the version answers from. */
export const restoreKnowledge = async (tx: Queries, agentId: string, version: number): Promise<void> => {
  await tx.rows(emptyStatement, [agentId])
  await tx.rows(copyStatement, [agentId, version, 0])
  await forgetFetched(tx, agentId, null)
}
