import type { Db } from './db.ts'

const dropStatement = {
  name: 'drop-old-partitions',
  text: `select drop_old_partitions(now() - make_interval(days => $1)) as dropped`,
}

/**
 * Whole weeks of events and their attempts that ended so many days ago, unless one event of the week still waits.
 *
 * @returns how many partitions were dropped
 */
export const dropOldEvents = async (db: Db, retentionDays: number): Promise<number> =>
  (await db.rows<{ dropped: number }>(dropStatement, [retentionDays]))[0]?.dropped ?? 0
