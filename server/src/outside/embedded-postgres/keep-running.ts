/**
 * Starts PostgreSQL and starts it again when it ends without being asked to (the system ran out of memory, somebody
 * killed it, its disk is full). Remains of the former life may hold on for a moment; a start that meets them is tried
 * again. A restart is tried for as long as we live: what stands in its way may take an operator's time to clear.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Postmaster } from './postmaster.ts'

const firstStartAttemptsMax = 20
const pauseMsMin = 100
const pauseMsMax = 2_000

export const keepRunning = async (
  start: () => Promise<Postmaster>,
  log: (line: string, fields?: object) => void,
): Promise<{ stop(): Promise<void> }> => {
  let isStopping = false
  let running = startPatiently(start, (error, attempt) => attempt < firstStartAttemptsMax && isRemains(error))
  await running

  const watch = async (): Promise<void> => {
    await (await running).exited
    if (isStopping) return
    log('the embedded PostgreSQL ended unexpectedly; starting it again', { severity: 'ERROR' })
    running = startPatiently(start, () => !isStopping)
    await watch()
  }
  watch().catch((error: Error) =>
    log(`the embedded PostgreSQL is down: ${error.message}`, { severity: 'FATAL' }),
  )

  const stop = async (): Promise<void> => {
    isStopping = true
    const last = await running.catch(() => undefined)
    await last?.stop()
  }
  return { stop }
}

const startPatiently = async (
  start: () => Promise<Postmaster>,
  isWorthAnother: (error: unknown, attempt: number) => boolean,
): Promise<Postmaster> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start()
    } catch (error) {
      if (!isWorthAnother(error, attempt)) throw error
      await sleep(Math.min(pauseMsMin * attempt, pauseMsMax))
    }
  }
}

/** PostgreSQL found another one, or what one left in memory, on the same data. */
const isRemains = (error: unknown): boolean =>
  error instanceof Error && /lock file .* already exists|is still in use/.test(error.message)
