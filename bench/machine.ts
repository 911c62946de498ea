import { cpus, loadavg, release, totalmem } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'

/** A figure without its machine says nothing. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGib: number
  readonly os: string
  readonly node: string
  readonly postgres: string
  readonly loadBefore: readonly number[]
  /** Share of the processors that others were using in the second before the run. */
  readonly busyBefore: number
  readonly startedAt: string
}

export const describeMachine = async (postgresVersion: string): Promise<Machine> => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryGib: Math.round(totalmem() / 2 ** 30),
  os: `${process.platform} ${release()}`,
  node: process.version,
  postgres: postgresVersion,
  loadBefore: loadavg().map((load) => Math.round(load * 100) / 100),
  busyBefore: await busyShare(1000),
  startedAt: new Date().toISOString(),
})

export const busyShare = async (windowMs: number): Promise<number> => {
  const before = processorTimes()
  await pause(windowMs)
  const after = processorTimes()
  const total = after.total - before.total
  return total === 0 ? 0 : Math.round((1 - (after.idle - before.idle) / total) * 100) / 100
}

const processorTimes = (): { idle: number; total: number } => {
  let idle = 0
  let total = 0
  for (const { times } of cpus()) {
    idle += times.idle
    total += times.user + times.nice + times.sys + times.idle + times.irq
  }
  return { idle, total }
}
