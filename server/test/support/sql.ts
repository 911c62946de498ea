import type { Db } from '../../src/store/db.ts'

/** A statement of a test's own, to move what only time moves or to look where no reader does. */
export const run = <Row extends object>(
  db: Db,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> => db.rows<Row>({ name: '', text }, values)
