import pg from 'pg'
import { askPool } from './ask.ts'
import { type AtOnce, runAtOnce } from './at-once.ts'
import type { Queries, Statement, Transaction, TransactionOptions } from './queries.ts'
import { runTransaction } from './transaction.ts'

export type { Queries, Statement, Transaction }

export interface Db extends Queries {
  /** Commits what `work` did, or nothing of it. Its first statement carries the BEGIN along: no round trip more. */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** Of a few statements all or nothing, in one round trip (at-once.ts). */
  atOnce(statements: AtOnce): Promise<readonly (readonly unknown[])[] | null>
  end(): Promise<void>
  /** Of the pool; for the metrics. */
  connectionsInUse(): number
  readonly url: string
}

export interface DatabaseOptions {
  readonly url: string
  readonly poolMax: number
  readonly statementTimeoutMs: number
  /** How long a caller waits for a free or a new connection before the store counts as unavailable. */
  readonly connectTimeoutMs?: number
  /** A commit waits for the disk unless this is false. */
  readonly isDurable?: boolean
  readonly log: (line: string, fields?: object) => void
}

/**
 * Every statement here finds its rows by an index, for a handful of sessions. Left to its estimates the planner reads
 * whole tables instead: a plan cached while a table was young, or a guess that a batch is a tenth of it (measured:
 * 33 ms a claim instead of 2). So scans and hashes are priced out, and plans are made once.
 */
const plannerSettings = [
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'plan_cache_mode=force_generic_plan',
]

/**
 * Whoever waited for a row's lock goes on with the row as it then is: all our locks are made for that. Where an operator
 * has made a stricter level the default, the same wait ends in an error.
 */
const isolationSetting = 'default_transaction_isolation=read\\ committed'

/** Within a minute the server lets go of who is gone without a word: it may hold locks for a statement that came half. */
const keepAliveSettings = ['tcp_keepalives_idle=30', 'tcp_keepalives_interval=10', 'tcp_keepalives_count=3']

const connectTimeoutDefaultMs = 5_000
/** A server that went silent is given this much longer than its own statement timeout. */
const silenceGraceMs = 5_000
/** Who waits for a row this long waits for somebody who is stuck. */
const lockTimeoutMs = 5_000
/** Between two statements of a transaction we do nothing that takes time; whoever sits there is frozen. */
const idleInTransactionMs = 10_000
const idleConnectionMs = 60_000

export const openDatabase = (options: DatabaseOptions): Db => {
  const pool = new pg.Pool({
    connectionString: withSettings(options.url, options.isDurable ?? true),
    application_name: 'dragoman',
    max: options.poolMax,
    connectionTimeoutMillis: options.connectTimeoutMs ?? connectTimeoutDefaultMs,
    idleTimeoutMillis: idleConnectionMs,
    statement_timeout: options.statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    keepAlive: true,
    // Statements that a transaction sends without waiting in between share a round trip.
    pipeline: true,
    types,
  })
  // Without listeners a connection that breaks would end the process; whoever uses it hears of it by its query.
  pool.on('error', (error) => options.log('an idle database connection broke', { error: error.message }))
  pool.on('connect', (client) => client.on('error', ignore))

  const answerMsMax = options.statementTimeoutMs + silenceGraceMs
  return {
    url: options.url,
    rows: async <R>(statement: Statement, values: readonly unknown[]): Promise<R[]> =>
      (await askPool(pool, { query: { ...statement, values: [...values] }, answerMsMax })) as R[],
    transaction: (work, { certain = false } = {}) =>
      runTransaction({ pool, answerMsMax, log: options.log }, work, certain),
    atOnce: (statements) => runAtOnce({ pool, answerMsMax, log: options.log }, statements),
    end: () => pool.end(),
    connectionsInUse: () => pool.totalCount - pool.idleCount,
  }
}

const ignore = (): void => undefined

/** Beside the options that the URL brings along. */
const withSettings = (url: string, isDurable: boolean): string => {
  const durability = isDurable ? [] : ['synchronous_commit=off']
  const settings = [...plannerSettings, isolationSetting, ...keepAliveSettings, ...durability]
  const own = settings.map((setting) => `-c ${setting}`).join(' ')
  const given = /[?&]options=([^&]*)/.exec(url)
  if (!given) return `${url}${url.includes('?') ? '&' : '?'}options=${encodeURIComponent(own)}`
  return url.replace(given[0], `${given[0]}${encodeURIComponent(` ${own}`)}`)
}

/** `bigint` arrives as a number: our counters and milliseconds fit, and one that does not is an error, not a lie. */
const int8 = (text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a JavaScript number`)
  return value
}

const types = new pg.TypeOverrides()
types.setTypeParser(pg.types.builtins.INT8, int8)
