import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Type from 'typebox'
import Schema from 'typebox/schema'
import { chance, shuffled } from '../../server/src/brain/chance.ts'
import type { Example } from '../../server/src/brain/intents/model.ts'

/** A folder of sets; its form is told in docs/guides/intents.md. */
export interface DataSet {
  readonly trainings: readonly { readonly name: string; readonly examples: readonly Example[] }[]
  /** Messages that mean one of the intents. */
  readonly meant: readonly Example[]
  /** Messages that mean none. */
  readonly strange: readonly Example[]
}

/** @param shots take so many phrases of each intent from `train`, instead of every training set there is */
export const readDataSet = (directory: string, shots?: number): DataSet => {
  const test = readSet(directory, 'test') ?? []
  const foreign = readSet(directory, 'oos/test') ?? readSet(directory, 'oos') ?? []
  const names = setNames(directory).filter((name) =>
    shots === undefined ? name.startsWith('train') : name === 'train',
  )
  if (names.length === 0 || test.length === 0)
    throw new Error(
      `${directory} has no training set or no test; a set is NAME.csv, NAME.json, or NAME/seq.in with NAME/label`,
    )
  return {
    trainings: names.map((name) => {
      const examples = readSet(directory, name) ?? []
      return shots === undefined
        ? { name, examples }
        : { name: `${shots} of ${name}`, examples: fewOf(examples, shots) }
    }),
    meant: test.filter((example) => !isStrange(example)),
    strange: [...foreign, ...test.filter(isStrange)],
  }
}

const isStrange = ({ intent }: Example): boolean => intent === 'oos' || intent === 'offtopics'

const fewOf = (examples: readonly Example[], shots: number): readonly Example[] => {
  const random = chance(1)
  return [...Map.groupBy(examples, ({ intent }) => intent).values()].flatMap((own) =>
    shuffled(random, own).slice(0, shots),
  )
}

const setNames = (directory: string): readonly string[] =>
  readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || /\.(csv|json)$/.test(entry.name))
    .map((entry) => entry.name.replace(/\.(csv|json)$/, ''))
    .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))

const readSet = (directory: string, name: string): readonly Example[] | undefined => {
  const texts = join(directory, name, 'seq.in')
  if (existsSync(texts)) {
    const labels = lines(join(directory, name, 'label'))
    return lines(texts).map((text, index) => ({ text, intent: labels[index] ?? '' }))
  }
  const list = join(directory, `${name}.json`)
  if (existsSync(list)) return listValidator.Parse(JSON.parse(readFileSync(list, 'utf8')))
  const table = join(directory, `${name}.csv`)
  return existsSync(table) ? readTable(readFileSync(table, 'utf8')) : undefined
}

const listValidator = Schema.Compile(Type.Array(Type.Object({ text: Type.String(), intent: Type.String() })))

const lines = (path: string): readonly string[] => readFileSync(path, 'utf8').trimEnd().split(/\r?\n/)

const readTable = (text: string): readonly Example[] => {
  const [head = [], ...rows] = tableRows(text)
  const textColumn = head.indexOf('text')
  const intentColumn = head.findIndex((column) => ['intent', 'category', 'label'].includes(column))
  if (textColumn < 0 || intentColumn < 0)
    throw new Error('the first line of a CSV names its columns: text, and intent (or category, or label)')
  return rows.map((row) => ({ text: row[textColumn] ?? '', intent: row[intentColumn] ?? '' }))
}

/** Comma-separated values as of RFC 4180. */
const tableRows = (text: string): readonly (readonly string[])[] => {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end === ',') continue
    if (row.length > 1) rows.push(row)
    row = []
  }
  return rows
}
