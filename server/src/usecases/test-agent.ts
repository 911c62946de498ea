import { setImmediate as turnOfOthers } from 'node:timers/promises'
import type { Agent } from '../brain/agent.ts'
import type { ThoughtTurn } from '../brain/testing/coverage.ts'
import { offlineAnswer } from '../brain/testing/offline-answer.ts'
import { printReport } from '../brain/testing/print-report.ts'
import { runTest, type TestOutcome, type TestReport, testReport } from '../brain/testing/run-tests.ts'
import type { Answer, Ask } from '../brain/turn-types.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'

/**
 * Runs the conversation tests of a version (0 = the draft). What a test does not script is asked of nobody, but for
 * the knowledge and the meaning of texts; `live`: real models and webhooks are asked, too. Whoever hangs up ends it:
 * nobody pays for answers that nobody reads.
 */
export const testAgent = async (
  deps: Pick<Deps, 'agents' | 'answerAsk' | 'clock' | 'newId'>,
  wish: {
    readonly agentId: string
    readonly version: number
    readonly only?: string
    readonly live?: boolean
    readonly hungUp?: AbortSignal
  },
): Promise<TestReport & { readonly text: string }> => {
  const { agentId, version, only = '', live = false, hungUp = new AbortController().signal } = wish
  const agent = await deps.agents.version(agentId, version)
  if (!agent) throw new Refusal('not-found', `agent_id: there is no agent ${agentId} with version ${version}`)
  const tests = (agent.document.tests ?? []).filter(({ test }) => test.includes(only))
  if (tests.length === 0)
    throw new Refusal(
      'invalid-payload',
      only === '' ? 'tests: the document has none; add some' : `only: no test has "${only}" in its name`,
    )
  const traces: ThoughtTurn[] = []
  const outcomes: TestOutcome[] = []
  for (const test of tests) {
    const running = runTest(agent, test, traces)
    let step = running.next()
    while (!step.done) {
      hungUp.throwIfAborted()
      step = running.next(await answerOf(deps, { agent, agentId, version, live, hungUp }, step.value))
    }
    outcomes.push(step.value)
    await turnOfOthers()
    hungUp.throwIfAborted()
  }
  const report = testReport(agent, outcomes, traces)
  return { ...report, text: printReport(report) }
}

const answerMsMax = 17_000

const answerOf = async (
  deps: Pick<Deps, 'answerAsk' | 'clock' | 'newId'>,
  about: {
    readonly agent: Agent
    readonly agentId: string
    readonly version: number
    readonly live: boolean
    readonly hungUp: AbortSignal
  },
  question: Ask,
): Promise<Answer> => {
  const { live, hungUp, ...agent } = about
  if (!live && question.kind !== 'embed' && question.kind !== 'search') return offlineAnswer(question)
  const testId = deps.newId()
  return await deps.answerAsk(question, {
    ...agent,
    sessionId: testId,
    integrationId: testId,
    environmentId: testId,
    requestId: testId,
    channel: 'custom',
    deadlineAt: deps.clock.now() + answerMsMax,
    signal: hungUp,
  })
}
