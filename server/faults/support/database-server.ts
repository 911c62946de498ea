import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src/outside/embedded-postgres.ts'
import { dataFolder } from './data-folder.ts'
import type { Owner } from './owner.ts'
import { until } from './until.ts'

/** A real PostgreSQL beside the product, durable as in production, that lives on when the product is killed. */
export interface DatabaseServer {
  readonly url: string
  readonly query: <Row extends object>(text: string, values?: readonly unknown[]) => Promise<Row[]>
  /** Ends it as a crash would (no checkpoint, connections cut) and waits until it serves again. */
  readonly crash: () => Promise<void>
  /** A connection of the test's own. */
  readonly connect: () => Promise<pg.Client>
}

export const startDatabaseServer = async (
  owner: Owner,
  options: { readonly folder?: string; readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<DatabaseServer> => {
  const folder = options.folder ?? (await dataFolder(owner))
  const server = await startEmbeddedPostgres({
    dataDir: folder,
    log: () => undefined,
    settings: { max_connections: '200', ...options.settings },
  })
  owner.after(server.stop)
  const database = databaseAt(owner, server.url)
  return {
    ...database,
    crash: async () => {
      const before = await postmasterOf(folder)
      process.kill(before, 'SIGQUIT')
      await until('the database serves again', async () => {
        if ((await postmasterOf(folder)) === before) return false
        return database.query('select 1').then(
          () => true,
          () => false,
        )
      })
    },
  }
}

/** The embedded database of a product that runs on this data folder. */
export const embeddedDatabaseUrl = async (dataDir: string): Promise<string> => {
  const password = await readFile(join(dataDir, 'postgres', 'password'), 'utf8')
  return `postgresql://dragoman:${password}@${encodeURIComponent(join(dataDir, 'postgres', 'cluster'))}/dragoman`
}

export const databaseAt = (owner: Owner, url: string): Omit<DatabaseServer, 'crash'> => {
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url, application_name: 'fault test' })
    client.on('error', () => undefined)
    await client.connect()
    owner.after(() => client.end().catch(() => undefined))
    return client
  }
  const query = async <Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> => {
    const client = new pg.Client({ connectionString: url, application_name: 'fault test' })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return (await client.query<Row>(text, [...values])).rows
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  return { url, query, connect }
}

const postmasterOf = async (folder: string): Promise<number> =>
  Number.parseInt(
    await readFile(join(folder, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').catch(() => '0'),
    10,
  )
