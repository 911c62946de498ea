import { Client } from 'pg'
import { startEmbeddedPostgres } from '../server/src/outside/embedded-postgres.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** One real PostgreSQL for all subjects, a fresh database for each run of each. */
export interface BenchPostgres {
  readonly version: string
  readonly createDatabase: (purpose: string) => Promise<BenchDatabase>
  readonly query: (text: string) => Promise<Record<string, unknown>[]>
  readonly stop: () => Promise<void>
}

export interface BenchDatabase {
  readonly url: string
  readonly query: (text: string) => Promise<Record<string, unknown>[]>
  readonly drop: () => Promise<void>
}

/**
 * Durable commits are the rule of the game, so they are checked and not only set. The statement counter is loaded
 * for all and counts for none until the row that needs it turns it on.
 */
const settings = {
  fsync: 'on',
  synchronous_commit: 'on',
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'none',
}

export const startPostgres = async (): Promise<BenchPostgres> => {
  const given = process.env.BENCH_DATABASE_URL
  const server = given === undefined ? await startOwn() : { url: given, stop: async () => undefined }
  const admin = new Client(server.url)
  // The server goes while this connection is open when the run is broken off.
  admin.on('error', () => undefined)
  await admin.connect()
  const query = async (text: string) => (await admin.query(text)).rows
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    const [row] = await query(`select current_setting('${setting}') as value`)
    if (row?.value !== 'on')
      throw new Error(`${setting} is ${String(row?.value)}: the benchmark is about durable commits`)
  }
  const [row] = await query(`select current_setting('server_version') as version`)
  let created = 0

  return {
    version: String(row?.version),
    query,
    createDatabase: async (purpose) => {
      created += 1
      const name = `bench_${process.pid}_${created}_${purpose.replaceAll(/\W/g, '_')}`
      await query(`create database ${name} template template0`)
      // What the run before left unwritten is not this run's load.
      await query('checkpoint')
      const url = server.url.replace(/\/[^/]*$/, `/${name}`)
      return {
        url,
        query: async (text) => {
          const client = new Client(url)
          await client.connect()
          try {
            return (await client.query(text)).rows
          } finally {
            await client.end()
          }
        },
        drop: async () => {
          await query(`drop database if exists ${name} with (force)`)
        },
      }
    },
    stop: async () => {
      await admin.end()
      await server.stop()
    },
  }
}

const startOwn = async (): Promise<{ url: string; stop: () => Promise<void> }> =>
  startEmbeddedPostgres({ dataDir: await temporaryFolder('postgres'), settings, log: () => undefined })
