/**
 * A PostgreSQL that still runs on our data although the Dragoman that started it is gone (its guard is stopping it,
 * or was killed as well). We hold the lock on the data, so it serves nobody: it is stopped before ours starts.
 *
 * The process id in postmaster.pid may meanwhile belong to anybody. A process is PostgreSQL's when it is called so
 * and works in the folder of our data; every other one is left alone.
 */
import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const stepMs = 20
const orderlyStopMs = 15_000
const promptStopMs = 5_000

/** Returns the id of a living process that the lock file names by mistake. */
export const stopOrphan = async (
  cluster: string,
  log: (line: string, fields?: object) => void,
): Promise<number | undefined> => {
  const pid = await readLockFile(cluster)
  if (pid === undefined || !isAlive(pid)) return undefined
  if (!(await isPostmasterOf(cluster, pid))) return pid

  log('stopping a PostgreSQL that was left behind', { pid })
  for (const [signal, limitMs] of [
    ['SIGINT', orderlyStopMs],
    ['SIGQUIT', promptStopMs],
    ['SIGKILL', promptStopMs],
  ] as const) {
    signalIfAlive(pid, signal)
    for (let waitedMs = 0; waitedMs < limitMs; waitedMs += stepMs) {
      if (!(await isPostmasterOf(cluster, pid))) return undefined
      await sleep(stepMs)
    }
  }
  throw new Error(`the PostgreSQL with process id ${pid} works on ${cluster} and does not stop: end it`)
}

const readLockFile = async (cluster: string): Promise<number | undefined> => {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  return pid > 1 ? pid : undefined
}

const isAlive = (pid: number): boolean => signalIfAlive(pid, 0)

const signalIfAlive = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    // Not ours to signal, but alive.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

const isPostmasterOf = (cluster: string, pid: number): Promise<boolean> =>
  (process.platform === 'linux' ? worksIn(cluster, pid) : isNamedWith(cluster, pid)).catch(() => false)

const worksIn = async (cluster: string, pid: number): Promise<boolean> => {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8')
  const [own, its] = await Promise.all([stat(cluster), stat(`/proc/${pid}/cwd`)])
  return name.trim() === 'postgres' && own.dev === its.dev && own.ino === its.ino
}

const isNamedWith = async (cluster: string, pid: number): Promise<boolean> => {
  const { stdout } = await promisify(execFile)('/bin/ps', ['-ww', '-o', 'command=', '-p', `${pid}`])
  return stdout.includes('postgres') && stdout.includes(cluster)
}
