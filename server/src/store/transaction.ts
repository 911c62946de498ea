/**
 * One transaction on one pooled connection.
 *
 * 1. The first statement travels with BEGIN in one protocol batch, in front of a single Sync: when BEGIN fails, the
 *    server skips the statement too, so it can never run (and commit) on its own. Two messages with a Sync each would
 *    save the same round trip and lose that.
 * 2. COMMIT of a transaction in which a statement failed answers ROLLBACK without an error: that is an error here.
 * 3. When the connection breaks under a COMMIT, nobody knows its outcome. A transaction that asked to be certain
 *    fetched its id in the first round trip, and a new connection asks for the fate of that id (commit-outcome.ts).
 * 4. A connection that failed in any unexpected way is closed, not given back.
 */
import pg from 'pg'
import { awaitCommitOutcome } from './commit-outcome.ts'
import type { Queries, Statement } from './db.ts'
import { isConnectionLost, storeUnavailable } from './store-errors.ts'

interface TransactionDeps {
  readonly pool: pg.Pool
  readonly log: (line: string, fields?: object) => void
}

export const runTransaction = async <T>(
  deps: TransactionDeps,
  work: (tx: Queries) => Promise<T>,
  certain: boolean,
): Promise<T> => {
  const client = await deps.pool.connect()
  const tx = transactionOn(client, certain)
  try {
    const result = await work(tx)
    await commit(deps, tx)
    client.release(tx.isSpoiled())
    return result
  } catch (error) {
    client.release(await rollBack(tx, client))
    throw error
  }
}

interface Transaction extends Queries {
  readonly client: pg.PoolClient
  /** No statement was sent: there is nothing to commit or to roll back. */
  isUntouched(): boolean
  /** The connection is in a state that nobody should inherit. */
  isSpoiled(): boolean
  transactionId(): string | undefined
  /** From now on a statement is a bug: it would run in somebody else's transaction. */
  close(): void
}

const transactionOn = (client: pg.PoolClient, certain: boolean): Transaction => {
  let phase: 'untouched' | 'open' | 'closed' = 'untouched'
  let spoiled = false
  let transactionId: string | undefined

  const open = async <R>(statement: Statement, values: readonly unknown[]): Promise<R[]> => {
    phase = 'open'
    try {
      const opened = await sendOpening<R>(client, { statement, values, certain })
      transactionId = opened.transactionId
      return opened.rows
    } catch (error) {
      // pg believes the statement is prepared from BEGIN's answer on; if it is not, this connection is of no use.
      spoiled = true
      throw error
    }
  }

  return {
    client,
    isUntouched: () => phase === 'untouched',
    isSpoiled: () => spoiled,
    transactionId: () => transactionId,
    close: () => {
      phase = 'closed'
    },
    rows: async <R>(statement: Statement, values: readonly unknown[]): Promise<R[]> => {
      if (phase === 'closed') throw new Error(`${statement.name} was sent after its transaction had ended`)
      if (phase === 'untouched') return open<R>(statement, values)
      const result = await client.query({ ...statement, values: [...values] })
      return result.rows
    },
  }
}

interface Opening {
  readonly statement: Statement
  readonly values: readonly unknown[]
  readonly certain: boolean
}

const sendOpening = <R>(
  client: pg.PoolClient,
  opening: Opening,
): Promise<{ rows: R[]; transactionId: string | undefined }> =>
  new Promise((resolve, reject) => {
    const query = new pg.Query(
      { ...opening.statement, values: [...opening.values] },
      (error: Error | null | undefined, results: unknown) => {
        if (error) return reject(error)
        resolve(readOpening(results))
      },
    )
    const submit = query.submit
    query.submit = (connection) => {
      connection.stream.cork()
      sendUnsynced(connection, 'begin')
      if (opening.certain) sendUnsynced(connection, 'select pg_current_xact_id()::text as transaction_id')
      const refusal = submit.call(query, connection)
      connection.stream.uncork()
      return refusal
    }
    client.query(query)
  })

/** A statement of the batch that the query's own Sync ends. */
const sendUnsynced = (connection: pg.Connection, text: string): void => {
  connection.parse({ name: '', text, types: [] }, true)
  connection.bind(null, true)
  connection.describe({ type: 'P', name: '' }, true)
  connection.execute(null, true)
}
