/**
 * Statements that commit together or not at all, in one round trip: between them is no Sync, so PostgreSQL makes one
 * transaction of them, which ends with the Sync of the last one.
 *
 * When the connection breaks, nobody was told what became of it, and there is no transaction id to ask for: it would
 * have come with the answer. So the server's session is ended and waited out, and then the proof tells
 * (commit-outcome.ts).
 */
import type pg from 'pg'
import { ask } from './ask.ts'
import { type Backend, learnFromProof, type OutcomeDeps, type Proof, startedAt } from './commit-outcome.ts'
import type { Statement } from './queries.ts'
import { isRolledBack } from './store-errors.ts'
import { sendUnsynced } from './unsynced.ts'

export interface AtOnce {
  readonly before: readonly { readonly statement: Statement; readonly values: readonly (string | null)[] }[]
  readonly last: { readonly statement: Statement; readonly values: readonly unknown[] }
  readonly proof: Proof
}

/** @returns the rows of each statement; null when it is committed and they were lost with the connection */
export const runAtOnce = async (
  deps: OutcomeDeps,
  { before, last, proof }: AtOnce,
): Promise<readonly (readonly unknown[])[] | null> => {
  const { pool, answerMsMax } = deps
  const client = await pool.connect()
  let backend: Backend | undefined
  try {
    backend = await backendOf(client, answerMsMax)
    const answers = await ask(client, {
      query: { ...last.statement, values: [...last.values] },
      answerMsMax,
      sendBefore: (connection) => {
        for (const { statement, values } of before) sendUnsynced(connection, statement, values)
      },
    })
    client.release()
    return answers.map(({ rows }) => rows)
  } catch (error) {
    // Also when a statement failed: pg now believes that all of them are prepared here, which may be wrong.
    client.release(true)
    if (!backend || isRolledBack(error)) throw error
    await learnFromProof(deps, { backend, proof }, error)
    return null
  }
}

const backends = new WeakMap<pg.PoolClient, Backend>()

/** Asked once for each connection. */
const backendOf = async (client: pg.PoolClient, answerMsMax: number): Promise<Backend> => {
  const known = backends.get(client)
  if (known) return known
  const [answer] = await ask(client, { query: whoServes, answerMsMax })
  const [backend] = (answer?.rows ?? []) as Backend[]
  if (!backend) throw new Error('the database does not tell which of its sessions serves us')
  backends.set(client, backend)
  return backend
}

const whoServes: Statement = {
  name: 'tell-who-serves',
  text: `select pid, ${startedAt} as started_at from pg_stat_activity where pid = pg_backend_pid()`,
}
