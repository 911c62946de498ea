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

/** Of each row one value: an array for each column, as `unnest` takes them. */
export const columns = <Row>(
  rows: readonly Row[],
  of: readonly (((row: Row) => Plain) | { readonly jsonText: (row: Row) => string | null })[],
): string[] =>
  of.map((column) =>
    typeof column === 'function'
      ? plainArray(rows.map(column))
      : jsonTexts(rows.map((row) => column.jsonText(row))),
  )

type Plain = string | number | boolean | null

/**
 * As PostgreSQL spells an array. The database client does so too, but with two regular expressions for each element:
 * that took 40% of all the memory that a turn allocated.
 */
export const plainArray = (values: readonly Plain[]): string => `{${values.map(element).join()}}`

const element = (value: Plain): string => {
  if (typeof value !== 'string') return value === null ? 'NULL' : String(value)
  return value.includes('"') || value.includes('\\')
    ? `"${value.replaceAll(/["\\]/g, '\\$&')}"`
    : `"${value}"`
}

/** A text[] of what JSON.stringify has written: without control characters, it is quoted as a JSON string is. */
export const jsonTexts = (texts: readonly (string | null)[]): string =>
  `{${texts.map((text) => (text === null ? 'NULL' : JSON.stringify(text))).join()}}`
