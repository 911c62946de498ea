import { setTimeout as pause } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import type { BenchDatabase } from '../postgres.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { startDragoman } from './dragoman.ts'

const turnsMsMax = 240_000

/** Replies that wait for their delivery: one process accepts and thinks, and nobody delivers until it has gone. */
export interface Backlog {
  readonly deliveries: number
  /** Starts one process with the deliver role alone. */
  readonly startDelivering: () => Promise<{ stop: () => Promise<void> }>
}

export const makeBacklog = async (bench: Bench, database: BenchDatabase): Promise<Backlog> => {
  const { size, load } = bench
  const dataDir = await temporaryFolder('data')
  const front = await startDragoman(database.url, 'http,worker', dataDir)
  const traffic = await front.openTraffic(load.urls.measured, size.sessions)
  const { accepted } = await load.run('fill', {
    traffic,
    connections: size.connections,
    messagesPerSession: size.messagesPerSession,
  })
  await until(async () => (await count(database, owedTurns)) === 0, turnsMsMax)
  await front.stop()
  const deliveries = await count(database, 'select count(*) from events')
  if (deliveries < accepted) throw new Error(`${accepted} accepted, ${deliveries} replies`)
  await database.query('checkpoint')
  return {
    deliveries,
    startDelivering: () => startDragoman(database.url, 'deliver', dataDir),
  }
}

const owedTurns = 'select count(*) from turns where finished_at is null'

const count = async (database: BenchDatabase, text: string): Promise<number> => {
  const [row] = await database.query(text)
  return Number(row?.count)
}

const until = async (isSo: () => Promise<boolean>, msMax: number): Promise<void> => {
  const end = performance.now() + msMax
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not there within ${msMax} ms`)
    await pause(250)
  }
}
