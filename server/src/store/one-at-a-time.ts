import type { Db } from './db.ts'

const lockStatement = {
  name: 'lock-first-things',
  text: `select pg_advisory_xact_lock(hashtext('dragoman.demo'))`,
}

/** Whoever does this on another process meanwhile waits, and finds it done. */
export const oneAtATime = <T>(db: Db, work: () => Promise<T>): Promise<T> =>
  db.transaction(async (tx) => {
    await tx.rows(lockStatement, [])
    return await work()
  })
