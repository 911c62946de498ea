import { Type } from 'typebox'
import type { Bench } from '../bench.ts'
import { runToEnd } from '../children.ts'
import { median, type Row, roundsOf } from '../figures.ts'
import { checked } from '../load/jobs.ts'
import { startRedis } from '../redis.ts'
import { scriptPath } from '../scripts.ts'

const dragoman = 'Dragoman lanes'
const peers = {
  'graphile-worker, named queues': 'peers/lanes-graphile-worker.ts',
  'pg-boss, strict FIFO keys': 'peers/lanes-pg-boss.ts',
  'BullMQ, 20 one-at-a-time queues': 'peers/lanes-bullmq.ts',
} as const

const Result = Type.Object({ done: Type.Number(), outOfOrder: Type.Number(), perSecond: Type.Number() })

/** Row 5: claim, look, complete; no HTTP. The ceiling that the lanes put on everything else. */
export const measureLanes = async (bench: Bench): Promise<Row> => {
  const rounds = roundsOf<'perSecond'>()
  const faults: string[] = []
  const notes = new Map<string, string>()
  const { size } = bench

  const measure = async (subject: string, script: string): Promise<void> => {
    const needsRedis = script.includes('bullmq')
    if (needsRedis && !bench.hasRedis) return
    const database = await bench.postgres.createDatabase('lanes')
    const redis = needsRedis ? await startRedis() : undefined
    const env = {
      BENCH_SUBJECT_DATABASE_URL: database.url,
      BENCH_REDIS_URL: redis?.url ?? '',
      BENCH_LANES: String(size.lanes),
      BENCH_JOBS_PER_LANE: String(size.jobsPerLane),
      BENCH_DURATION_MS: String(size.windowMs),
    }
    const result = checked(Result, await runToEnd(scriptPath(script), env, 240_000))
    await redis?.stop()
    await database.drop()
    rounds.add(subject, { perSecond: result.perSecond })
    if (result.outOfOrder > 0) {
      notes.set(subject, `${result.outOfOrder} of ${result.done} out of order`)
      if (subject === dragoman) faults.push(`${subject}: ${result.outOfOrder} out of order`)
    }
    bench.say(
      `  ${subject}: ${Math.round(result.perSecond)}/s, ${result.done} done, ${result.outOfOrder} out of order`,
    )
  }

  for (let round = 0; round < bench.rounds; round++) {
    if (bench.subjects.has('product')) await measure(dragoman, 'product/lanes.ts')
    if (!bench.subjects.has('peers')) continue
    for (const [subject, script] of Object.entries(peers)) await measure(subject, script)
  }

  const subjects = [dragoman, ...Object.keys(peers)].filter(
    (subject) => rounds.of(subject, 'perSecond').length > 0,
  )
  return {
    title: `Lane queue ceiling without HTTP: ${size.lanes.toLocaleString('en-US')} lanes, ${size.jobsPerLane} jobs each`,
    figures: subjects.map((subject) => ({
      subject,
      kind: subject === dragoman ? 'product' : 'peer',
      measure: 'jobs in order',
      unit: '/s',
      rounds: rounds.of(subject, 'perSecond'),
      note: notes.get(subject) ?? '',
    })),
    goals: [
      {
        what: 'Dragoman jobs/s',
        comparison: '>=',
        goal: 20_000,
        value: median(rounds.of(dragoman, 'perSecond')),
      },
    ],
    notes: [
      `Until done, or for ${size.windowMs / 1000} s. Claims and completions may commit asynchronously: a lost one is one redelivery.`,
    ],
    faults,
  }
}
