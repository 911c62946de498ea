import { dirname } from 'node:path'
import { prepareAgent, trainingExamples } from '../brain/agent.ts'
import { checkAgentFiles, withFileInPath } from '../brain/directory/check-agent-files.ts'
import type { FileFault } from '../brain/directory/fault-places.ts'
import { readable } from '../brain/directory/layout.ts'
import type { AgentDocument } from '../brain/document/document.ts'
import { parseModel } from '../brain/intents/model-bytes.ts'
import { printReport } from '../brain/testing/print-report.ts'
import { runTests, type TestReport } from '../brain/testing/run-tests.ts'
import { readAgentDirectory } from '../outside/read-agent-directory.ts'
import { UnreadableDocument } from './offline-knowledge.ts'
import { openOfflineWorld } from './offline-world.ts'

export type AgentTestsOutcome =
  | { readonly ok: true; readonly report: TestReport; readonly text: string }
  | { readonly ok: false; readonly faults: readonly FileFault[]; readonly text: string }

/** Reads, checks and trains the agent as publishing does, and runs its tests. */
export const runAgentTests = async (
  path: string,
  options: { readonly only?: string; readonly onProgress: (line: string) => void },
): Promise<AgentTestsOutcome> => {
  const loaded = await loadAgent(path)
  if (!loaded.ok) return loaded
  const { document, warnings } = loaded
  const { only = '', onProgress } = options
  const tests = (document.tests ?? []).filter(({ test }) => test.includes(only))
  if (tests.length === 0) return refused([noTests(document, only)])
  const world = openOfflineWorld(readable.test(path) ? dirname(path) : path, document)
  try {
    await world.readDocuments()
    const examples = trainingExamples(document)
    const model = examples.length === 0 ? null : parseModel(await world.train(examples, onProgress))
    const running = runTests(prepareAgent(document, model), tests)
    let step = running.next()
    while (!step.done) step = running.next(await world.answer(step.value))
    onProgress('')
    return { ok: true, report: step.value, text: warnings + printReport(step.value) }
  } catch (error) {
    if (error instanceof UnreadableDocument) return refused([error.fault])
    throw error
  } finally {
    await world.close()
  }
}

type Loaded =
  | { readonly ok: true; readonly document: AgentDocument; readonly warnings: string }
  | Extract<AgentTestsOutcome, { ok: false }>

const loadAgent = async (path: string): Promise<Loaded> => {
  try {
    const checked = checkAgentFiles(await readAgentDirectory(path, (file) => readable.test(file)))
    if (!checked.ok) return refused(checked.faults)
    const warnings = checked.warnings.map((fault) => `warning  ${faultLine(fault)}\n`)
    return { ok: true, document: checked.document, warnings: warnings.join('') }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return refused([
      { file: path, path: '', message: `cannot be read: ${message}`, cure: 'name the agent’s directory' },
    ])
  }
}

const noTests = ({ tests = [] }: AgentDocument, only: string): FileFault => ({
  file: 'tests',
  path: '',
  message: tests.length === 0 ? 'has no test' : `has no test with "${only}" in its name`,
  cure: tests.length === 0 ? 'add tests/NAME.yaml with test: and turns:' : 'leave out --only to run all',
})

const refused = (faults: readonly FileFault[]): Extract<AgentTestsOutcome, { ok: false }> => ({
  ok: false,
  faults,
  text: faults.map((fault) => `${faultLine(fault)}\n`).join(''),
})

const faultLine = (fault: FileFault): string => {
  const { path, message, cure } = withFileInPath(fault)
  return `${path}: ${message}; ${cure}`
}
