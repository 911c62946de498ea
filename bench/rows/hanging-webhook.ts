import type { Bench } from '../bench.ts'
import { medianRatio, type Row, roundsOf } from '../figures.ts'
import { orderFaults } from '../order-faults.ts'
import { startDragoman } from '../product/dragoman.ts'

/** Of the turns/s that this machine sustains, measured first: a rate by itself is much here and little there. */
const shares = [
  { of: 'a tenth', share: 1 / 10 },
  { of: 'a third', share: 1 / 3 },
  { of: 'half', share: 1 / 2 },
] as const
type Share = (typeof shares)[number]

/** The other webhook gets nine times as much as the measured one. */
const otherRatio = 9

const subjectsOf = ({ of }: Share) => ({
  quiet: `${of}, quiet: the other 90% are absent`,
  hanging: `${of}, 90% of the traffic to a webhook that hangs`,
  healthy: `${of}, 90% of the traffic to another that answers`,
})

/** Row 7: does a webhook feel that another one hangs? The third run of each rate tells load and hanging apart. */
export const measureHangingWebhook = async (bench: Bench): Promise<Row> => {
  const rounds = roundsOf<'p50Ms' | 'p99Ms'>()
  const faults: string[] = []
  const { size, load } = bench

  const measure = async (
    subject: string,
    measuredPerSecond: number,
    otherUrl: string | undefined,
  ): Promise<void> => {
    const database = await bench.postgres.createDatabase('hanging')
    const product = await startDragoman(database.url)
    const measured = await product.openTraffic(load.urls.measured, size.sessions / 2)
    const other = otherUrl === undefined ? undefined : await product.openTraffic(otherUrl, size.sessions)
    const report = await load.run('two-webhooks', {
      measured,
      measuredPerSecond,
      otherPerSecond: otherRatio * measuredPerSecond,
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

  const sustained = bench.subjects.has('product') ? await measureSustained(bench, faults) : 0
  const measuredPerSecond = ({ share }: Share): number =>
    Math.max(1, Math.round((sustained * share) / (1 + otherRatio)))
  for (let round = 0; bench.subjects.has('product') && round < bench.rounds; round++)
    for (const share of shares) {
      const { quiet, hanging, healthy } = subjectsOf(share)
      await measure(quiet, measuredPerSecond(share), undefined)
      await measure(hanging, measuredPerSecond(share), load.urls.hang)
      await measure(healthy, measuredPerSecond(share), load.urls.other)
    }

  const rates = shares.map((share) => {
    const measured = measuredPerSecond(share)
    return `${share.of} is ${measured} + ${otherRatio * measured}/s`
  })
  return {
    title: 'A healthy webhook while another one hangs',
    figures: shares
      .flatMap((share) => Object.values(subjectsOf(share)))
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
    goals: shares.map((share) => {
      const { quiet, hanging } = subjectsOf(share)
      return {
        what: `p99 beside the hanging one / quiet p99, at ${share.of} of what is sustained`,
        comparison: '<=',
        goal: 2,
        value: medianRatio(rounds.of(hanging, 'p99Ms'), rounds.of(quiet, 'p99Ms')),
      }
    }),
    notes: [
      `Shares of ${Math.round(sustained)} turns/s, which were sustained just before: ${rates.join(', ')}.`,
      'An open loop: so many turns/s to the measured webhook + to the other one, timed from when each was due.',
      'The clock, the client and both webhooks share the two cores with the product.',
    ],
    faults,
  }
}

/** Turns/s that go on, as in row 3. */
const measureSustained = async ({ postgres, load, size, say }: Bench, faults: string[]): Promise<number> => {
  const database = await postgres.createDatabase('hanging')
  const product = await startDragoman(database.url)
  const { perSecond, order, refused } = await load.run('sustained-turns', {
    traffic: await product.openTraffic(load.urls.measured, size.sessions),
    connections: size.connections,
    sessionsAtOnce: Math.min(256, size.sessions),
    burst: 2,
    warmUpMs: size.warmUpMs,
    durationMs: size.windowMs,
    drainMsMax: 20_000,
  })
  await product.stop()
  await database.drop()
  faults.push(...orderFaults(order).map((fault) => `sustained: ${fault}`))
  if (refused > 0) faults.push(`sustained: ${refused} refused`)
  say(`  sustained: ${Math.round(perSecond)}/s`)
  return perSecond
}
