import type { Deps } from '../deps.ts'
import { secretOwner } from '../domain/secret-owner.ts'
import { listIntegrations } from '../store/integrations.ts'

/** Before anything runs: a key that opens no secret of this database would fail at the first delivery instead. */
export const checkSecretKey = async (deps: Pick<Deps, 'db' | 'sealer'>): Promise<void> => {
  const [integration] = await listIntegrations(deps.db, { after: null, limit: 1 })
  const sealed = integration?.sealedSecrets[0]
  if (!integration || sealed === undefined) return
  try {
    deps.sealer.open(sealed, secretOwner(integration.integrationId))
  } catch (cause) {
    throw new Error(
      'DRAGOMAN_SECRET_KEY (or the one in secrets.json of the data folder) is not the key that the webhook secrets in this database were sealed with; start with that key',
      { cause },
    )
  }
}
