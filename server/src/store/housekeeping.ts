import type { Db } from './db.ts'
import { forgetUnlistedDocuments } from './knowledge-documents.ts'

/** What has to be done now and then, by whichever process comes first; each is harmless when done twice. */
const partitionWeeksAhead = 4

const partitionsStatement = { name: 'ensure-partitions', text: `select ensure_partitions($1)` }
const forgetKeysStatement = {
  name: 'forget-old-idempotency-keys',
  text: `delete from idempotency_keys where ctid = any(array(
    select ctid from idempotency_keys where created_at < now() - interval '25 hours' limit 10000))`,
}
const trimInboxStatement = {
  name: 'trim-inbox',
  text: `delete from inbox_events where inbox_id <= (select max(inbox_id) - $1 from inbox_events)`,
}
const inboxEventsMax = 10_000

export const keepHouse = async (db: Db): Promise<void> => {
  await db.rows(forgetKeysStatement, [])
  await db.rows(trimInboxStatement, [inboxEventsMax])
  await forgetUnlistedDocuments(db)
  // Last, because it fails where a backup has the tables in hand.
  await db.rows(partitionsStatement, [partitionWeeksAhead])
}
