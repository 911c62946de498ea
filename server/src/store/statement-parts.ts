import type { Statement } from './queries.ts'

/** A statement that is made of parts: only those that have something to write, each a CTE with its own values. */
export interface Part {
  readonly name: string
  /** `$1`, `$2` ... count within the part. */
  readonly sql: string
  readonly values: readonly unknown[]
  /** A query for what the statement gives back of it; all of them have the same columns. */
  readonly returns?: string
}

/** By the parts they are made of: PostgreSQL's names hold 63 characters. */
const statements = new Map<string, Statement>()

export const statementOf = (parts: readonly Part[]): Statement => {
  const key = parts.map((part) => part.name).join()
  const known = statements.get(key)
  if (known) return known
  let offset = 0
  const clauses = parts.map((part) => {
    const shift = offset
    offset += part.values.length
    return `${part.name} as (${part.sql.replaceAll(/\$(\d+)/g, (_, digits) => `$${Number(digits) + shift}`)})`
  })
  const statement = {
    name: `write-changes-${statements.size + 1}`,
    text: `with ${clauses.join(',\n')}\n${rowsOf(parts)}`,
  }
  statements.set(key, statement)
  return statement
}

const rowsOf = (parts: readonly Part[]): string => {
  const queries = parts.flatMap((part) => part.returns ?? [])
  return queries.length === 0 ? 'select' : queries.join(' union all ')
}

/** ms since 1970 as a moment. */
export const at = (expression: string): string => `to_timestamp(${expression} / 1000.0)`

export const columns = <Row>(rows: readonly Row[], of: readonly ((row: Row) => unknown)[]): unknown[][] =>
  of.map((column) => rows.map(column))
