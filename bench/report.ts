import { isMet, median, type Row, rounded } from './figures.ts'
import type { Machine } from './machine.ts'

export interface Results {
  readonly machine: Machine
  readonly rounds: number
  readonly quick: boolean
  readonly rows: Readonly<Record<string, Row>>
}

/** One table for a terminal and, because it is Markdown, for docs/benchmarks.md. */
export const renderTable = ({ rows }: Results): string => {
  const cells = [['', 'measure', 'median', 'rounds', '']]
  for (const row of Object.values(rows)) {
    cells.push([`**${row.title}**`, '', '', '', ''])
    for (const { subject, measure, unit, rounds, note } of row.figures) {
      if (rounds.length === 0) continue
      const value = `${rounded(median(rounds))}${unit.startsWith('/') ? unit : ` ${unit}`}`.trim()
      cells.push([subject, measure, value, rounds.map(rounded).join(' '), note ?? ''])
    }
    for (const goal of row.goals) {
      if (!Number.isFinite(goal.value)) continue
      const wanted = `goal ${goal.comparison === '>=' ? '≥' : '≤'} ${goal.goal}`
      cells.push([`→ ${goal.what}`, wanted, rounded(goal.value), '', isMet(goal) ? 'met' : 'NOT met'])
    }
    for (const fault of row.faults) cells.push([`FAULT: ${fault}`, '', '', '', ''])
  }
  return markdownTable(cells)
}

const markdownTable = (cells: readonly (readonly string[])[]): string => {
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0), 3),
  )
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = cells
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)].join(
    '\n',
  )
}

export const renderMachine = ({ machine, rounds }: Results): string =>
  [
    `${machine.cores} x ${machine.cpu}, ${machine.memoryGib} GiB, ${machine.os}`,
    `node ${machine.node}, PostgreSQL ${machine.postgres}, fsync and synchronous_commit on`,
    `load average before ${machine.loadBefore.join(' ')}, ${Math.round(machine.busyBefore * 100)}% busy before`,
    `${rounds} round${rounds === 1 ? '' : 's'}, median; ${machine.startedAt}`,
  ].join('; ')

const begin = '<!-- figures: written by npm run bench -- --write -->'
const end = '<!-- end of figures -->'

/** Puts the figures between the marks of docs/benchmarks.md; what stands around them is written by hand. */
export const writeInto = (document: string, results: Results): string => {
  const from = document.indexOf(begin)
  const to = document.indexOf(end)
  if (from < 0 || to < from) throw new Error('docs/benchmarks.md has no marks for the figures')
  const notes = Object.values(results.rows)
    .filter((row) => row.notes.length > 0)
    .map((row) => `- ${row.title}. ${row.notes.join(' ')}`)
    .join('\n')
  const figures = `${begin}\n\n${renderMachine(results)}.\n\n${renderTable(results)}\n\n${notes}\n\n`
  return document.slice(0, from) + figures + document.slice(to)
}
