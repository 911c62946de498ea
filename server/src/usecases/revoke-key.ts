import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { revokeKey as revoke } from '../store/api-keys.ts'

/** For good. On this process it counts from the next request, on others within a second. */
export const revokeKey = async (
  deps: Pick<Deps, 'db' | 'knownKeys'>,
  integrationId: string,
  keyId: string,
): Promise<void> => {
  const hash = await revoke(deps.db, integrationId, keyId)
  if (hash === undefined)
    throw new Refusal('not-found', `key_id: this integration has no key ${keyId}; see GET .../keys`)
  deps.knownKeys.forget(hash)
}
