/**
 * Which failures mean "the store cannot be reached or cannot write just now": worth a retry, answered with 503.
 * Everything else is a bug or a refusal. Codes come first; pg gives its own connection errors no code, so those
 * are known by their sentences, which the tests of db provoke, to notice when an update rewords them.
 */
export const isStoreUnavailable = (error: unknown): boolean =>
  error instanceof Error &&
  (hasUnavailableCode(error) || isClosed(error) || driverSentences.has(error.message))

/** We closed the pool ourselves: it will not come back. */
export const isDatabaseEnded = (error: unknown): boolean =>
  error instanceof Error && error.message === poolEnded

/** The server itself says that a statement failed, so the transaction did. Whatever else is heard may come after a commit. */
export const isRolledBack = (error: unknown): boolean =>
  error instanceof Error && 'severity' in error && error.severity === 'ERROR'

export const storeUnavailable = (message: string, cause: unknown): Error =>
  Object.assign(new Error(message, { cause }), { code: 'STORE_UNAVAILABLE' })

/** The store broke down while it committed, and nobody could tell whether it did. Counts as unavailable, too. */
export const outcomeUnknown = (cause: unknown): Error =>
  Object.assign(
    new Error('the database connection broke while committing and the outcome is unknown', { cause }),
    {
      code: 'OUTCOME_UNKNOWN',
    },
  )

export const isOutcomeUnknown = (error: unknown): boolean =>
  error instanceof Error && codeOf(error) === 'OUTCOME_UNKNOWN'

/** Two processes met at the same rows; whoever lost may simply try again. */
export const isStoreClash = (error: unknown): boolean =>
  error instanceof Error && clashes.has(codeOf(error) ?? '')

export const storeClash = (message: string): Error =>
  Object.assign(new Error(message), { code: 'STORE_CLASH' })

/** A row names another one that is not there (any more), or is named by one. */
export const isBrokenReference = (error: unknown): boolean =>
  error instanceof Error && codeOf(error) === '23503'

/** Ours, a deadlock, a serialization failure. */
const clashes: ReadonlySet<string> = new Set(['STORE_CLASH', '40P01', '40001'])

const hasUnavailableCode = (error: Error): boolean => {
  const code = codeOf(error)
  if (code === undefined) return false
  return ownCodes.has(code) || socketCodes.has(code) || sqlStates.has(code) || sqlStateClasses.test(code)
}

/** An operator lets nobody connect to the database just now. Of a statement, 55000 is a bug of ours. */
const isClosed = (error: Error): boolean =>
  codeOf(error) === '55000' && 'severity' in error && error.severity === 'FATAL'

const codeOf = (error: Error): string | undefined =>
  'code' in error && typeof error.code === 'string' ? error.code : undefined

const ownCodes: ReadonlySet<string> = new Set(['STORE_UNAVAILABLE', 'OUTCOME_UNKNOWN'])

const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  // The socket file of a local server that is down.
  'ENOENT',
])

/** 08 connection, 53 resources (disk full, too many connections), 57P shutdown and start-up, 58 input and output. */
const sqlStateClasses = /^(08|53|57P|58)[0-9A-Z]+$/

const sqlStates = new Set([
  // A statement ran into its time limit, or waited too long for a lock.
  '57014',
  '55P03',
  // A primary that became a standby refuses to write.
  '25006',
  // The server ended a session that sat idle in its transaction.
  '25P03',
])

const poolEnded = 'Cannot use a pool after calling end on the pool'

const driverSentences = new Set([
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'timeout expired',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  poolEnded,
])
