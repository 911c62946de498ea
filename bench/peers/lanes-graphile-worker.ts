/** Lane ceiling of graphile-worker: a named queue a lane. */
import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import { Pool } from 'pg'
import { environment } from '../references/environment.ts'
import { allJobs, type LaneJob, measureLanes, work } from '../references/lane-job.ts'

declare global {
  namespace GraphileWorker {
    interface Tasks {
      lane: LaneJob
    }
  }
}

const concurrentJobs = 20
const pgPool = new Pool({ connectionString: environment().databaseUrl, max: concurrentJobs + 4 })
const logger = new Logger(() => () => undefined)
const utils = await makeWorkerUtils({ pgPool, logger })
await utils.migrate()
const jobs = allJobs().map((payload) => ({ identifier: 'lane', payload, queueName: `lane-${payload.lane}` }))
for (let start = 0; start < jobs.length; start += 5000) await utils.addJobs(jobs.slice(start, start + 5000))
await pgPool.query('analyze')

await measureLanes(() =>
  run({
    pgPool,
    logger,
    noHandleSignals: true,
    preset: {
      worker: { concurrentJobs, localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 },
    },
    taskList: { lane: work },
  }),
)
