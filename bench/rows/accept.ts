import type { Bench } from '../bench.ts'
import { type Figure, medianRatio, type Row, roundsOf } from '../figures.ts'
import type { Traffic } from '../load/jobs.ts'
import { startDragoman } from '../product/dragoman.ts'
import { serveScript } from '../scripts.ts'

const bare = 'bare node:http, same inserts'
const fastify = 'Fastify, same inserts'
const httpOnly = 'Dragoman, http role'
const allRoles = 'Dragoman, all roles at work'

/** Row 1: messages answered 202 after their commit. */
export const measureAccept = async (bench: Bench): Promise<Row> => {
  const rounds = roundsOf<'perSecond' | 'p99Ms'>()
  const faults: string[] = []
  const { size, load } = bench

  const measure = async (
    subject: string,
    start: (databaseUrl: string) => Promise<{ traffic: Traffic; stop: () => Promise<void> }>,
    countText: string,
  ): Promise<void> => {
    const database = await bench.postgres.createDatabase('accept')
    const { traffic, stop } = await start(database.url)
    const report = await load.run('accept', {
      traffic,
      connections: size.connections,
      warmUpMs: size.warmUpMs,
      durationMs: size.windowMs,
    })
    await stop()
    const [row] = await database.query(countText)
    await database.drop()
    if (Number(row?.count) !== report.acceptedInAll)
      faults.push(`${subject}: ${report.acceptedInAll} accepted, ${String(row?.count)} stored`)
    if (report.refused > 0) faults.push(`${subject}: ${report.refused} refused`)
    rounds.add(subject, { perSecond: report.perSecond, p99Ms: report.latency.p99Ms })
    bench.say(`  ${subject}: ${Math.round(report.perSecond)}/s, p99 ${report.latency.p99Ms.toFixed(1)} ms`)
  }
  const script = (path: string) => (databaseUrl: string) =>
    serveScript(path, { BENCH_SUBJECT_DATABASE_URL: databaseUrl }, size.sessions)
  const product = (roles: string) => async (databaseUrl: string) => {
    const dragoman = await startDragoman(databaseUrl, roles)
    return { traffic: await dragoman.openTraffic(load.urls.measured, size.sessions), stop: dragoman.stop }
  }

  for (let round = 0; round < bench.rounds; round++) {
    if (bench.subjects.has('references')) {
      await measure(bare, script('references/accept-bare.ts'), 'select count(*) from messages')
      await measure(fastify, script('references/accept-fastify.ts'), 'select count(*) from messages')
    }
    if (bench.subjects.has('product')) {
      const countText = `select count(*) from messages where author = 'user'`
      await measure(httpOnly, product('http'), countText)
      await measure(allRoles, product('http,worker,deliver'), countText)
    }
  }

  const figuresOf = (subject: string, kind: Figure['kind']): Figure[] => [
    { subject, kind, measure: 'accepted messages', unit: '/s', rounds: rounds.of(subject, 'perSecond') },
    { subject, kind, measure: 'POST to 202, p99', unit: 'ms', rounds: rounds.of(subject, 'p99Ms') },
  ]
  return {
    title: `Accepted messages/s: 202 after the commit, ${size.connections} connections, ${size.sessions} sessions`,
    figures: [
      ...figuresOf(httpOnly, 'product'),
      ...figuresOf(allRoles, 'product'),
      ...figuresOf(bare, 'reference'),
      ...figuresOf(fastify, 'reference'),
    ],
    goals: [
      {
        what: 'Dragoman (http role) / bare node:http',
        comparison: '>=',
        goal: 0.75,
        value: medianRatio(rounds.of(httpOnly, 'perSecond'), rounds.of(bare, 'perSecond')),
      },
    ],
    notes: [
      'The references only accept; so the like of them is the http role alone. "All roles" answers and delivers meanwhile.',
      'After each run the stored messages are counted against the answers.',
    ],
    faults,
  }
}
