import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, test } from 'node:test'
import { likeness } from './likeness.ts'
import { guideNames, runOne } from './run-guides.ts'

/** For what the guide waits for; more than a busy machine needs. */
const patienceMs = 20_000

const hasCurl = spawnSync('curl', ['--json', '{}', '--version']).status === 0

for (const name of guideNames)
  test(`what docs/guides/${name}.md shows is what happens when it is pasted`, {
    skip: hasCurl ? false : 'needs curl 7.82',
  }, async () => {
    const { before, now } = await runOne({ after }, name, patienceMs)
    assert.equal(
      likeness(now),
      likeness(before),
      'write it anew with: npx node examples/guides/write-guides.ts',
    )
  })
