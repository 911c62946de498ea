/**
 * What became of a COMMIT whose connection broke before it answered? PostgreSQL keeps the fate of every recent
 * transaction id, so a new connection can ask. Two traps:
 *
 * 1. A server that crashed loses the ids whose transactions it lost and gives the same ids out again: "committed"
 *    may then speak of somebody else's transaction. A crash also resets the server's statistics, so the time of
 *    that reset tells its lives apart (PostgreSQL 15 and up; an ordinary restart keeps both). In another life
 *    "committed" is in doubt, and what the transaction named as its proof decides: a row that only it can have
 *    written. Every other answer still means that ours is lost.
 * 2. When the COMMIT never reached the server, its session sits idle in the transaction until somebody notices the
 *    dead connection. We end that session, by its transaction id, so that the outcome is decided now.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { askPool } from './ask.ts'
import type { Statement } from './queries.ts'
import { isStoreUnavailable, outcomeUnknown, storeUnavailable } from './store-errors.ts'

export interface Witness {
  readonly transaction_id: string
  readonly server_life: string
}

/** A statement that gives a row if, and only if, the transaction was committed. */
export interface Proof extends Statement {
  readonly values: readonly unknown[]
}

export const fetchWitness: Statement = {
  name: 'fetch-the-witness-of-a-transaction',
  text: 'select pg_current_xact_id()::text as transaction_id, stats_reset::text as server_life from pg_stat_wal',
}

export const outcomeLimitMs = 25_000
const outcomePauseMs = 100

/** As a text that is the same whatever time zone a session has. */
export const startedAt = 'extract(epoch from backend_start)::text'

/** A session of the server. Its process id alone would be given out again. */
export interface Backend {
  readonly pid: number
  readonly started_at: string
}

export interface OutcomeDeps {
  readonly pool: pg.Pool
  readonly answerMsMax: number
  readonly log: (line: string, fields?: object) => void
}

interface InDoubt {
  readonly witness: Witness
  readonly proof: Proof | undefined
}

/** Returns when the transaction is committed; throws a store-unavailable error when it is not, or nobody can tell. */
export const learnCommitOutcome = async (
  deps: OutcomeDeps,
  { witness, proof }: InDoubt,
  cause: unknown,
): Promise<void> => {
  const outcome = await awaitOutcome(deps, async () => {
    const told = await askOutcome(deps, witness)
    return told === 'in doubt' ? await askProof(deps, proof) : told
  })
  tell(deps, outcome, { cause, transaction: witness.transaction_id })
}

/**
 * The same of a transaction that has no witness. Once its session is gone, nothing can come of it any more. If that
 * session was waiting for a standby, its commit is to be seen here and perhaps not there: so it counts only when a commit
 * that came after it is acknowledged, too.
 */
export const learnFromProof = async (
  deps: OutcomeDeps,
  { backend, proof }: { readonly backend: Backend; readonly proof: Proof },
  cause: unknown,
): Promise<void> => {
  const outcome = await awaitOutcome(deps, async () => {
    if (!(await isEnded(deps, backend))) return 'undecided'
    const told = await askProof(deps, proof)
    if (told === 'committed') await askPool(deps.pool, { query: commitAfter, answerMsMax: deps.answerMsMax })
    return told
  })
  tell(deps, outcome, { cause, transaction: `of session ${backend.pid}` })
}

const tell = (
  deps: OutcomeDeps,
  outcome: Outcome,
  { cause, transaction }: { readonly cause: unknown; readonly transaction: string },
): void => {
  deps.log('a connection broke while committing', { outcome, transaction })
  if (outcome === 'unknown') throw outcomeUnknown(cause)
  if (outcome === 'aborted')
    throw storeUnavailable('the database connection broke before the transaction was committed', cause)
}

type Outcome = 'committed' | 'aborted' | 'unknown'

const awaitOutcome = async (
  deps: OutcomeDeps,
  learn: () => Promise<Outcome | 'undecided'>,
): Promise<Outcome> => {
  const deadline = performance.now() + outcomeLimitMs
  while (performance.now() < deadline) {
    try {
      const outcome = await learn()
      if (outcome !== 'undecided') return outcome
    } catch (error) {
      if (isIdOfTheFuture(error)) return 'aborted'
      // Thrown, it would look as if nothing had been committed, and be tried again.
      if (!isStoreUnavailable(error)) {
        deps.log('what became of a commit could not be asked', { error: String(error) })
        return 'unknown'
      }
    }
    await sleep(outcomePauseMs)
  }
  return 'unknown'
}

const askOutcome = async (
  { pool, answerMsMax }: OutcomeDeps,
  witness: Witness,
): Promise<'committed' | 'aborted' | 'undecided' | 'in doubt'> => {
  const query = { ...endAndAsk, values: [witness.transaction_id, witness.server_life] }
  const [row] = (await askPool(pool, { query, answerMsMax })) as {
    status: string | null
    is_same_life: boolean
  }[]
  const { status, is_same_life } = row ?? { status: null, is_same_life: false }
  if (status === 'committed') return is_same_life ? 'committed' : 'in doubt'
  if (status === 'in progress') return is_same_life ? 'undecided' : 'aborted'
  // So long ago that the server has forgotten.
  return status === 'aborted' ? 'aborted' : 'in doubt'
}

const askProof = async ({ pool, answerMsMax }: OutcomeDeps, proof: Proof | undefined): Promise<Outcome> => {
  if (!proof) return 'unknown'
  const rows = await askPool(pool, { query: { ...proof, values: [...proof.values] }, answerMsMax })
  return rows.length > 0 ? 'committed' : 'aborted'
}

const isEnded = async (
  { pool, answerMsMax }: OutcomeDeps,
  { pid, started_at }: Backend,
): Promise<boolean> => {
  const rows = await askPool(pool, { query: { ...endSession, values: [pid, started_at] }, answerMsMax })
  return rows.length === 0
}

const endSession: Statement = {
  name: 'end-a-session-of-the-server',
  text: `select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and ${startedAt} = $2`,
}

const commitAfter: Statement = {
  name: 'commit-something-after-it',
  text: `select pg_logical_emit_message(true, 'dragoman', '')`,
}

/** The server lost the id in a crash or a fail-over and has not given it out again. */
const isIdOfTheFuture = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '22023'

const endAndAsk: Statement = {
  name: 'tell-the-outcome-of-a-transaction',
  text: `
    with ended as materialized (
      select pg_terminate_backend(pid) from pg_stat_activity
      where backend_xid = ($1::xid8)::xid and state like 'idle in transaction%'
    )
    select
      pg_xact_status($1::xid8) as status,
      (select stats_reset::text from pg_stat_wal) = $2 as is_same_life,
      (select count(*) from ended) as ended`,
}
