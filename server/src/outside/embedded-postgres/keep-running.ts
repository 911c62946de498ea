/**
 * Starts PostgreSQL and starts it again when it ends without being asked to (the system ran out of memory, somebody
 * killed it). Remains of the former life may hold on for a moment; a start that meets them is tried again.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Postmaster } from './postmaster.ts'

const attemptsMax = 100
const pauseMs = 100

export const keepRunning = async (
  start: () => Promise<Postmaster>,
  log: (line: string, fields?: object) => void,
): Promise<{ stop(): Promise<void> }> => {
  let isStopping = false
  let running = startPatiently(start, isRemains)
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
  isWorthAnother: (error: unknown) => boolean,
): Promise<Postmaster> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start()
    } catch (error) {
      if (attempt === attemptsMax || !isWorthAnother(error)) throw error
      await sleep(pauseMs)
    }
  }
}

/** PostgreSQL found another one, or what one left in memory, on the same data. */
const isRemains = (error: unknown): boolean =>
  error instanceof Error && /lock file .* already exists|is still in use/.test(error.message)
