import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Owner } from './owner.ts'

/** The real product in a process of its own, as an operator starts it. */
export interface DragomanProcess {
  /** Without the http role it answers for its health and metrics only. */
  readonly url: string
  readonly pid: number
  /** Resolves when it has ended. */
  readonly kill: (signal: 'SIGKILL' | 'SIGTERM') => Promise<void>
  readonly freeze: () => void
  readonly thaw: () => void
  readonly isAlive: () => boolean
  /** Memory now and at its highest, in MB; 0 where the system does not tell. */
  readonly memory: () => { readonly now: number; readonly peak: number }
  /** The last lines of its log. */
  readonly log: () => readonly string[]
}

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const logLinesKept = 200

export const adminToken = 'a-token-for-the-fault-tests'

/** What a start needs beside the ports and folders: one key for all processes of a test, and private webhooks. */
const common = {
  DRAGOMAN_PORT: '0',
  DRAGOMAN_DEMO: 'on',
  DRAGOMAN_ADMIN_TOKEN: adminToken,
  DRAGOMAN_SECRET_KEY: '07'.repeat(32),
  DRAGOMAN_ALLOW_PRIVATE_TARGETS: 'on',
}

/** Whatever happens to the test, what it started ends with it. */
const started = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL')
})

export const startDragomanProcess = async (
  owner: Owner,
  environment: Readonly<Record<string, string>>,
): Promise<DragomanProcess> => {
  const child = spawn(process.execPath, [main, '--json'], {
    env: { ...outerEnvironment(), ...common, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.add(child)
  let isAlive = true
  const exited = once(child, 'exit').then(() => {
    isAlive = false
    started.delete(child)
  })
  owner.after(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const lines: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line)
    if (lines.length > logLinesKept) lines.shift()
  })
  const url = await announcedUrl(child, exited, lines)
  return {
    url,
    pid: child.pid ?? 0,
    kill: async (signal) => {
      child.kill(signal)
      await exited
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    isAlive: () => isAlive,
    memory: () => memoryOf(child.pid ?? 0),
    log: () => lines,
  }
}

const outerEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(?:DRAGOMAN_|DATABASE_URL$|NODE_ENV$|NODE_OPTIONS$|NODE_TEST)/.test(name),
    ),
  )

const announcedUrl = async (
  child: ChildProcess,
  exited: Promise<unknown>,
  lines: readonly string[],
): Promise<string> => {
  if (!child.stdout) throw new Error('the product has no stdout')
  const first = once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line))
  const line = await Promise.race([first, exited.then(() => undefined)])
  if (line === undefined) throw new Error(`the product did not start: ${lines.join('\n')}`)
  const announced: unknown = JSON.parse(line)
  const listening =
    typeof announced === 'object' && announced && 'listening' in announced && announced.listening
  return typeof listening === 'string' ? listening : ''
}

const memoryOf = (pid: number): { now: number; peak: number } => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const megabytes = (field: string): number =>
      Math.round(Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024)
    return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') }
  } catch {
    return { now: 0, peak: 0 }
  }
}
