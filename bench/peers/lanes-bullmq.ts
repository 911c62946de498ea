/** Lane ceiling of BullMQ's free edition: lanes spread over queues whose worker takes one job at a time. */
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { environment } from '../references/environment.ts'
import { allJobs, type LaneJob, measureLanes, work } from '../references/lane-job.ts'

const queueCount = 20
const connection = new Redis(environment().redisUrl, { maxRetriesPerRequest: null })
const names = Array.from({ length: queueCount }, (_, index) => `lanes-${index}`)
const queues = names.map(
  (name) => new Queue<LaneJob>(name, { connection, defaultJobOptions: { removeOnComplete: true } }),
)
const bulk = new Map(queues.map((queue) => [queue, [] as { name: string; data: LaneJob }[]]))
for (const data of allJobs()) {
  const queue = queues[data.lane % queueCount]
  if (queue !== undefined) bulk.get(queue)?.push({ name: 'lane', data })
}
for (const [queue, jobs] of bulk) {
  for (let start = 0; start < jobs.length; start += 2000) await queue.addBulk(jobs.slice(start, start + 2000))
}

await measureLanes(async () => {
  for (const name of names) {
    new Worker<LaneJob>(name, async (job) => work(job.data), { connection, concurrency: 1 })
  }
})
