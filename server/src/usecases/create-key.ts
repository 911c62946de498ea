import { createHash } from 'node:crypto'
import type { Deps } from '../deps.ts'
import { integrationNotFound } from '../domain/integration-checks.ts'
import { addKey } from '../store/api-keys.ts'

/** The first characters, by which people tell keys apart: the prefix and four more. */
const hintLength = 8

/** The key is told here and never again; only its hash is kept. */
export const createKey = async (
  deps: Pick<Deps, 'db' | 'newId' | 'newApiKey'>,
  integrationId: string,
  name: string,
): Promise<{ readonly keyId: string; readonly apiKey: string; readonly hint: string }> => {
  const keyId = deps.newId()
  const apiKey = deps.newApiKey()
  const hint = apiKey.slice(0, hintLength)
  const hash = createHash('sha256').update(apiKey).digest()
  if (!(await addKey(deps.db, { keyId, integrationId, name, hash, hint })))
    throw integrationNotFound(integrationId)
  return { keyId, apiKey, hint }
}
