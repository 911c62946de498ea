import type { Bench } from '../bench.ts'
import { median, type Row, roundsOf } from '../figures.ts'
import type { BenchDatabase } from '../postgres.ts'
import { makeBacklog } from '../product/backlog.ts'
import { startDragoman } from '../product/dragoman.ts'

const fromBacklog = 'Dragoman, a backlog delivered'
const wholeWay = 'Dragoman, the whole way: accept, turn, delivery'

/** Row 6: a count, not a time; one round tells. pg_stat_statements counts what the server was sent. */
export const countStatements = async (bench: Bench): Promise<Row> => {
  const counts = roundsOf<'perEvent'>()
  if (!bench.subjects.has('product')) return row(counts)
  const { size, load, postgres } = bench
  const database = await postgres.createDatabase('statements')
  await countFromNow(database)
  const backlog = await makeBacklog(bench, database)
  const before = await statements(database)
  const deliverer = await backlog.startDelivering()
  const drained = await load.run('await-deliveries', { deliveries: backlog.deliveries, timeoutMs: 120_000 })
  await deliverer.stop()
  counts.add(fromBacklog, { perEvent: ((await statements(database)) - before) / drained.arrived })
  await database.drop()

  const second = await postgres.createDatabase('statements')
  await countFromNow(second)
  const product = await startDragoman(second.url)
  const traffic = await product.openTraffic(load.urls.measured, size.sessions)
  const opened = await statements(second)
  const report = await load.run('sustained-turns', {
    traffic,
    connections: size.connections,
    sessionsAtOnce: Math.min(256, size.sessions),
    burst: 2,
    warmUpMs: 1,
    durationMs: size.windowMs,
    drainMsMax: 20_000,
  })
  counts.add(wholeWay, { perEvent: ((await statements(second)) - opened) / report.order.delivered })
  await product.stop()
  await second.drop()
  for (const subject of [fromBacklog, wholeWay])
    bench.say(`  ${subject}: ${counts.of(subject, 'perEvent')[0]?.toFixed(3)} statements per event`)
  return row(counts)
}

/** By the database, because that setting stands above the server's command line. */
const countFromNow = async (database: BenchDatabase): Promise<void> => {
  await database.query('create extension pg_stat_statements')
  const name = database.url.slice(database.url.lastIndexOf('/') + 1)
  await database.query(`alter database ${name} set pg_stat_statements.track = 'top'`)
}

/** Every statement a client of this database sent, begin and commit included, the questions of this file left out. */
const statements = async (database: BenchDatabase): Promise<number> => {
  const [counted] = await database.query(
    `select coalesce(sum(calls), 0) as calls from pg_stat_statements
     where dbid = (select oid from pg_database where datname = current_database())
       and query not like '%pg_stat_statements%'`,
  )
  return Number(counted?.calls)
}

const row = (counts: ReturnType<typeof roundsOf<'perEvent'>>): Row => ({
  title: 'SQL statements per delivered event',
  figures: [fromBacklog, wholeWay].map((subject) => ({
    subject,
    kind: 'product',
    measure: 'statements per event',
    unit: '',
    rounds: counts.of(subject, 'perEvent'),
  })),
  goals: [
    {
      what: 'statements per delivered event, from a backlog',
      comparison: '<=',
      goal: 0.2,
      value: median(counts.of(fromBacklog, 'perEvent')),
    },
    {
      what: 'statements per delivered event, accept and turn included',
      comparison: '<=',
      goal: 0.2,
      value: median(counts.of(wholeWay, 'perEvent')),
    },
  ],
  notes: ['Counted by pg_stat_statements (track = top): what clients sent, begin and commit included.'],
  faults: [],
})
