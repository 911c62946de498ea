/**
 * One statement on one connection, through the callback of the database client.
 *
 * Its promises and its `query_timeout` assign a function literal to a property of the query. V8 puts such a function
 * into the old generation at birth, and until the next major collection it keeps from the young generation's collector
 * whatever it reaches: the query, its values, its rows. Measured: 12.7 KB of each turn grew old, and a collection took
 * 7 ms. So here a function has a name before it becomes a property.
 */
import type { Duplex } from 'node:stream'
import pg from 'pg'

export interface Answer {
  readonly command: string
  readonly rows: readonly unknown[]
}

export interface Question {
  readonly query: string | pg.QueryConfig
  /** A server that has not answered after so long has fallen silent, and its connection is of no use any more. */
  readonly answerMsMax: number
  /** Sent in front of it in the same protocol batch, and answered before it. */
  readonly sendBefore?: (connection: pg.Connection) => void
}

/** @returns one answer for each statement of the batch */
export const ask = async (client: pg.PoolClient, question: Question): Promise<readonly Answer[]> => {
  try {
    return await answered(client, question)
  } catch (error) {
    // It leads to whoever asked, and not to the socket that the answer came from.
    if (error instanceof Error) Error.captureStackTrace(error)
    throw error
  }
}

/** On any connection of the pool; one on which it failed is closed. */
export const askPool = async (
  pool: pg.Pool,
  question: Omit<Question, 'sendBefore'>,
): Promise<readonly unknown[]> => {
  const client = await pool.connect()
  try {
    const [answer] = await ask(client, question)
    client.release()
    return answer?.rows ?? []
  } catch (error) {
    client.release(true)
    throw error
  }
}

const answered = (
  client: pg.PoolClient,
  { query: config, answerMsMax, sendBefore }: Question,
): Promise<readonly Answer[]> =>
  new Promise((resolve, reject) => {
    let stream: Duplex | undefined
    const giveUp = (): void => {
      stream?.destroy(Object.assign(new Error('the database fell silent'), { code: 'ETIMEDOUT' }))
    }
    const timer = setTimeout(giveUp, answerMsMax)
    const query = new pg.Query(config, (error, results: unknown) => {
      clearTimeout(timer)
      if (error) reject(error)
      else resolve(Array.isArray(results) ? results : [results])
    })
    const submitOwn = query.submit
    const submit = (connection: pg.Connection): unknown => {
      ;({ stream } = connection)
      stream.cork()
      try {
        sendBefore?.(connection)
        return submitOwn.call(query, connection)
      } finally {
        stream.uncork()
      }
    }
    query.submit = submit
    client.query(query)
  })
