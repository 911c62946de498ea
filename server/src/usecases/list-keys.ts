import type { Deps } from '../deps.ts'
import { integrationNotFound } from '../domain/integration-checks.ts'
import { type KeyRow, listKeys as list } from '../store/api-keys.ts'

/** All keys of the integration, revoked ones too, oldest first. */
export const listKeys = async (
  deps: Pick<Deps, 'db' | 'settings'>,
  integrationId: string,
): Promise<readonly KeyRow[]> => {
  if (!(await deps.settings.of(integrationId))) throw integrationNotFound(integrationId)
  return await list(deps.db, integrationId)
}
