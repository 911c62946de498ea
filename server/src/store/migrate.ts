/**
 * Brings a database to the newest schema: numbered files, forward only, each in its own transaction.
 *
 * 1. Many processes may start at once: every step runs under one advisory lock, taken inside the transaction (so it
 *    works through a transaction pooler and dies with the connection), and looks again at what is applied.
 * 2. A file that was applied never changes: its checksum is kept. Line ends do not count (git on Windows).
 * 3. A database that is ahead of the code is left alone with an error.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

export interface MigrateOptions {
  readonly url: string
  /** Where the numbered files are; the product's own by default. */
  readonly folder?: string
  readonly log?: (line: string, fields?: object) => void
}

export const migrationsFolder = fileURLToPath(new URL('../migrations/', import.meta.url))

/** Returns the file names that this call applied. */
export const migrate = async ({ url, folder = migrationsFolder, log }: MigrateOptions): Promise<string[]> => {
  const migrations = await readMigrations(folder)
  const client = new pg.Client({
    connectionString: url,
    application_name: 'dragoman migrate',
    connectionTimeoutMillis: connectTimeoutMs,
  })
  // A broken connection is told by the query under way; without a listener it would end the process.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await assertNewEnough(client)
    await assertHoldsAllText(client)
    const applied: string[] = []
    for (let step = 0; step <= migrations.length; step += 1) {
      const name = await inTransaction(client, () => applyNext(client, migrations))
      if (name === undefined) return applied
      applied.push(name)
      log?.('migration applied', { migration: name })
    }
    return applied
  } finally {
    await client.end()
  }
}

const connectTimeoutMs = 10_000

const assertNewEnough = async (client: pg.Client): Promise<void> => {
  const { rows } = await client.query<{ server_version: string }>('show server_version')
  const version = rows[0]?.server_version ?? ''
  if (Number.parseInt(version, 10) < 15)
    throw new Error(`PostgreSQL ${version} is too old; 15 or newer is needed`)
}

/** Without conversion SQL_ASCII keeps the bytes of UTF-8 as they are; it is what a cluster without a locale has. */
const encodingsOfAllText: ReadonlySet<string> = new Set(['UTF8', 'SQL_ASCII'])

/** Or the first emoji of a user would be a fault of ours. */
const assertHoldsAllText = async (client: pg.Client): Promise<void> => {
  const { rows } = await client.query<{ server_encoding: string }>('show server_encoding')
  const encoding = rows[0]?.server_encoding ?? ''
  if (!encodingsOfAllText.has(encoding))
    throw new Error(
      `the database is in ${encoding}, which cannot hold every text; make another: create database ... template template0 encoding 'UTF8'`,
    )
}

interface Migration {
  readonly number: number
  readonly name: string
  readonly text: string
  readonly checksum: string
}

/** The numbered files of a folder, in order; also tells a test template apart from one of another schema. */
export const readMigrations = async (folder: string): Promise<Migration[]> => {
  const names = (await readdir(folder)).filter((name) => migrationName.test(name)).sort()
  const migrations = await Promise.all(names.map((name) => readMigration(folder, name)))
  for (const [index, { number, name }] of migrations.entries())
    if (number !== index + 1) throw new Error(`migration ${name} should have number ${index + 1}`)
  return migrations
}

const migrationName = /^\d{3}-[a-z0-9-]+\.sql$/

const readMigration = async (folder: string, name: string): Promise<Migration> => {
  const text = (await readFile(`${folder}/${name}`, 'utf8')).replaceAll('\r\n', '\n')
  const checksum = createHash('sha256').update(text).digest('hex')
  return { number: Number(name.slice(0, 3)), name, text, checksum }
}

const inTransaction = async <T>(client: pg.Client, work: () => Promise<T>): Promise<T> => {
  await client.query('begin; set local statement_timeout = 0; set local lock_timeout = 0')
  try {
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

const applyNext = async (
  client: pg.Client,
  migrations: readonly Migration[],
): Promise<string | undefined> => {
  await client.query(`select pg_advisory_xact_lock(hashtext('dragoman.migrations'))`)
  await client.query(ledgerText)
  const { rows } = await client.query<AppliedMigration>(
    'select number, name, checksum from migrations order by number',
  )
  assertSameHistory(rows, migrations)
  const next = migrations[rows.length]
  if (!next) return undefined
  await runFile(client, next)
  await client.query('insert into migrations (number, name, checksum) values ($1, $2, $3)', [
    next.number,
    next.name,
    next.checksum,
  ])
  return next.name
}

const ledgerText = `
  do $$ begin
    if to_regclass('migrations') is null then
      create table migrations (
        number integer primary key,
        name text not null,
        checksum text not null,
        applied_at timestamptz not null default now()
      );
    end if;
  end $$`

interface AppliedMigration {
  readonly number: number
  readonly name: string
  readonly checksum: string
}

const assertSameHistory = (applied: readonly AppliedMigration[], migrations: readonly Migration[]): void => {
  const newest = applied.at(-1)
  if (newest && newest.number > migrations.length)
    throw new Error(
      `the database is newer than this Dragoman: it has migration ${newest.name}, this Dragoman ends with ` +
        `${migrations.at(-1)?.name ?? 'none'}; start the newer version`,
    )
  for (const [index, { name, checksum }] of applied.entries()) {
    const file = migrations[index]
    if (file?.name !== name)
      throw new Error(`the database has migration ${name} where this Dragoman has ${file?.name}`)
    if (file.checksum !== checksum)
      throw new Error(`migration ${name} was changed after it had been applied; put the file back`)
  }
}

const runFile = async (client: pg.Client, { name, text }: Migration): Promise<void> => {
  try {
    await client.query(text)
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    const line = error.position ? text.slice(0, Number(error.position)).split('\n').length : undefined
    throw new Error(`migration ${name}${line ? ` line ${line}` : ''}: ${error.message}`, { cause: error })
  }
}
