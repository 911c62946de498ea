import type { Bench } from '../bench.ts'
import { median, type Row, roundsOf } from '../figures.ts'
import type { Traffic } from '../load/jobs.ts'
import { orderFaults } from '../order-faults.ts'
import { startDragoman } from '../product/dragoman.ts'
import { startRedis } from '../redis.ts'
import { serveScript } from '../scripts.ts'

const dragoman = 'Dragoman'
const dragomanNewTexts = 'Dragoman, no message worded twice'
const peers = {
  'Fastify + graphile-worker': 'peers/graphile-worker.ts',
  'Fastify + pg-boss': 'peers/pg-boss.ts',
  'Fastify + BullMQ + Redis': 'peers/bullmq.ts',
  'botbuilder echo bot': 'peers/botbuilder.ts',
} as const
type Peer = keyof typeof peers

const isProduct = (subject: string): boolean => subject === dragoman || subject === dragomanNewTexts

/** Row 3: turns/s that go on, POST to the webhook's 2xx; and who of them keeps a session's order. */
export const measureSustainedTurns = async (bench: Bench): Promise<Row> => {
  const rounds = roundsOf<'perSecond' | 'p50Ms' | 'p99Ms'>()
  const faults: string[] = []
  const orderNotes = new Map<string, string>()
  const { size, load } = bench

  const measure = async (subject: string, traffic: Traffic): Promise<void> => {
    const report = await load.run('sustained-turns', {
      traffic,
      connections: size.connections,
      sessionsAtOnce: Math.min(256, size.sessions),
      burst: 2,
      warmUpMs: size.warmUpMs,
      durationMs: size.windowMs,
      drainMsMax: 20_000,
    })
    const wrong = orderFaults(report.order)
    if (report.refused > 0) wrong.push(`${report.refused} refused`)
    if (isProduct(subject)) faults.push(...wrong.map((fault) => `${subject}: ${fault}`))
    rounds.add(subject, {
      perSecond: report.perSecond,
      p50Ms: report.latency.p50Ms,
      p99Ms: report.latency.p99Ms,
    })
    bench.say(`  ${subject}: ${Math.round(report.perSecond)}/s ${wrong.join('; ')}`)
  }

  /** Order is only worth its name if a refused delivery does not break it. */
  const lookAtOrder = async (subject: string, traffic: Traffic): Promise<void> => {
    const { order } = await load.run('order-over-retries', {
      traffic: { ...traffic, sessionIds: traffic.sessionIds.slice(0, 40) },
      messagesPerSession: 6,
      refuseEvery: 7,
      drainMsMax: 15_000,
    })
    const wrong = orderFaults(order)
    orderNotes.set(subject, wrong.length === 0 ? 'order held over refused deliveries' : wrong.join('; '))
    if (subject === dragoman) faults.push(...wrong.map((fault) => `${subject}: ${fault}`))
    bench.say(`  ${subject}: ${orderNotes.get(subject)}`)
  }

  const isFirst = new Set<string>()
  const measureBoth = async (subject: string, traffic: Traffic): Promise<void> => {
    await measure(subject, traffic)
    if (isFirst.has(subject)) return
    isFirst.add(subject)
    await lookAtOrder(subject, traffic)
  }

  for (let round = 0; round < bench.rounds; round++) {
    if (bench.subjects.has('product')) {
      const database = await bench.postgres.createDatabase('sustained')
      const product = await startDragoman(database.url)
      const traffic = await product.openTraffic(load.urls.measured, size.sessions)
      await measureBoth(dragoman, traffic)
      await measure(dragomanNewTexts, { ...traffic, texts: 'new' })
      await product.stop()
      await database.drop()
    }
    if (!bench.subjects.has('peers')) continue
    for (const [subject, script] of Object.entries(peers)) {
      const needsRedis = script === 'peers/bullmq.ts'
      if (needsRedis && !bench.hasRedis) continue
      const database = await bench.postgres.createDatabase('sustained')
      const redis = needsRedis ? await startRedis() : undefined
      const env = {
        BENCH_SUBJECT_DATABASE_URL: database.url,
        BENCH_WEBHOOK_URL: load.urls.measured,
        BENCH_REDIS_URL: redis?.url ?? '',
      }
      const served = await serveScript(script, env, size.sessions)
      await measureBoth(subject, served.traffic)
      await served.stop()
      await redis?.stop()
      await database.drop()
    }
  }

  const value = median(rounds.of(dragoman, 'perSecond'))
  const keepsOrder = (peer: Peer): boolean => orderNotes.get(peer)?.startsWith('order held') ?? false
  const best = (Object.keys(peers) as Peer[])
    .filter(keepsOrder)
    .map((peer) => ({ peer, perSecond: median(rounds.of(peer, 'perSecond')) }))
    .sort((left, right) => right.perSecond - left.perSecond)[0]
  const subjects = [dragoman, dragomanNewTexts, ...Object.keys(peers)].filter(
    (subject) => rounds.of(subject, 'perSecond').length > 0,
  )
  return {
    title: `Turns/s sustained: POST to the webhook's 2xx, ${size.sessions} sessions in bursts of two`,
    figures: subjects.flatMap((subject) => {
      const kind = isProduct(subject) ? 'product' : 'peer'
      const note = orderNotes.get(subject) ?? ''
      return [
        {
          subject,
          kind,
          measure: 'turns',
          unit: '/s',
          rounds: rounds.of(subject, 'perSecond'),
          note,
        } as const,
        {
          subject,
          kind,
          measure: 'POST to webhook, p50',
          unit: 'ms',
          rounds: rounds.of(subject, 'p50Ms'),
        } as const,
        {
          subject,
          kind,
          measure: 'POST to webhook, p99',
          unit: 'ms',
          rounds: rounds.of(subject, 'p99Ms'),
        } as const,
      ]
    }),
    goals: [
      { what: 'Dragoman turns/s', comparison: '>=', goal: 1500, value },
      ...(best === undefined
        ? []
        : [
            {
              what: `Dragoman / ${best.peer}, the best peer that keeps order`,
              comparison: '>=' as const,
              goal: 5,
              value: value / best.perSecond,
            },
          ]),
    ],
    notes: [
      'At most 256 sessions talk at a time and each waits for its replies, so no backlog hides in the figure.',
      'Peers echo; Dragoman infers the intent of the demo agent and stores reply, context and trace.',
      'Worded twice, a message is remembered; new wordings are read by the sentence model where words are not clear.',
      bench.hasRedis ? 'Redis runs with appendfsync always.' : 'Redis is not installed: BullMQ was left out.',
    ],
    faults,
  }
}
