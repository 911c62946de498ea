import type { JsonObject } from '../domain/json.ts'
import type { Db } from './db.ts'

/** The shared values of an environment, by bundle and name: `{ shop: { phone: "..." } }`. */
export type Bundles = { readonly [bundle: string]: JsonObject }

const readStatement = {
  name: 'read-bundles',
  text: 'select bundles from environments where environment_id = $1',
}

/** undefined when there is no such environment */
export const readBundles = async (db: Db, environmentId: string): Promise<Bundles | undefined> =>
  (await db.rows<{ bundles: Bundles }>(readStatement, [environmentId]))[0]?.bundles

const lockStatement = {
  name: 'lock-bundles',
  text: 'select bundles from environments where environment_id = $1 for update',
}

const writeStatement = {
  name: 'write-bundles',
  text: 'update environments set bundles = $2::json where environment_id = $1',
}

/** `change` sees the bundles as they are and gives those that shall be; what it throws changes nothing. */
export const changeBundles = async (
  db: Db,
  environmentId: string,
  change: (before: Bundles) => Bundles,
): Promise<Bundles | undefined> =>
  await db.transaction(async (tx) => {
    const [row] = await tx.rows<{ bundles: Bundles }>(lockStatement, [environmentId])
    if (!row) return undefined
    const after = change(row.bundles)
    await tx.rows(writeStatement, [environmentId, JSON.stringify(after)])
    return after
  })
