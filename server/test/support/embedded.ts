import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/outside/embedded-postgres.ts'
import { openDatabase, type Statement } from '../../src/store/db.ts'

export const isLinux = process.platform === 'linux'
export const isRoot = process.getuid?.() === 0
export const unused = (): void => undefined

/** The system's own folder for temporary files may be entered by all, this one only by us: like a clone under /root. */
export const privateFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-test-'))
  folders.push(folder)
  return folder
}

const folders: string[] = []

// At the very end: a test's own hooks run in the order in which they were made, and servers must stop before this.
after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

/** A data folder as a first start leaves it behind; made once, because that takes a second. */
export const usedFolder = async (): Promise<string> => {
  model ??= makeModel()
  const folder = await privateFolder()
  await promisify(execFile)('/bin/cp', ['-a', join(await model, 'postgres'), folder])
  return folder
}

let model: Promise<string> | undefined

const makeModel = async (): Promise<string> => {
  const folder = await privateFolder()
  const server = await startEmbeddedPostgres({ dataDir: folder, log: unused })
  await ask(server.url, 'create table notes (note text)')
  await server.stop()
  return folder
}

export const start = async (t: TestContext, dataDir: string): Promise<EmbeddedPostgres> => {
  const server = await startEmbeddedPostgres({ dataDir, log: unused })
  t.after(() => server.stop())
  return server
}

export const ask = async <R>(url: string, text: string, values: readonly unknown[] = []): Promise<R[]> => {
  const db = openDatabase({ url, poolMax: 1, statementTimeoutMs: 20_000, log: unused })
  try {
    const statement: Statement = { name: 'asked by a test', text }
    return await db.rows<R>(statement, values)
  } finally {
    await db.end()
  }
}

export interface Host {
  readonly child: ChildProcess
  readonly said: { readonly url?: string; readonly error?: string }
}

/** Another process with the embedded PostgreSQL of that folder. */
export const startHost = async (
  t: TestContext,
  dataDir: string,
  user?: { uid: number; gid: number },
): Promise<Host> => {
  const script = fileURLToPath(new URL('./embedded-host.ts', import.meta.url))
  const child = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'], ...user })
  t.after(() => child.kill('SIGKILL'))
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return { child, said: JSON.parse(line) }
}

export const killHard = async (child: ChildProcess): Promise<void> => {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

export const lockFile = (dataDir: string): string => join(dataDir, 'postgres/cluster/postmaster.pid')

export const postmasterPid = async (dataDir: string): Promise<number> =>
  Number.parseInt(await readFile(lockFile(dataDir), 'utf8'), 10)

export const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
