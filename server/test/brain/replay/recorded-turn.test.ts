import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordedTurnOf } from '../../../src/brain/replay/recorded-turn.ts'

const refused: readonly (readonly [name: string, recorded: unknown, reason: RegExp])[] = [
  ['is not finished', null, /not finished/],
  ['failed', { error: 'x' }, /failed/],
  [
    'came when a person had the word',
    { notes: ['the agent no longer had the word'] },
    /no longer had the word/,
  ],
  ['was recorded by an older version', { input: {}, answers: [], trace: {} }, /older version/],
  ['was recorded without its result', { input: {}, asks: [], trace: {} }, /older version/],
  ['has no input', { asks: [], trace: {}, result: {} }, /nothing was kept/],
]
for (const [name, recorded, reason] of refused)
  test(`a turn that ${name} is refused with a word`, () => {
    const outcome = recordedTurnOf(1, recorded)
    assert.ok(typeof outcome === 'string')
    assert.match(outcome, reason)
  })
