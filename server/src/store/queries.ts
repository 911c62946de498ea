/** One prepared statement: the name says what it guarantees and is unique among all statements. */
export interface Statement {
  readonly name: string
  readonly text: string
}

export interface Queries {
  /** The caller types the rows; this is the boundary where that is believed, and every statement is run by a test. */
  rows<R>(statement: Statement, values: readonly unknown[]): Promise<R[]>
}

export interface TransactionOptions {
  /** Learn the outcome even when the connection breaks while committing (one cheap column more to fetch). */
  readonly certain?: boolean
}

export interface Transaction extends Queries {
  /**
   * Leaves together with the COMMIT, so it costs no round trip; its rows come with the commit's answer, and are lost with
   * the connection when only that broke. If it fails, so does the transaction. It must not be the first.
   */
  later<R>(statement: Statement, values: readonly unknown[]): Promise<R[]>
  /** Asked after a crash of the server: gives a row if, and only if, this transaction was committed. */
  provenBy(statement: Statement, values: readonly unknown[]): void
  /** What its rows will bear as `xmin`; undefined where it is not certain, or nothing was asked yet. */
  version(): string | undefined
}
