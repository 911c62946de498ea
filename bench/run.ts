/**
 * npm run bench: the first seven rows of the performance table, measured on real HTTP and a real PostgreSQL with
 * durable commits, each beside its references and peers in the same run.
 *
 *     npm run bench                            everything, about a quarter of an hour
 *     npm run bench -- --only accept,lanes     some rows
 *     npm run bench -- --rounds 1              medians of fewer rounds
 *     npm run bench -- --without peers         or: product, references
 *     npm run bench -- --quick                 seconds: does it run, does the order hold? No figure to quote
 *     npm run bench -- --write                 puts the figures into docs/benchmarks.md
 *
 * It never fails for being slow. It fails if the product lost, doubled or swapped a message.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Bench, fullSize, quickSize } from './bench.ts'
import { startLoadProcess, stopAllChildren } from './children.ts'
import type { Row } from './figures.ts'
import { describeMachine } from './machine.ts'
import { startPostgres } from './postgres.ts'
import { hasRedisServer } from './redis.ts'
import { type Results, renderMachine, renderTable, writeInto } from './report.ts'
import { measureAccept } from './rows/accept.ts'
import { measureBacklog } from './rows/backlog.ts'
import { measureHangingWebhook } from './rows/hanging-webhook.ts'
import { measureIdleTurn } from './rows/idle-turn.ts'
import { measureLanes } from './rows/lanes.ts'
import { countStatements } from './rows/statements.ts'
import { measureSustainedTurns } from './rows/sustained-turns.ts'
import { installPeers, redisAdvice } from './setup.ts'
import { removeTemporaryFolders } from './temporary-folder.ts'

const rows: Readonly<Record<string, (bench: Bench) => Promise<Row>>> = {
  accept: measureAccept,
  'idle-turn': measureIdleTurn,
  sustained: measureSustainedTurns,
  backlog: measureBacklog,
  lanes: measureLanes,
  statements: countStatements,
  hanging: measureHangingWebhook,
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const main = async (): Promise<number> => {
  const wish = readWish()
  if (wish.subjects.has('peers')) installPeers(say)
  const hasRedis = hasRedisServer()
  if (!hasRedis && wish.subjects.has('peers')) say(redisAdvice)

  const postgres = await startPostgres()
  const close = once(async () => {
    await stopAllChildren()
    await postgres.stop()
    await removeTemporaryFolders()
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void close().then(() => process.exit(130)))
  try {
    const machine = await describeMachine(postgres.version)
    const load = await startLoadProcess()
    const bench: Bench = { ...wish, postgres, load, hasRedis, say }
    const done: Record<string, Row> = {}
    for (const [name, measure] of Object.entries(rows)) {
      if (!wish.only.has(name)) continue
      say(`\n${name}`)
      done[name] = await measure(bench)
    }
    const results: Results = { machine, rounds: wish.rounds, quick: wish.quick, rows: done }
    say(`\n${renderMachine(results)}\n\n${renderTable(results)}\n`)
    keep(results, wish.write)
    return Object.values(done).some((row) => row.faults.length > 0) ? 1 : 0
  } finally {
    await close()
  }
}

/** Broken off by a signal, the run also fails where it stands: both ends wait for the one closing. */
const once = (close: () => Promise<void>): (() => Promise<void>) => {
  let closing: Promise<void> | undefined
  return () => {
    closing ??= close()
    return closing
  }
}

const readWish = () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      without: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  })
  const only = new Set(values.only?.split(',') ?? Object.keys(rows))
  for (const name of only)
    if (!Object.hasOwn(rows, name))
      throw new Error(`no row ${name}; there are ${Object.keys(rows).join(', ')}`)
  const without = new Set(values.without?.split(',') ?? (values.quick ? ['peers'] : []))
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3))
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 9) throw new Error('--rounds takes 1 to 9')
  return {
    only,
    subjects: new Set(
      (['product', 'references', 'peers'] as const).filter((subject) => !without.has(subject)),
    ),
    rounds,
    quick: values.quick,
    write: values.write,
    size: values.quick ? quickSize : fullSize,
  }
}

const keep = (results: Results, isWritten: boolean): void => {
  const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
  mkdirSync(pathOf('results'), { recursive: true })
  writeFileSync(pathOf('results/latest.json'), `${JSON.stringify(results, null, 2)}\n`)
  if (!isWritten) return
  const document = pathOf('../docs/benchmarks.md')
  writeFileSync(document, writeInto(readFileSync(document, 'utf8'), results))
}

process.exitCode = await main()
