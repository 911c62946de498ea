/**
 * One life of the PostgreSQL server process.
 *
 * It must end when we end, even by kill -9. So it is born through a shell that first leaves a guard behind: a
 * subshell that reads from a pipe whose other end only we hold. A word on the pipe dismisses the guard; the pipe's
 * end (we are gone, however) makes it stop PostgreSQL. The guard is there before PostgreSQL is, its group is its own
 * (a Ctrl-C in the terminal is for us to act on), and it ignores the signals that sweep a whole group.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Binaries } from './binaries.ts'
import { credentials, ownFolder, plainEnvironment, type RunAs } from './run-as.ts'

const guarded = `
named() { read -r pid < postmaster.pid && [ "$pid" = $$ ]; }
( (
  trap '' INT TERM HUP QUIT
  read -r dismissed <&3 && exit
  kill -INT $$
  n=0
  while [ $n -lt 300 ] && named; do
    sleep 0.1
    n=$((n + 1))
    [ $n -ne 100 ] || kill -QUIT $$
  done
) </dev/null >/dev/null 2>&1 & )
exec "$@" 3<&-`

/** For small machines; what a query needs beyond that, PostgreSQL's own defaults give. */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: '128MB',
  fsync: 'on',
  synchronous_commit: 'on',
  // What needs no flush of its own (the outcome of a delivery) is on disk soon all the same: killed before that, the
  // process would send those events again.
  wal_writer_delay: '50ms',
  max_wal_size: '1GB',
  // Segments kept to be written over; initdb makes it five of them.
  min_wal_size: '80MB',
  checkpoint_timeout: '15min',
  autovacuum_naptime: '15s',
  // A quarter of a core at most while it is at work, so that nobody's answer waits for it.
  autovacuum_vacuum_cost_delay: '10ms',
  io_method: 'sync',
  max_logical_replication_workers: '0',
  jit: 'off',
  shared_preload_libraries: 'pg_stat_statements',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '',
  log_checkpoints: 'off',
  // A failed statement is told to us; its details hold what people wrote, which the log should not.
  log_min_messages: 'log',
}

const stopPatienceMs = 10_000
const complaintsMax = 3

export interface PostmasterOptions {
  readonly binaries: Binaries
  readonly cluster: string
  readonly runAs: RunAs
  readonly socketFolder: string
  readonly settings: Readonly<Record<string, string>>
  /** A living process that a stale lock file names and that is not PostgreSQL's. */
  readonly unrelatedPid: number | undefined
  readonly onWait: () => void
  readonly log: (line: string, fields?: object) => void
}

export interface Postmaster {
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<void>
  /** Ends it: at once for the clients, orderly for the data. */
  stop(): Promise<void>
}

/** Resolves when it accepts connections; rejects with its own last words when it ended instead. */
export const startPostmaster = async (options: PostmasterOptions): Promise<Postmaster> => {
  const child = spawnGuarded(options)
  const guard = child.stdio[3]
  if (!child.pid || !(guard instanceof Socket)) {
    const [error] = await once(child, 'error')
    throw new Error(`the embedded PostgreSQL could not be started: ${error.message}`, { cause: error })
  }
  child.on('error', ignore)
  guard.on('error', ignore)
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  void exited.then(() => guard.end('dismissed\n'))
  const closed = new Promise<'closed'>((resolve) => child.once('close', () => resolve('closed')))
  const words = listen(child, options.log)
  options.onWait()
  if ((await Promise.race([words.ready, closed])) === 'closed')
    throw new Error(
      `the embedded PostgreSQL in ${options.cluster} ended at once: ${words.complaints().join(' · ') || 'it did not say why'}`,
    )

  // From here on it does not keep an otherwise finished process alive.
  child.unref()
  guard.unref()
  if (child.stderr instanceof Socket) child.stderr.unref()

  const stop = async (): Promise<void> => {
    child.ref()
    child.kill('SIGINT')
    const patience = setTimeout(() => child.kill('SIGQUIT'), stopPatienceMs)
    await exited
    clearTimeout(patience)
  }
  return { exited, stop }
}

const spawnGuarded = (options: PostmasterOptions): ChildProcess => {
  const { binaries, cluster, runAs, unrelatedPid } = options
  const chosen = Object.entries({
    ...settings,
    unix_socket_directories: options.socketFolder,
    ...options.settings,
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return spawn(
    '/bin/sh',
    ['-c', guarded, 'sh', binaries.postgres, '-D', ownFolder(runAs, cluster), ...chosen],
    {
      cwd: cluster,
      // The way in which pg_ctl, too, tells PostgreSQL that a living process of that id is not another PostgreSQL.
      env: unrelatedPid ? { ...plainEnvironment, PG_GRANDPARENT_PID: `${unrelatedPid}` } : plainEnvironment,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      detached: true,
      ...credentials(runAs),
    },
  )
}

/** Passes its log on, line by line, and hears in it that the server is ready or why it is not. */
const listen = (child: ChildProcess, log: PostmasterOptions['log']) => {
  const complaints: string[] = []
  const ready = new Promise<'ready'>((resolve) => {
    if (!(child.stderr instanceof Socket)) return
    createInterface({ input: child.stderr }).on('line', (line) => {
      const [, severity = 'LOG', text = line] = /^([A-Z]+): {2}(.*)/.exec(line) ?? []
      if (severity !== 'LOG') complaints.push(text)
      if (!routine.test(text)) log(text, { source: 'postgres', severity })
      if (text.includes('ready to accept connections')) resolve('ready')
    })
  })
  return { ready, complaints: () => complaints.slice(-complaintsMax) }
}

/** What every start and every stop says. */
const routine =
  /^(starting PostgreSQL|listening on|database system was shut down at|database system is|received fast shutdown|aborting any active|shutting down|background worker "logical)/

const ignore = (): void => undefined
