import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { turnSteps } from '../../src/brain/turn-steps.ts'

test('the guide tells of every step that a trace may name, and of no other', () => {
  const guide = readFileSync(new URL('../../../docs/guides/agents.md', import.meta.url), 'utf8')
  const [, table = ''] = /\| step \| what happened \|\n\|---\|---\|\n((?:\|.*\n)+)/.exec(guide) ?? []
  const told = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)])
  assert.deepEqual(told.map(([, step]) => step).sort(), [...turnSteps].sort())
})
