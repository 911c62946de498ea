import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readDataSet } from '../../../bench/intents/data-set.ts'
import { areaUnderCurve, calibrationError, type Guess, macroF1 } from '../../../bench/intents/measures.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const restaurant = join(root, 'examples/intents/restaurant')

const evaluate = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['bench/eval-intents.ts', ...args], { cwd: root, encoding: 'utf8' })

test('eval:intents measures the example data set with both engines', () => {
  for (const engine of ['lexical', 'fused']) {
    const { stdout, stderr } = evaluate(restaurant, '--engine', engine, '--json')
    const figures = JSON.parse(stdout || stderr)
    assert.deepEqual([figures.phrases, figures.intents], [32, 4])
    assert.equal(figures.engine, engine === 'lexical' ? 'lexical' : 'kernel')
    assert.ok(figures.accuracy >= 0.75 && figures.accuracy <= 1, String(figures.accuracy))
    assert.ok(figures.oos_recall >= 0.75 && figures.oos_auroc > 0.8)
  }
})

test('eval:intents can take a few phrases an intent, and prints a table', () => {
  const { stdout } = evaluate(restaurant, '--engine', 'lexical', '--shots', '3')
  assert.match(stdout, /^\| training set .*\n\|[-|]+\n\| 3 of train \| lexical \| 12 \| 4 \|/)
})

test('eval:intents says what it wants when it is called wrongly', () => {
  for (const args of [[], [restaurant, '--engine', 'magic'], [restaurant, '--shots', 'few']]) {
    const { stderr, status } = evaluate(...args)
    assert.equal(status, 2)
    assert.match(stderr, /eval:intents -- DIR/)
  }
})

const folder = mkdtempSync(join(tmpdir(), 'data-set-'))
after(() => rmSync(folder, { recursive: true }))
const dataSet = (name: string, files: Readonly<Record<string, string>>): string => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, path, '..'), { recursive: true })
    writeFileSync(join(folder, name, path), text)
  }
  return join(folder, name)
}

test('a data set may be of CSV, JSON or lines, and messages labelled oos are out of scope', () => {
  const read = readDataSet(
    dataSet('mixed', {
      'train.csv': 'text,category\n"pay, ""now""",bill\nbeer,drink\n',
      'train_2/seq.in': 'wine\n',
      'train_2/label': 'drink\n',
      'test.json': '[{"text": "cash", "intent": "bill"}, {"text": "moon", "intent": "oos"}]',
      'oos.csv': 'text,intent\nMars,oos\n',
    }),
  )
  assert.deepEqual(read.trainings, [
    {
      name: 'train',
      examples: [
        { text: 'pay, "now"', intent: 'bill' },
        { text: 'beer', intent: 'drink' },
      ],
    },
    { name: 'train_2', examples: [{ text: 'wine', intent: 'drink' }] },
  ])
  assert.deepEqual(read.meant, [{ text: 'cash', intent: 'bill' }])
  assert.deepEqual(
    read.strange.map(({ text }) => text),
    ['Mars', 'moon'],
  )
})

test('a folder that is no data set, or a table without its columns, is refused with the cure', () => {
  assert.throws(() => readDataSet(folder), /no training set or no test; a set is NAME\.csv/)
  const nameless = dataSet('nameless', { 'train.csv': 'a,b\n1,2\n', 'test.csv': 'a,b\n1,2\n' })
  assert.throws(() => readDataSet(nameless), /names its columns/)
})

test('the measures are what their names say, on cases that can be counted by hand', () => {
  const guess = (meant: string | null, guessed: string, confidence: number): Guess => ({
    meant,
    guessed,
    confidence,
    verdict: 'accept',
  })
  const own = [guess('a', 'a', 0.9), guess('a', 'b', 0.4), guess('b', 'b', 0.6)]
  assert.ok(Math.abs(macroF1(own) - 2 / 3) < 1e-9)
  const strange = [guess(null, 'a', 0.5), guess(null, 'b', 0.1)]
  assert.ok(Math.abs(areaUnderCurve(own, strange) - 5 / 6) < 1e-9)
  assert.equal(areaUnderCurve([guess('a', 'a', 0.5)], [guess(null, 'a', 0.5)]), 0.5)
  assert.ok(Math.abs(calibrationError([guess('a', 'a', 0.75), guess('a', 'b', 0.75)]) - 0.25) < 1e-9)
})
