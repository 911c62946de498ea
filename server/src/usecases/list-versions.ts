import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { type ListPage, pageOf } from '../domain/page.ts'
import { listVersions as list, type VersionRow } from '../store/agent-versions.ts'
import { readAgent } from '../store/agents.ts'

/** What was published, newest first. */
export const listVersions = async (
  deps: Pick<Deps, 'db'>,
  agentId: string,
  page: { readonly after?: number; readonly limit?: number },
): Promise<ListPage<VersionRow>> => {
  if (!(await readAgent(deps.db, agentId)))
    throw new Refusal('not-found', `agent_id: there is no agent ${agentId}`)
  const limit = page.limit ?? limits.pageItemsDefault
  const rows = await list(deps.db, { agentId, before: page.after ?? null, limit: limit + 1 })
  return pageOf(rows, limit, (row) => String(row.version))
}
