import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import type { JsonObject } from '../domain/json.ts'
import { readBundles } from '../store/bundles.ts'

/** By name. */
export const listBundles = async (
  deps: Pick<Deps, 'db'>,
  environmentId: string,
): Promise<{ readonly bundle: string; readonly values: JsonObject }[]> => {
  const bundles = await readBundles(deps.db, environmentId)
  if (!bundles) throw new Refusal('not-found', `environment_id: there is no environment ${environmentId}`)
  return Object.entries(bundles)
    .map(([bundle, values]) => ({ bundle, values }))
    .sort((one, other) => (one.bundle < other.bundle ? -1 : 1))
}
