/**
 * One transaction on one pooled connection.
 *
 * 1. The first statement travels with BEGIN in one protocol batch in front of a single Sync: when BEGIN fails, the
 *    server skips the statement too, so it never runs (and commits) on its own. Two messages with a Sync each would
 *    save the same round trip and lose that.
 * 2. COMMIT of a transaction in which a statement failed answers ROLLBACK without an error; here it is an error.
 * 3. When the connection breaks under a COMMIT, nobody was told its outcome. A transaction that asked to be certain
 *    fetched a witness in its first round trip, with which a new connection learns it (commit-outcome.ts).
 * 4. A connection that is in doubt in any way is closed, not given back to the pool.
 * 5. Statements that wait for the COMMIT leave with it in one write: each write wakes the server's process, which costs
 *    more than the statement.
 */
import type { Writable } from 'node:stream'
import type pg from 'pg'
import { type Answer, ask } from './ask.ts'
import { fetchWitness, learnCommitOutcome, type Proof, type Witness } from './commit-outcome.ts'
import type { Statement, Transaction } from './queries.ts'
import { isRolledBack } from './store-errors.ts'
import { sendUnsynced } from './unsynced.ts'

interface TransactionDeps {
  readonly pool: pg.Pool
  readonly answerMsMax: number
  readonly log: (line: string, fields?: object) => void
}

export const runTransaction = async <T>(
  deps: TransactionDeps,
  work: (tx: Transaction) => Promise<T>,
  certain: boolean,
): Promise<T> => {
  const transaction = transactionOn(await deps.pool.connect(), deps.answerMsMax, certain)
  const { result, doubt } = await workAndCommit(transaction, work)
  if (doubt) await learnCommitOutcome(deps, doubt, doubt.cause)
  return result
}

/** Gives the connection back before anybody asks for the outcome: that needs one of the same pool. */
const workAndCommit = async <T>(
  transaction: OpenTransaction,
  work: (tx: Transaction) => Promise<T>,
): Promise<{ result: T; doubt: Doubt | undefined }> => {
  const { client, queries } = transaction
  try {
    const result = await work(queries)
    const doubt = await commit(transaction)
    client.release(doubt !== undefined)
    return { result, doubt }
  } catch (error) {
    const isClean = await rollBack(transaction)
    client.release(!isClean)
    throw error
  }
}

/** Nobody told us what became of its COMMIT. */
interface Doubt {
  readonly witness: Witness
  readonly proof: Proof | undefined
  readonly cause: unknown
}

type OpenTransaction = ReturnType<typeof transactionOn>

const transactionOn = (client: pg.PoolClient, answerMsMax: number, certain: boolean) => {
  const state: TransactionState = {
    isBegun: false,
    isSpoiled: false,
    isEnded: false,
    isCorked: false,
    pending: 0,
    later: [],
  }
  const uncork = (): void => uncorkStream(state)

  const tell = async (query: string): Promise<string | undefined> =>
    (await ask(client, { query, answerMsMax })).at(-1)?.command

  const send = async <R>(statement: Statement, values: readonly unknown[]): Promise<R[]> =>
    rowsOf(await ask(client, { query: { ...statement, values: [...values] }, answerMsMax }))

  const sendWithBegin = async <R>(statement: Statement, values: readonly unknown[]): Promise<R[]> => {
    state.isBegun = true
    const sendBefore = (connection: pg.Connection): void => {
      state.stream = connection.stream
      sendUnsynced(connection, begin, [])
      if (certain) sendUnsynced(connection, fetchWitness, [])
    }
    try {
      // One answer for each statement of the batch: BEGIN, perhaps the witness, the caller's own.
      const answers = await ask(client, {
        query: { ...statement, values: [...values] },
        answerMsMax,
        sendBefore,
      })
      const [witness] = certain ? rowsOf<Witness>(answers.slice(0, 2)) : []
      if (witness) state.witness = witness
      return rowsOf(answers)
    } catch (error) {
      // pg now believes that the statement is prepared here, which may be wrong.
      state.isSpoiled = true
      throw error
    }
  }

  const rows = async <R>(statement: Statement, values: readonly unknown[]): Promise<R[]> => {
    if (state.isEnded) throw new Error(`${statement.name} was sent after its transaction had ended`)
    state.pending += 1
    try {
      const sent = state.isBegun ? send<R>(statement, values) : sendWithBegin<R>(statement, values)
      uncork()
      return await sent
    } finally {
      state.pending -= 1
    }
  }

  const later = <R>(statement: Statement, values: readonly unknown[]): Promise<R[]> => {
    if (state.isEnded || !state.isBegun)
      throw new Error(`${statement.name} can be neither the first nor after the end`)
    if (!state.isCorked) state.stream?.cork()
    state.isCorked = true
    const sent = send<R>(statement, values)
    // It is told at the commit; until then nobody listens.
    sent.catch(() => undefined)
    state.later.push(sent)
    return sent
  }

  const provenBy = (statement: Statement, values: readonly unknown[]): void => {
    state.proof = { ...statement, values }
  }

  /** `xmin` has the lower half of a transaction's id. */
  const version = (): string | undefined =>
    state.witness && String(BigInt.asUintN(32, BigInt(state.witness.transaction_id)))

  const queries: Transaction = { rows, later, provenBy, version }
  return { client, queries, state, tell }
}

interface TransactionState {
  isBegun: boolean
  /** The connection is not fit for others. */
  isSpoiled: boolean
  /** No statement may follow: it would run in somebody else's transaction. */
  isEnded: boolean
  pending: number
  /** Answered with the COMMIT. */
  readonly later: Promise<unknown>[]
  /** What is written to it waits in the process. */
  isCorked: boolean
  stream?: Writable
  witness?: Witness
  proof?: Proof
}

const uncorkStream = (state: TransactionState): void => {
  if (state.isCorked) state.stream?.uncork()
  state.isCorked = false
}

const commit = async ({ tell, state }: OpenTransaction): Promise<Doubt | undefined> => {
  if (state.pending > 0) throw new Error('a transaction ended without awaiting all of its statements')
  state.isEnded = true
  if (!state.isBegun) return undefined
  const committed = tell('commit')
  uncorkStream(state)
  let command: string | undefined
  try {
    ;[command] = await Promise.all([committed, ...state.later])
  } catch (error) {
    // Of a statement that failed the COMMIT has made a ROLLBACK; wait for its answer, so that the connection is clean.
    await committed.catch(() => undefined)
    if (!state.witness || isRolledBack(error)) throw error
    return { witness: state.witness, proof: state.proof, cause: error }
  }
  if (command !== 'COMMIT') throw new Error('a statement failed in this transaction, so it was rolled back')
  return undefined
}

/** True when the connection may be used again. Waits for what is still under way: the answers come in order. */
const rollBack = async ({ tell, state }: OpenTransaction): Promise<boolean> => {
  state.isEnded = true
  if (!state.isBegun) return true
  const rolledBack = state.isSpoiled ? undefined : tell('rollback')
  uncorkStream(state)
  if (!rolledBack) return false
  const isRolledBack = await rolledBack.then(
    () => true,
    () => false,
  )
  return isRolledBack && !state.isSpoiled
}

/** Of the last one: the caller types the rows. */
const rowsOf = <R>(answers: readonly Answer[]): R[] => (answers.at(-1)?.rows ?? []) as R[]

const begin: Statement = { name: 'begin', text: 'begin' }
