import type { Deps } from '../deps.ts'
import { integrationNotFound } from '../domain/integration-checks.ts'
import { type EndpointRow, readEndpoint } from '../store/endpoints.ts'
import type { IntegrationSettings } from '../store/integrations.ts'

/** With the state of its webhook's circuit. */
export const getIntegration = async (
  deps: Pick<Deps, 'db' | 'settings'>,
  integrationId: string,
): Promise<{ readonly settings: IntegrationSettings; readonly endpoint: EndpointRow }> => {
  const settings = await deps.settings.of(integrationId)
  const endpoint = settings && (await readEndpoint(deps.db, integrationId))
  if (!settings || !endpoint) throw integrationNotFound(integrationId)
  return { settings, endpoint }
}
