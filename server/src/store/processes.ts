import { randomInt, randomUUID } from 'node:crypto'
import type { Db } from './db.ts'

/**
 * Who is alive. A process writes down its key once and holds an advisory lock on it over one connection; when it is
 * killed the connection breaks and PostgreSQL lets go of the lock at once. A frozen process keeps its connection and
 * so its claims, until their leases run out.
 */
export const processLockClass = 0x44_52_41_47

/** 31 bits: an advisory lock takes a signed integer. */
export const newProcessKey = (): number => randomInt(1, 0x7fff_ffff)

/** A claim id that tells whose it is. */
export const claimIdOf = (processKey: number): string =>
  randomUUID().slice(0, 28) + processKey.toString(16).padStart(8, '0')

const enterStatement = {
  name: 'enter-process',
  text: `insert into processes (process_key) values ($1) on conflict do nothing`,
}

export const enterProcess = async (db: Db, processKey: number): Promise<void> => {
  await db.rows(enterStatement, [processKey])
}

const leaveStatement = { name: 'leave-process', text: `delete from processes where process_key = $1` }

export const leaveProcess = async (db: Db, processKey: number): Promise<void> => {
  await db.rows(leaveStatement, [processKey])
}

const listStatement = {
  name: 'list-processes',
  text: `select process_key as "processKey", not exists (
      select 1 from pg_locks where locktype = 'advisory' and classid = ${processLockClass}
        and objid = p.process_key and database = (select oid from pg_database where datname = current_database()))
      as "isGone"
    from processes p`,
}

export interface KnownProcess {
  readonly processKey: number
  /** Written down, but without its lock: dead, or cut off for the moment. */
  readonly isGone: boolean
}

export const listProcesses = (db: Db): Promise<KnownProcess[]> => db.rows<KnownProcess>(listStatement, [])

const takeLanesStatement = (table: 'lanes' | 'turn_lanes') => ({
  name: `take-${table}-of-gone-process`,
  text: `with held as materialized (
      select session_id from ${table}
      where ready_at is not null and right(claim_id::text, 8) = $1 order by session_id for update)
    update ${table} l set claim_id = null, ready_at = now() from held where l.session_id = held.session_id
    returning l.integration_id as "integrationId"`,
})

const takeReadingStatement = (table: 'knowledge_documents' | 'knowledge_crawls') => ({
  name: `take-${table}-of-gone-process`,
  text: `update ${table} set claim_id = null, ready_at = now()
    where ready_at is not null and right(claim_id::text, 8) = $1 returning agent_id`,
})

const statements = [
  takeLanesStatement('lanes'),
  takeLanesStatement('turn_lanes'),
  takeReadingStatement('knowledge_documents'),
  takeReadingStatement('knowledge_crawls'),
]

/**
 * Gives back what a dead process had claimed. Its claims are void from now on, should it live after all. Each table
 * commits alone: lanes held while turn lanes are waited for would meet a finishing turn that locks them the other
 * way round. The process is struck off last, so whatever breaks in between is done again.
 */
export const takeOverFrom = async (db: Db, processKey: number): Promise<number> => {
  const key = processKey.toString(16).padStart(8, '0')
  let taken = 0
  for (const statement of statements) taken += (await db.rows(statement, [key])).length
  await leaveProcess(db, processKey)
  return taken
}
