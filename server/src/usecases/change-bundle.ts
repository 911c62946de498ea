import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import type { JsonObject } from '../domain/json.ts'
import { limits } from '../domain/limits.ts'
import { type Bundles, changeBundles } from '../store/bundles.ts'

/** One bundle whole, or none of it (null). Agents see the change with their next turn. */
export const changeBundle = async (
  deps: Pick<Deps, 'db' | 'settings'>,
  wish: { readonly environmentId: string; readonly bundle: string; readonly values: JsonObject | null },
): Promise<void> => {
  const { environmentId, bundle, values } = wish
  const after = await changeBundles(deps.db, environmentId, (before) => {
    const { [bundle]: known, ...others } = before
    if (values === null && known === undefined)
      throw new Refusal('not-found', `bundle: there is no bundle ${bundle} in this environment`)
    return withinLimits(values === null ? others : { ...others, [bundle]: values })
  })
  if (!after) throw new Refusal('not-found', `environment_id: there is no environment ${environmentId}`)
  deps.settings.forget()
}

const withinLimits = (bundles: Bundles): Bundles => {
  const count = Object.keys(bundles).length
  if (count > limits.bundlesMax)
    throw new Refusal('invalid-payload', `bundle: ${count} bundles; at most ${limits.bundlesMax} are kept`)
  const bytes = Buffer.byteLength(JSON.stringify(bundles))
  if (bytes > limits.bundlesBytesMax)
    throw new Refusal(
      'invalid-payload',
      `values: all bundles together would have ${bytes} bytes; at most ${limits.bundlesBytesMax}`,
    )
  return bundles
}
