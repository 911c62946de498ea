import type pg from 'pg'
import type { Statement } from './queries.ts'

/**
 * A statement whose Sync is left to the one that follows: until then it is part of the same transaction. pg does not know
 * that it is prepared here, so its name must not be that of a statement that pg sends itself.
 */
export const sendUnsynced = (
  connection: pg.Connection,
  { name, text }: Statement,
  values: readonly (string | null)[],
): void => {
  if (!isPreparedOn(connection, name)) connection.parse({ name, text, types: [] }, true)
  connection.bind({ statement: name, values: [...values] }, true)
  connection.describe({ type: 'P' }, true)
  connection.execute({}, true)
}

const preparedOn = new WeakMap<pg.Connection, Set<string>>()

/** Asked once for each sending; a batch that fails costs the connection, so what was sent was prepared. */
const isPreparedOn = (connection: pg.Connection, name: string): boolean => {
  const names = preparedOn.get(connection) ?? new Set()
  const isPrepared = names.has(name)
  preparedOn.set(connection, names.add(name))
  return isPrepared
}
