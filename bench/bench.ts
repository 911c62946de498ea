import type { LoadProcess } from './children.ts'
import type { BenchPostgres } from './postgres.ts'

/** What every row works with. */
export interface Bench {
  readonly postgres: BenchPostgres
  readonly load: LoadProcess
  readonly rounds: number
  readonly size: Size
  readonly subjects: ReadonlySet<'product' | 'references' | 'peers'>
  /** Is redis-server here? Without it the BullMQ peer is left out, with a word. */
  readonly hasRedis: boolean
  readonly say: (line: string) => void
}

export interface Size {
  readonly sessions: number
  readonly connections: number
  readonly warmUpMs: number
  readonly windowMs: number
  readonly idleTurns: number
  readonly messagesPerSession: number
  readonly lanes: number
  readonly jobsPerLane: number
  readonly hangMs: number
}

export const fullSize: Size = {
  sessions: 2000,
  connections: 64,
  warmUpMs: 3000,
  windowMs: 10_000,
  idleTurns: 500,
  messagesPerSession: 15,
  lanes: 20_000,
  jobsPerLane: 5,
  hangMs: 20_000,
}

/** Seconds in all: does the harness run, does the order hold? Its figures mean nothing. */
export const quickSize: Size = {
  sessions: 100,
  connections: 16,
  warmUpMs: 300,
  windowMs: 1000,
  idleTurns: 30,
  messagesPerSession: 5,
  lanes: 500,
  jobsPerLane: 3,
  hangMs: 2000,
}
