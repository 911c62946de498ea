/** Fastify + pg-boss: its strict FIFO policy keyed by session, woken by its LISTEN/NOTIFY, in batches while busy. */
import { type Job, PgBoss } from 'pg-boss'
import { environment } from '../references/environment.ts'
import { concurrency, deliverEcho, type EchoJob, serveEcho } from './echo-service.ts'

const boss = new PgBoss({
  connectionString: environment().databaseUrl,
  max: concurrency + 4,
  useListenNotify: true,
})
boss.on('error', () => undefined)
await boss.start()
await boss.createQueue('echo', { policy: 'key_strict_fifo', notify: true, retryLimit: 10, retryDelay: 0 })

const workers = 4
await boss.work(
  'echo',
  {
    batchSize: concurrency,
    localConcurrency: workers,
    pollingIntervalSeconds: 0.5,
    notifyPollingIntervalSeconds: 0.5,
    burstWhenBatchFull: true,
    perJobResults: true,
  },
  (jobs: Job<EchoJob>[]) =>
    Promise.all(
      jobs.map((job) =>
        deliverEcho(job.data).then(
          () => ({ id: job.id, status: 'completed' as const }),
          () => ({ id: job.id, status: 'failed' as const }),
        ),
      ),
    ),
)
await serveEcho((job) => boss.send('echo', job, { singletonKey: job.sessionId }))
