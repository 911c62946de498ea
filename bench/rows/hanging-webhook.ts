import type { Bench } from '../bench.ts'
import { medianRatio, type Row, roundsOf } from '../figures.ts'
import { orderFaults } from '../order-faults.ts'
import { startDragoman } from '../product/dragoman.ts'

/** Turns/s to the measured webhook and to the other one: a little traffic, and a third to a half of what two cores can do. */
const rates = [
  { measuredPerSecond: 20, otherPerSecond: 180 },
  { measuredPerSecond: 50, otherPerSecond: 450 },
] as const
type Rate = (typeof rates)[number]

const subjectsOf = ({ measuredPerSecond, otherPerSecond }: Rate) => {
  const rate = `${measuredPerSecond} + ${otherPerSecond}/s`
  return {
    quiet: `${rate}, quiet: the other 90% are absent`,
    hanging: `${rate}, 90% of the traffic to a webhook that hangs`,
    healthy: `${rate}, 90% of the traffic to another that answers`,
  }
}

/** Row 7: does a webhook feel that another one hangs? The third run of each rate tells load and hanging apart. */
export const measureHangingWebhook = async (bench: Bench): Promise<Row> => {
  const rounds = roundsOf<'p50Ms' | 'p99Ms'>()
  const faults: string[] = []
  const { size, load } = bench

  const measure = async (subject: string, rate: Rate, otherUrl: string | undefined): Promise<void> => {
    const database = await bench.postgres.createDatabase('hanging')
    const product = await startDragoman(database.url)
    const measured = await product.openTraffic(load.urls.measured, size.sessions / 2)
    const other = otherUrl === undefined ? undefined : await product.openTraffic(otherUrl, size.sessions)
    const report = await load.run('two-webhooks', {
      measured,
      ...rate,
      ...(other === undefined ? {} : { other }),
      connections: 32,
      warmUpMs: size.warmUpMs,
      durationMs: size.hangMs,
      drainMsMax: 20_000,
    })
    await product.stop()
    await database.drop()
    faults.push(...orderFaults(report.order).map((fault) => `${subject}: ${fault}`))
    if (report.refused > 0) faults.push(`${subject}: ${report.refused} refused`)
    rounds.add(subject, { p50Ms: report.latency.p50Ms, p99Ms: report.latency.p99Ms })
    bench.say(
      `  ${subject}: p50 ${report.latency.p50Ms.toFixed(1)}, p99 ${report.latency.p99Ms.toFixed(1)} ms, other got ${report.otherArrived}`,
    )
  }

  for (let round = 0; bench.subjects.has('product') && round < bench.rounds; round++)
    for (const rate of rates) {
      const { quiet, hanging, healthy } = subjectsOf(rate)
      await measure(quiet, rate, undefined)
      await measure(hanging, rate, load.urls.hang)
      await measure(healthy, rate, load.urls.other)
    }

  return {
    title: 'A healthy webhook while another one hangs',
    figures: rates
      .flatMap((rate) => Object.values(subjectsOf(rate)))
      .flatMap((subject) => [
        {
          subject,
          kind: 'product',
          measure: 'POST to webhook, p50',
          unit: 'ms',
          rounds: rounds.of(subject, 'p50Ms'),
        },
        {
          subject,
          kind: 'product',
          measure: 'POST to webhook, p99',
          unit: 'ms',
          rounds: rounds.of(subject, 'p99Ms'),
        },
      ]),
    goals: rates.map((rate) => {
      const { quiet, hanging } = subjectsOf(rate)
      return {
        what: `p99 beside the hanging one / quiet p99, at ${rate.measuredPerSecond} + ${rate.otherPerSecond}/s`,
        comparison: '<=',
        goal: 2,
        value: medianRatio(rounds.of(hanging, 'p99Ms'), rounds.of(quiet, 'p99Ms')),
      }
    }),
    notes: [
      'An open loop: so many turns/s to the measured webhook + to the other one, timed from when each was due.',
      'The clock, the client and both webhooks share the two cores with the product.',
    ],
    faults,
  }
}
