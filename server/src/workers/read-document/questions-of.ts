import { CsvError, parse } from 'csv-parse/sync'
import type { TextPassage } from '../../brain/knowledge/split-passages.ts'

/** Frequent questions as a table with the columns `question` and `answer`: one passage a row, never cut. */
export const questionsOf = (csv: string): readonly TextPassage[] => {
  const [head = [], ...rows] = tableOf(csv)
  const names = head.map((name) => name.trim().toLowerCase())
  const question = names.indexOf('question')
  const answer = names.indexOf('answer')
  if (question < 0 || answer < 0)
    throw new Error(
      `needs a first line with the columns question and answer; it has ${names.slice(0, 10).join(', ') || 'none'}`,
    )
  return rows.flatMap((row) => {
    if (row.slice(names.length).some((cell) => cell.trim() !== ''))
      throw new Error(
        `has ${row.length} columns behind "${row[question]}", and ${names.length} in its first line; put an answer with a comma in quotes`,
      )
    const text = (row[answer] ?? '').trim()
    const heading = (row[question] ?? '').trim()
    if (text === '' || heading === '') return []
    return [{ heading: heading.slice(0, questionLengthMax), text: text.slice(0, answerLengthMax) }]
  })
}

const tableOf = (csv: string): readonly (readonly string[])[] => {
  try {
    return parse(csv, {
      bom: true,
      delimiter: delimiterOf(csv),
      relax_column_count: true,
      skip_empty_lines: true,
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new Error(`is not a valid table: ${error.message}`, { cause: error })
  }
}

/** Spreadsheets of many countries write semicolons. */
const delimiterOf = (csv: string): string => {
  const head = csv.slice(0, csv.indexOf('\n') + 1 || undefined)
  return [',', ';', '\t'].reduce((best, one) =>
    head.split(one).length > head.split(best).length ? one : best,
  )
}

const questionLengthMax = 500
const answerLengthMax = 10_000
