import type { Deps } from '../deps.ts'
import { limits } from '../domain/limits.ts'
import { type ListPage, pageOf } from '../domain/page.ts'
import { type AgentRow, listAgents as list } from '../store/agents.ts'

export const listAgents = async (
  deps: Pick<Deps, 'db'>,
  page: { readonly after?: string; readonly limit?: number },
): Promise<ListPage<AgentRow>> => {
  const limit = page.limit ?? limits.pageItemsDefault
  const rows = await list(deps.db, { after: page.after ?? null, limit: limit + 1 })
  return pageOf(rows, limit, (agent) => agent.agent_id)
}
