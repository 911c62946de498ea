import type { Deps } from '../deps.ts'
import { limits } from '../domain/limits.ts'
import { type ListPage, pageOf } from '../domain/page.ts'
import { type IntegrationSettings, listIntegrations as list } from '../store/integrations.ts'

export const listIntegrations = async (
  deps: Pick<Deps, 'db'>,
  page: { readonly after?: string; readonly limit?: number },
): Promise<ListPage<IntegrationSettings>> => {
  const limit = page.limit ?? limits.pageItemsDefault
  const rows = await list(deps.db, { after: page.after ?? null, limit: limit + 1 })
  return pageOf(rows, limit, (one) => one.integrationId)
}
