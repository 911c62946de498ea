import type { Json } from '../../domain/json.ts'
import type { Covered } from './coverage.ts'
import type { TestOutcome, TestReport } from './run-tests.ts'

/** The report for a person at a terminal: failures told in full, the rest in a line. */
export const printReport = ({ tests, coverage }: TestReport): string => {
  const failed = tests.filter(({ passed }) => !passed)
  return [
    ...tests.flatMap(testLines),
    '',
    ...Object.entries({
      nodes: coverage.nodes,
      branches: coverage.branches,
      intents: coverage.intents,
      events: coverage.events,
    }).map(([name, covered]) => coverageLine(name, covered)),
    '',
    `${tests.length - failed.length} of ${tests.length} tests passed${failed.length === 0 ? '' : `; failed: ${failed.map(({ test }) => test).join(' · ')}`}`,
    '',
  ].join('\n')
}

const testLines = ({ test, passed, runs, passes, passes_min: passesMin, turns }: TestOutcome): string[] => {
  const sampled = runs === 1 ? '' : ` (${passes} of ${runs} runs passed, ${passesMin} needed)`
  const head = `${passed ? 'pass' : 'FAIL'}  ${test}${sampled}`
  const [first, ...later] = turns.filter(({ misses }) => misses.length > 0)
  return [head, ...(first ? missesInFull(first) : []), ...missesInShort(later)]
}

type TurnOfTest = TestOutcome['turns'][number]

const missesInFull = ({ said, misses }: TurnOfTest): string[] => [
  `      after "${said}"`,
  ...misses.flatMap(({ what, expected, came, because }) => [
    `        ${what}`,
    `          expected  ${shown(expected)}`,
    `          came      ${shown(came)}`,
    `          because   ${because}`,
  ]),
]

/** Once a conversation has gone astray, what comes later mostly follows from it. */
const missesInShort = (turns: readonly TurnOfTest[]): string[] =>
  turns.length === 0
    ? []
    : [
        '      and later, perhaps because of it (--json tells all)',
        ...turns.map(
          ({ said, misses }) => `        after "${said}": ${misses.map(({ what }) => what).join(', ')}`,
        ),
      ]

const missingShownMax = 12

const coverageLine = (name: string, { covered, total, missing }: Covered): string => {
  const head = `${name.padEnd(9)} ${covered} of ${total}`
  if (missing.length === 0) return head
  const more = missing.length - missingShownMax
  const names = missing.slice(0, missingShownMax).join(', ')
  return `${head}; not met: ${names}${more > 0 ? ` and ${more} more` : ''}`
}

const shown = (value: Json): string => {
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : value.map(shown).join(' | ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
