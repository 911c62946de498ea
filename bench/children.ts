import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { Type } from 'typebox'
import { checked, type JobInput, type JobName, type JobReport, jobs } from './load/jobs.ts'

/** Everything the benchmark starts, so that nothing outlives it: not on success, not on a fault, not on Ctrl-C. */
const running = new Set<ChildProcess>()

const stopMsMax = 5_000
const startMsMax = 60_000

export const stopAllChildren = async (): Promise<void> => {
  await Promise.all([...running].map(stop))
}

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), stopMsMax)
  await exited
  clearTimeout(killer)
}

const track = (child: ChildProcess): ChildProcess => {
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

export interface Subject {
  /** The first line it printed, as JSON. */
  readonly said: unknown
  readonly stop: () => Promise<void>
}

/** Starts a server of TypeScript in its own process and waits for its first line. */
export const startSubject = async (
  script: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  /** Those of Node itself. */
  nodeFlags: readonly string[] = [],
): Promise<Subject> => {
  const child = track(
    spawn(process.execPath, [...nodeFlags, script, ...args], {
      env: { ...process.env, NODE_ENV: 'development', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
  const errorLines = tail(child)
  const lines = createInterface({ input: child.stdout ?? process.stdin })
  const firstLine = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    once(child, 'exit').then(() => undefined),
    pause(startMsMax, undefined, { ref: false }),
  ])
  if (firstLine === undefined) throw new Error(`${script} did not become ready:\n${errorLines.join('')}`)
  // Further lines are read and dropped: a full pipe would stop the subject.
  lines.on('line', () => undefined)
  return { said: JSON.parse(firstLine), stop: () => stop(child) }
}

/** The last few kilobytes a child wrote to stderr, for the message if it fails. */
const tail = (child: ChildProcess): string[] => {
  const kept: string[] = []
  child.stderr?.setEncoding('utf8')
  child.stderr?.on('data', (text: string) => {
    kept.push(text)
    if (kept.length > 20) kept.shift()
  })
  return kept
}

/** Runs a script to its end and returns the last line it printed, as JSON. */
export const runToEnd = async (
  script: string,
  env: Readonly<Record<string, string>>,
  msMax: number,
): Promise<unknown> => {
  const child = track(
    spawn(process.execPath, [script], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }),
  )
  const errorLines = tail(child)
  const killer = setTimeout(() => child.kill('SIGKILL'), msMax)
  let lastLine = ''
  createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
    lastLine = line
  })
  const [exitCode] = await once(child, 'close')
  clearTimeout(killer)
  if (exitCode !== 0) throw new Error(`${script} failed (${exitCode}):\n${errorLines.join('')}`)
  return JSON.parse(lastLine)
}

/** Starts a program that is not ours, waits for the line that says it is ready, returns how to stop it. */
export const startProgram = async (
  program: string,
  args: readonly string[],
  readyLine: RegExp,
): Promise<() => Promise<void>> => {
  const child = track(spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] }))
  const lines = createInterface({ input: child.stdout ?? process.stdin })
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => readyLine.test(line) && resolve())
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${program} ended (${code}) before it was ready`)))
  })
  return () => stop(child)
}

export interface LoadProcess {
  readonly urls: { readonly measured: string; readonly other: string; readonly hang: string }
  readonly run: <Name extends JobName>(name: Name, input: JobInput<Name>) => Promise<JobReport<Name>>
  readonly stop: () => Promise<void>
}

const Hello = Type.Object({
  urls: Type.Object({ measured: Type.String(), other: Type.String(), hang: Type.String() }),
})
const Answer = Type.Object({ report: Type.Optional(Type.Unknown()), error: Type.Optional(Type.String()) })

export const startLoadProcess = async (): Promise<LoadProcess> => {
  const child = track(fork(new URL('./load/process.ts', import.meta.url)))
  const [hello] = await once(child, 'message', { signal: AbortSignal.timeout(startMsMax) })
  const exited = once(child, 'exit').then(() => {
    throw new Error('the load process ended')
  })
  exited.catch(() => undefined)
  return {
    urls: checked(Hello, hello).urls,
    run: async (name, input) => {
      const answered = once(child, 'message')
      child.send({ name, input })
      const [answer] = await Promise.race([answered, exited])
      const { report, error } = checked(Answer, answer)
      if (error !== undefined) throw new Error(`${name}: ${error}`)
      return jobs[name].report(report)
    },
    stop: () => stop(child),
  }
}
