import { dropLeftovers } from './database.ts'
import { startTestServer } from './test-server.ts'

let stop = async (): Promise<void> => undefined

/** Runs once, before the test processes start; they inherit the environment. */
export const globalSetup = async (): Promise<void> => {
  if (process.env.DRAGOMAN_TEST_DATABASE_URL) return
  const server = await startTestServer()
  stop = server.stop
  await dropLeftovers(server.url)
  process.env.DRAGOMAN_TEST_DATABASE_URL = server.url
}

export const globalTeardown = (): Promise<void> => stop()
