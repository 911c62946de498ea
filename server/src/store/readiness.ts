import type { Db } from './db.ts'
import { migrationsFolder, readMigrations } from './migrate.ts'

const newestStatement = {
  name: 'read-newest-migration',
  text: `select number from migrations order by number desc limit 1`,
}

let wanted: Promise<number> | undefined

/** Does the store answer, with at least the migrations this process knows? */
export const isMigrated = async (db: Db): Promise<boolean> => {
  wanted ??= readMigrations(migrationsFolder).then((migrations) => migrations.length)
  const newest = (await db.rows<{ number: number }>(newestStatement, []))[0]?.number ?? 0
  return newest >= (await wanted)
}
