/**
 * The real PostgreSQL of the tests. `npm test` starts one for the whole run (global-setup.ts); a test file run alone
 * starts its own on demand. DRAGOMAN_TEST_DATABASE_URL names another one, whose role may create databases.
 *
 * Servers of parallel runs do not meet: each takes the first free slot, a folder that keeps its cluster for the next
 * run. Nothing is left behind: a server ends with the process that started it, however that ends.
 */
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/outside/embedded-postgres.ts'

const slotsMax = 32
const slotsFolder = fileURLToPath(new URL('../../../node_modules/.cache/dragoman-test', import.meta.url))

/** Test data may be lost when the power fails; that makes a database per test cheap. */
const settings = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  autovacuum: 'off',
  shared_preload_libraries: '',
}

export const startTestServer = async (): Promise<EmbeddedPostgres> => {
  for (let slot = 1; slot <= slotsMax; slot += 1) {
    const dataDir = `${slotsFolder}/slot-${slot}`
    try {
      return await startIn(dataDir)
    } catch (error) {
      if (isInUse(error)) continue
      // Without fsync a power cut leaves a cluster that does not start any more; there is nothing in it to keep.
      await rm(dataDir, { recursive: true, force: true })
      return await startIn(dataDir)
    }
  }
  throw new Error(`all ${slotsMax} test servers are in use`)
}

const startIn = (dataDir: string): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({ dataDir, log: () => undefined, settings })

const isInUse = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('another Dragoman is running')
