import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { classify } from '../server/src/brain/intents/classify.ts'
import type { Example, IntentModel } from '../server/src/brain/intents/model.ts'
import { trainIntents } from '../server/src/brain/intents/train.ts'

/*
 * npm run eval:intents -- DIR
 *
 * How well does the agent understand a data set? DIR holds training sets (`train`, `train_5`, ...), one `test`, and
 * where there is one a set of messages that mean none of the intents (`oos/test`, or `oos`). A set is either a folder with
 * `seq.in` (one message a line) and `label` (one intent a line), or a file NAME.csv with a head line and the columns
 * text and intent (also called category or label). Rows of the test labelled oos or offtopics are out of scope too.
 */
const main = (directory: string | undefined): void => {
  if (directory === undefined || !existsSync(directory)) say('usage: npm run eval:intents -- DIR')
  else for (const line of table(directory)) say(line)
}

function* table(directory: string): Generator<string> {
  const trainingSets = setNames(directory).filter((name) => name.startsWith('train'))
  const test = readSet(directory, 'test') ?? []
  const foreign = readSet(directory, 'oos/test') ?? readSet(directory, 'oos') ?? []
  if (trainingSets.length === 0 || test.length === 0) {
    yield `${directory} has no training set or no test; a set is NAME.csv, or NAME/seq.in with NAME/label`
    return
  }
  const meant = test.filter((example) => !isStrange(example))
  const strange = [...foreign, ...test.filter(isStrange)]
  yield `| ${headings.join(' | ')} |`
  yield `|${headings.map(() => '---|').join('')}`
  for (const name of trainingSets) yield evaluate(name, readSet(directory, name) ?? [], meant, strange)
}

const headings = [
  ...['training set', 'phrases', 'intents', 'accuracy %', 'macro-F1 %', 'answered %', 'of these right %'],
  ...['out-of-scope recall %', 'AUROC %', 'calibration error %', 'training', 'a message'],
]

const evaluate = (
  name: string,
  training: readonly Example[],
  meant: readonly Example[],
  strange: readonly Example[],
): string => {
  const begunMs = performance.now()
  const model = trainIntents(training, { seed: 1 })
  const trainedMs = performance.now()
  const guesses = guess(model, meant)
  const strangeGuesses = guess(model, strange)
  const classifiedMs = performance.now()
  const answered = guesses.filter(({ confidence }) => confidence >= model.threshold)
  const columns = [
    name,
    training.length,
    model.intents.length,
    percent(guesses.filter(isRight).length, guesses.length),
    (100 * macroF1(guesses)).toFixed(1),
    percent(answered.length, guesses.length),
    percent(answered.filter(isRight).length, answered.length),
    percent(
      strangeGuesses.filter(({ confidence }) => confidence < model.threshold).length,
      strangeGuesses.length,
    ),
    strangeGuesses.length === 0 ? '-' : (100 * areaUnderCurve(guesses, strangeGuesses)).toFixed(1),
    (100 * calibrationError([...guesses, ...strangeGuesses])).toFixed(1),
    `${((trainedMs - begunMs) / 1000).toFixed(1)} s`,
    `${(((classifiedMs - trainedMs) * 1000) / (guesses.length + strangeGuesses.length)).toFixed(0)} us`,
  ]
  return `| ${columns.join(' | ')} |`
}

interface Guess {
  readonly meant: string
  readonly guessed: string
  readonly confidence: number
}

const guess = (model: IntentModel, examples: readonly Example[]): readonly Guess[] =>
  examples.map(({ text, intent }) => {
    const [best] = classify(model, text).ranking
    return { meant: intent, guessed: best?.name ?? '', confidence: best?.confidence ?? 0 }
  })

const isRight = ({ meant, guessed }: Guess): boolean => meant === guessed

const isStrange = ({ intent }: Example): boolean => intent === 'oos' || intent === 'offtopics'

const percent = (part: number, whole: number): string =>
  whole === 0 ? '-' : ((100 * part) / whole).toFixed(1)

/** The mean over the intents of the test, each counting the same. */
const macroF1 = (guesses: readonly Guess[]): number => {
  const meant = Map.groupBy(guesses, (one) => one.meant)
  const guessed = Map.groupBy(guesses, (one) => one.guessed)
  const scores = [...meant].map(([intent, own]) => {
    const right = own.filter(isRight).length
    return (2 * right) / (own.length + (guessed.get(intent)?.length ?? 0))
  })
  return scores.reduce((sum, score) => sum + score, 0) / scores.length
}

/** The chance that a message with a meaning is given more confidence than one without. */
const areaUnderCurve = (meant: readonly Guess[], strange: readonly Guess[]): number => {
  const pairs = meant.flatMap((one) => strange.map((other) => Math.sign(one.confidence - other.confidence)))
  return pairs.reduce((sum, sign) => sum + (sign + 1) / 2, 0) / pairs.length
}

/** Expected calibration error in ten steps: how far confidence is from being right, out-of-scope messages included. */
const calibrationError = (guesses: readonly Guess[]): number => {
  const steps = Map.groupBy(guesses, ({ confidence }) => Math.min(9, Math.floor(confidence * 10)))
  const errors = [...steps.values()].map((step) =>
    Math.abs(step.reduce((sum, one) => sum + one.confidence - (isRight(one) ? 1 : 0), 0)),
  )
  return errors.reduce((sum, error) => sum + error, 0) / guesses.length
}

const setNames = (directory: string): readonly string[] =>
  readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.name.endsWith('.csv'))
    .map((entry) => entry.name.replace(/\.csv$/, ''))
    .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))

const readSet = (directory: string, name: string): readonly Example[] | undefined => {
  const texts = join(directory, name, 'seq.in')
  if (existsSync(texts)) {
    const labels = lines(join(directory, name, 'label'))
    return lines(texts).map((text, index) => ({ text, intent: labels[index] ?? '' }))
  }
  const table = join(directory, `${name}.csv`)
  if (!existsSync(table)) return undefined
  const [head = [], ...rows] = readTable(readFileSync(table, 'utf8'))
  const textColumn = head.indexOf('text')
  const intentColumn = head.findIndex((column) => ['intent', 'category', 'label'].includes(column))
  return rows.map((row) => ({ text: row[textColumn] ?? '', intent: row[intentColumn] ?? '' }))
}

const lines = (path: string): readonly string[] => readFileSync(path, 'utf8').trimEnd().split(/\r?\n/)

/** Comma-separated values as of RFC 4180. */
const readTable = (text: string): readonly (readonly string[])[] => {
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

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

main(process.argv[2])
