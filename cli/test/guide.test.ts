import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { prepareAgent, trainingExamples } from '../../server/src/brain/agent.ts'
import { readAgentFiles } from '../../server/src/brain/directory/read-agent-files.ts'
import { validateDocument } from '../../server/src/brain/document/document-validation.ts'
import { trainIntents } from '../../server/src/brain/intents/train.ts'
import { offlineAnswer } from '../../server/src/brain/testing/offline-answer.ts'
import { printReport } from '../../server/src/brain/testing/print-report.ts'
import { runTests } from '../../server/src/brain/testing/run-tests.ts'

const guide = readFileSync(new URL('../../docs/guides/testing-agents.md', import.meta.url), 'utf8')

test('the agent of the guide is complete, has no fault, and passes the tests of the guide', () => {
  const files = [...guide.matchAll(/```yaml\n# (\S+)\n([\s\S]*?)```/g)].map(([, path = '', text = '']) => ({
    path,
    text,
  }))
  assert.deepEqual(
    files.map(({ path }) => path),
    ['agent.yaml', 'intents/intents.yaml', 'workflows/main.yaml', 'tests/order.yaml'],
  )
  const read = readAgentFiles(files)
  assert.deepEqual(read.faults, [])
  const checked = validateDocument(read.document)
  assert.ok(checked.ok, JSON.stringify(checked))
  assert.deepEqual(checked.warnings, [])
  const { document } = checked
  const agent = prepareAgent(document, trainIntents(trainingExamples(document), { seed: 1 }))
  const running = runTests(agent, document.tests ?? [])
  let step = running.next()
  while (!step.done) step = running.next(offlineAnswer(step.value))
  assert.equal(step.value.passed, true, printReport(step.value))
  assert.equal(step.value.tests.length, 3)
})
