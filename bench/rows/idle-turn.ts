import type { Bench } from '../bench.ts'
import { median, medianRatio, type Row, roundsOf } from '../figures.ts'
import { orderFaults } from '../order-faults.ts'
import { startDragoman } from '../product/dragoman.ts'
import { serveScript } from '../scripts.ts'

const bare = 'bare server, same two commits'
const dragoman = 'Dragoman'
const sessionCount = 50

/** Row 2: POST sent to the first byte at the webhook, one message at a time. */
export const measureIdleTurn = async (bench: Bench): Promise<Row> => {
  const rounds = roundsOf<'p50' | 'p99' | 'answerP50'>()
  const faults: string[] = []
  const { size, load } = bench

  const measure = async (
    subject: string,
    traffic: Parameters<typeof load.run<'idle-turns'>>[1]['traffic'],
  ) => {
    const report = await load.run('idle-turns', {
      traffic,
      warmUpTurns: Math.min(100, size.idleTurns),
      turns: size.idleTurns,
      pauseMsMax: 20,
    })
    faults.push(...orderFaults(report.order).map((fault) => `${subject}: ${fault}`))
    rounds.add(subject, {
      p50: report.toWebhook.p50Ms,
      p99: report.toWebhook.p99Ms,
      answerP50: report.toAnswer.p50Ms,
    })
    bench.say(
      `  ${subject}: p50 ${report.toWebhook.p50Ms.toFixed(1)} ms, p99 ${report.toWebhook.p99Ms.toFixed(1)} ms`,
    )
  }

  for (let round = 0; round < bench.rounds; round++) {
    if (bench.subjects.has('references')) {
      const database = await bench.postgres.createDatabase('idle')
      const env = { BENCH_SUBJECT_DATABASE_URL: database.url, BENCH_WEBHOOK_URL: load.urls.measured }
      const served = await serveScript('references/idle-turn-bare.ts', env, sessionCount)
      await measure(bare, served.traffic)
      await served.stop()
      await database.drop()
    }
    if (bench.subjects.has('product')) {
      const database = await bench.postgres.createDatabase('idle')
      const product = await startDragoman(database.url)
      await measure(dragoman, await product.openTraffic(load.urls.measured, sessionCount))
      await product.stop()
      await database.drop()
    }
  }

  const p50 = rounds.of(dragoman, 'p50')
  const p99 = rounds.of(dragoman, 'p99')
  return {
    title: `Idle turn: POST sent to first byte at the webhook, embedded agent, ${size.idleTurns} turns`,
    figures: ([dragoman, bare] as const).flatMap((subject) => {
      const kind = subject === dragoman ? 'product' : 'reference'
      return [
        {
          subject,
          kind,
          measure: 'to the webhook, p50',
          unit: 'ms',
          rounds: rounds.of(subject, 'p50'),
        } as const,
        {
          subject,
          kind,
          measure: 'to the webhook, p99',
          unit: 'ms',
          rounds: rounds.of(subject, 'p99'),
        } as const,
        {
          subject,
          kind,
          measure: 'to the 202, p50',
          unit: 'ms',
          rounds: rounds.of(subject, 'answerP50'),
        } as const,
      ]
    }),
    goals: [
      { what: 'Dragoman p50, ms', comparison: '<=', goal: 8, value: median(p50) },
      { what: 'Dragoman p99, ms', comparison: '<=', goal: 40, value: median(p99) },
      {
        what: 'Dragoman p50 / reference p50',
        comparison: '<=',
        goal: 3,
        value: medianRatio(p50, rounds.of(bare, 'p50')),
      },
    ],
    notes: ['Client and webhook are one process, so one clock times both ends.'],
    faults,
  }
}
