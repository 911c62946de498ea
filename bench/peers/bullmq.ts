/**
 * Fastify + BullMQ + Redis. Its free edition has no groups, so order within a session is made the way its users do:
 * sessions are spread over queues whose worker takes one job at a time.
 */
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { environment } from '../references/environment.ts'
import { concurrency, deliverEcho, type EchoJob, serveEcho } from './echo-service.ts'

const connection = new Redis(environment().redisUrl, { maxRetriesPerRequest: null })
const names = Array.from({ length: concurrency }, (_, index) => `echo-${index}`)
const queues = names.map(
  (name) =>
    new Queue<EchoJob>(name, {
      connection,
      defaultJobOptions: { attempts: 10, backoff: { type: 'fixed', delay: 100 }, removeOnComplete: 1000 },
    }),
)
for (const name of names)
  new Worker<EchoJob>(name, (job) => deliverEcho(job.data), { connection, concurrency: 1 })

await serveEcho(
  (job) => queues[queueOf(job.sessionId)]?.add('echo', job) ?? Promise.reject(new Error('no queue')),
)

function queueOf(sessionId: string): number {
  let hash = 0
  for (let index = 0; index < sessionId.length; index++)
    hash = (hash * 31 + sessionId.charCodeAt(index)) >>> 0
  return hash % queues.length
}
