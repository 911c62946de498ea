/** A process with an embedded PostgreSQL, for tests that kill it: `node embedded-host.ts DATA_DIR`. */
import { startEmbeddedPostgres } from '../../src/outside/embedded-postgres.ts'

const [dataDir = ''] = process.argv.slice(2)
try {
  const { url } = await startEmbeddedPostgres({ dataDir, log: () => undefined })
  process.stdout.write(`${JSON.stringify({ url })}\n`)
  setInterval(() => undefined, 1_000)
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: error instanceof Error ? error.message : `${error}` })}\n`)
}
