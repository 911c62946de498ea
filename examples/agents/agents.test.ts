import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { runAgentTests } from '../../server/src/commands/run-agent-tests.ts'

const names = ['bank', 'clinic', 'shop'] as const

for (const name of names)
  test(`the ${name} passes its own conversation tests, which walk every node and every branch`, async () => {
    const outcome = await runAgentTests(join(import.meta.dirname, name), { onProgress: () => undefined })
    assert.ok(outcome.ok, outcome.text)
    const { report, text } = outcome
    assert.doesNotMatch(text, /^warning /m)
    assert.ok(report.passed, text)
    assert.ok(report.tests.length >= 10, text)
    assert.deepEqual(
      Object.values(report.coverage).flatMap(({ missing }) => missing),
      [],
      text,
    )
  })
