import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printReplay } from '../src/print-replay.ts'

const totals = { turns: 1, turns_changed: 1, conversations: 1, conversations_changed: 1, changed: {} }

const report = (before: unknown, after: unknown): string =>
  printReplay({
    conversations: [
      {
        session_id: 's',
        version: 1,
        turns: [{ turn: 1, said: 'hello', differences: [{ what: 'responses', before, after }] }],
      },
    ],
    left_off: 0,
    totals: { ...totals, turns_refused: 0, turns_unreached: 0, containment: { before: 1, after: 1 } },
  })

const text = (said: string, ...labels: string[]) => ({
  type: 'text',
  text: said,
  ...(labels.length > 0 ? { options: labels.map((label) => ({ label, text: label })) } : {}),
})
const pause = { type: 'pause', duration: 400 }

test('a replay shows a change of quick replies under the same words', () => {
  const printed = report([text('Which one?', 'Aurora')], [text('Which one?', 'Tide')])
  assert.match(printed, /was {2}Which one\? .*Aurora.*\n {6}is {3}Which one\? .*Tide/)
})

test('a replay leaves out the responses that stayed, and says that there are some', () => {
  const printed = report([pause, text('One'), pause], [pause, text('Two'), pause])
  assert.match(printed, /was {2}\.\.\. \| One \| \.\.\.\n {6}is {3}\.\.\. \| Two \| \.\.\.\n/)
})

test('a response that is said no more is shown against nothing', () => {
  assert.match(
    report([text('One'), text('Two')], [text('One')]),
    /was {2}\.\.\. \| Two\n {6}is {3}\.\.\. \| nothing\n/,
  )
})

test('a change far behind in a long text is shown', () => {
  const printed = report([text(`${'x'.repeat(900)} old`)], [text(`${'x'.repeat(900)} new`)])
  assert.match(printed, /was {2}\.\.\. x+ old\n {6}is {3}\.\.\. x+ new\n/)
  assert.ok(printed.length < 700, printed)
})

test('of two long responses that changed, both changes are shown', () => {
  const long = (end: string) => text(`${'x'.repeat(900)} ${end}`)
  const printed = report([long('one'), long('two')], [long('three'), long('four')])
  assert.match(printed, /was {2}.* one \| .* two\n {6}is {3}.* three \| .* four\n/)
})

test('where there are no conversations yet, the replay says so', () => {
  const nothing = printReplay({ conversations: [], left_off: 0, totals: { ...totals, conversations: 0 } })
  assert.equal(nothing, 'There are no conversations to replay.\n')
})
