/** Lane ceiling of pg-boss: strict FIFO keyed by lane, by the fetch loop its authors use for throughput. */
import { PgBoss } from 'pg-boss'
import { environment } from '../references/environment.ts'
import { allJobs, type LaneJob, lanes, measureLanes, work } from '../references/lane-job.ts'

const boss = new PgBoss({ connectionString: environment().databaseUrl, max: 10, supervise: false })
boss.on('error', () => undefined)
await boss.start()
await boss.createQueue('lanes', { policy: 'key_strict_fifo', partition: true })
const jobs = allJobs().map((data) => ({ data, singletonKey: String(data.lane) }))
// Jobs of one insert share their creation time, which is their order: so never two of one lane in an insert.
const insertMax = Math.min(lanes, 5000)
for (let start = 0; start < jobs.length; start += insertMax) {
  await boss.insert('lanes', jobs.slice(start, start + insertMax))
}
await boss.getDb().executeSql('analyze')

const workOff = async (): Promise<void> => {
  for (;;) {
    const batch = await boss.fetch<LaneJob>('lanes', { batchSize: 1000 })
    if (batch.length === 0) return
    for (const job of batch) work(job.data)
    await boss.complete(
      'lanes',
      batch.map((job) => job.id),
    )
  }
}
await measureLanes(async () => {
  workOff().catch(() => undefined)
})
