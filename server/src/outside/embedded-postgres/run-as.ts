/**
 * Who PostgreSQL runs as. It refuses root, so root lends it another user: the owner of the data if there is one,
 * else "nobody". Anybody else runs it as himself.
 */
import { spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'

export interface RunAs {
  readonly uid: number
  readonly gid: number
  /** We are root and step down: that user may be unable to follow our paths. */
  readonly isLent: boolean
}

const nobody = 65534

export const chooseRunAs = async (cluster: string): Promise<RunAs> => {
  const uid = process.getuid?.()
  const gid = process.getgid?.()
  if (uid === undefined || gid === undefined) throw new Error('this platform has no user ids')
  const owner = await stat(cluster).catch(() => undefined)
  if (uid !== 0) {
    if (owner && owner.uid !== uid)
      throw new Error(`${cluster} belongs to user ${owner.uid}, not to ${uid}: start as the user who made it`)
    return { uid, gid, isLent: false }
  }
  if (process.platform !== 'linux')
    throw new Error('root cannot run the embedded PostgreSQL here: start as another user or set DATABASE_URL')
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid, isLent: true }
  return { uid: nobody, gid: nobody, isLent: true }
}

/** Nothing of our own environment: a PGDATA, LD_LIBRARY_PATH or LC_ALL of the user must not reach PostgreSQL. */
export const plainEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

export interface RunOptions {
  readonly runAs: RunAs
  readonly cwd: string
  readonly input?: string
}

export interface Ran {
  readonly isOk: boolean
  /** What it printed, or why it could not be started. */
  readonly output: string
}

/** Runs one of PostgreSQL's programs to its end. */
export const run = (program: string, args: readonly string[], options: RunOptions): Promise<Ran> =>
  new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: plainEnvironment,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...credentials(options.runAs),
    })
    let output = ''
    const collect = (chunk: Buffer): void => {
      output += chunk.toString()
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', (error) => resolve({ isOk: false, output: error.message }))
    child.on('close', (code) => resolve({ isOk: code === 0, output: output.trim() }))
    // A program that ends before it has read its input says why in its output.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
  })

export const credentials = ({ uid, gid, isLent }: RunAs): { uid: number; gid: number } | undefined =>
  isLent ? { uid, gid } : undefined

/** How that user names its own working directory: by a link that needs no path to be walked. */
export const ownFolder = (runAs: RunAs, folder: string): string => (runAs.isLent ? '/proc/self/cwd' : folder)
