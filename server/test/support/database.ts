import { createHash, randomUUID } from 'node:crypto'
import { after } from 'node:test'
import pg from 'pg'
import { type Db, openDatabase } from '../../src/store/db.ts'
import { migrate, migrationsFolder, readMigrations } from '../../src/store/migrate.ts'
import { startTestServer } from './test-server.ts'

export interface TestDatabase {
  readonly url: string
  readonly db: Db
}

/** The test, suite or file (`import { after } from 'node:test'`, passed as `{ after }`) after which it is dropped. */
interface Owner {
  after(work: () => Promise<void>): void
}

const poolMax = 10
const statementTimeoutMs = 20_000
const unused = (): void => undefined

/** A database of its own with the newest schema: a clone of a template that is migrated once. */
export const testDatabase = async (owner: Owner): Promise<TestDatabase> => {
  const server = await testServerUrl()
  const template = await ensureTemplate(server)
  return cloned(owner, server, template)
}

/** A database of its own with nothing in it. */
export const emptyDatabase = async (owner: Owner, encoding?: string): Promise<TestDatabase> => {
  const inEncoding = encoding && ` encoding '${encoding}' locale_provider libc lc_collate 'C' lc_ctype 'C'`
  return cloned(owner, await testServerUrl(), `template0${inEncoding ?? ''}`)
}

const cloned = async (owner: Owner, server: string, template: string): Promise<TestDatabase> => {
  const name = `test_${process.pid}_${randomUUID().slice(0, 8)}`
  await administer(server, `create database ${name} template ${template} strategy file_copy`)
  const url = urlOf(server, name)
  const db = openDatabase({ url, poolMax, statementTimeoutMs, log: unused })
  databases += 1
  owner.after(async () => {
    await db.end()
    await administer(server, `drop database if exists ${name} with (force)`)
    databases -= 1
    if (isFileOver && databases === 0) await stopOwnServer()
  })
  return { url, db }
}

let serverUrl: Promise<string> | undefined

const testServerUrl = (): Promise<string> => {
  serverUrl ??= givenServer() ?? ownServer()
  return serverUrl
}

const givenServer = (): Promise<string> | undefined => {
  const url = process.env.DRAGOMAN_TEST_DATABASE_URL
  return url ? Promise.resolve(url) : undefined
}

let stopOwnServer = async (): Promise<void> => undefined
let databases = 0
let isFileOver = false
// Registered while the file is loaded, so it belongs to the file; inside a test it would belong to that test. What
// the file itself registers comes after it: then the last database to go takes the server along.
after(async () => {
  isFileOver = true
  if (databases === 0) await stopOwnServer()
})

const ownServer = async (): Promise<string> => {
  const server = await startTestServer()
  stopOwnServer = server.stop
  await dropLeftovers(server.url)
  return server.url
}

let template: Promise<string> | undefined

const ensureTemplate = (server: string): Promise<string> => {
  template ??= makeTemplate(server)
  return template
}

/** Named after its migrations and made under a lock, so that many test processes share it and a change renews it. */
const makeTemplate = async (server: string): Promise<string> => {
  const checksums = (await readMigrations(migrationsFolder)).map(({ checksum }) => checksum)
  const name = `dragoman_template_${createHash('sha256').update(checksums.join()).digest('hex').slice(0, 16)}`
  await administer(server, async (client) => {
    await client.query(`select pg_advisory_lock(hashtext('dragoman.test-template'))`)
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (rowCount) return
    const draft = `${name}_draft`
    await client.query(`drop database if exists ${draft} with (force)`)
    await client.query(`create database ${draft} template template0`)
    await migrate({ url: urlOf(server, draft) })
    await client.query(`alter database ${draft} rename to ${name}`)
  })
  return name
}

/** Databases of test runs that were killed. Only for a server that nobody else uses. */
export const dropLeftovers = (server: string): Promise<void> =>
  administer(server, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      `select datname from pg_database where datname like 'test\\_%'`,
    )
    for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`)
  })

const administer = async (
  server: string,
  work: string | ((client: pg.Client) => Promise<void>),
): Promise<void> => {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    if (typeof work === 'string') await client.query(work)
    else await work(client)
  } finally {
    await client.end()
  }
}

const urlOf = (server: string, database: string): string => {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}
