import type { Bench } from '../bench.ts'
import { startSubject } from '../children.ts'
import { median, medianRatio, type Row, roundsOf } from '../figures.ts'
import { orderFaults } from '../order-faults.ts'
import { makeBacklog } from '../product/backlog.ts'
import { scriptPath } from '../scripts.ts'

const dragoman = 'Dragoman, one deliver process'
const bare = 'bare undici Pool loop'
const drainMsMax = 120_000

/** Row 4: how fast a backlog leaves, each session's events strictly in order. */
export const measureBacklog = async (bench: Bench): Promise<Row> => {
  const rounds = roundsOf<'perSecond'>()
  const faults: string[] = []
  const { size, load } = bench
  const deliveries = size.sessions * size.messagesPerSession

  for (let round = 0; round < bench.rounds; round++) {
    if (bench.subjects.has('references')) {
      await load.run('count-deliveries', {})
      const loop = await startSubject(scriptPath('references/deliveries-bare.ts'), {
        BENCH_WEBHOOK_URL: load.urls.other,
        BENCH_SESSIONS: String(size.sessions),
        BENCH_DELIVERIES: String(deliveries),
      })
      const { perSecond } = await load.run('await-others', { deliveries, timeoutMs: drainMsMax })
      await loop.stop()
      rounds.add(bare, { perSecond })
      bench.say(`  ${bare}: ${Math.round(perSecond)}/s`)
    }
    if (bench.subjects.has('product')) {
      const database = await bench.postgres.createDatabase('backlog')
      const backlog = await makeBacklog(bench, database)
      const deliverer = await backlog.startDelivering()
      const report = await load.run('await-deliveries', {
        deliveries: backlog.deliveries,
        timeoutMs: drainMsMax,
      })
      await deliverer.stop()
      await database.drop()
      faults.push(...orderFaults(report.order).map((fault) => `${dragoman}: ${fault}`))
      rounds.add(dragoman, { perSecond: report.perSecond })
      bench.say(`  ${dragoman}: ${Math.round(report.perSecond)}/s of ${report.arrived}`)
    }
  }

  const own = rounds.of(dragoman, 'perSecond')
  return {
    title: `Deliveries/s from a backlog of ${deliveries.toLocaleString('en-US')} events over ${size.sessions} sessions`,
    figures: [
      { subject: dragoman, kind: 'product', measure: 'deliveries', unit: '/s', rounds: own },
      {
        subject: bare,
        kind: 'reference',
        measure: 'deliveries',
        unit: '/s',
        rounds: rounds.of(bare, 'perSecond'),
      },
    ],
    goals: [
      {
        what: 'Dragoman / bare undici Pool loop',
        comparison: '>=',
        goal: 0.4,
        value: medianRatio(own, rounds.of(bare, 'perSecond')),
      },
      { what: 'Dragoman deliveries/s (quiet machine)', comparison: '>=', goal: 5000, value: median(own) },
    ],
    notes: [
      'From the first arrival to the last. Dragoman keeps at most 20 deliveries in flight to one webhook; so does the loop.',
      'The loop keeps no order and no record; Dragoman claims, signs, posts, checks the answer and commits each outcome.',
    ],
    faults,
  }
}
