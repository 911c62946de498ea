/** Fastify + graphile-worker: a named queue a session, its batching on, as its performance guide advises. */
import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import { Pool } from 'pg'
import { environment } from '../references/environment.ts'
import { concurrency, deliverEcho, type EchoJob, serveEcho } from './echo-service.ts'

declare global {
  namespace GraphileWorker {
    interface Tasks {
      echo: EchoJob
    }
  }
}

const pgPool = new Pool({ connectionString: environment().databaseUrl, max: concurrency + 4 })
const logger = new Logger(() => () => undefined)
const utils = await makeWorkerUtils({ pgPool, logger })
await utils.migrate()

await run({
  pgPool,
  logger,
  noHandleSignals: true,
  preset: {
    worker: {
      concurrentJobs: concurrency,
      localQueue: { size: concurrency + 1 },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
    },
  },
  taskList: { echo: deliverEcho },
})
await serveEcho((job) => utils.addJob('echo', job, { queueName: job.sessionId }))
