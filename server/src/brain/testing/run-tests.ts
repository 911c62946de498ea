import type { AgentResponse } from '../../domain/message.ts'
import type { Agent } from '../agent.ts'
import type { ConversationTest, TestTurn } from '../document/document.ts'
import type { Thinking } from '../turn-types.ts'
import { checkTurn, type Miss, understoodIntent } from './check-turn.ts'
import { type Coverage, coverageOf, type ThoughtTurn } from './coverage.ts'
import { openScript } from './scripted-answers.ts'
import { advance, greet, openTestConversation, receive, type TurnOutcomeInTest } from './test-conversation.ts'

/*
 * Runs an agent's conversation tests (agent spec 2.5). A coroutine as thinking is: what a test does not script is
 * asked of whoever drives it, which is nobody (`offlineAnswer`) unless real models and webhooks are wanted. So tests
 * are pure: the same agent and tests give the same report, on every machine and at every hour.
 */
export interface TestReport {
  readonly passed: boolean
  readonly tests: readonly TestOutcome[]
  readonly coverage: Coverage
}

export interface TestOutcome {
  readonly test: string
  readonly passed: boolean
  /** More than one where a real language model was asked. */
  readonly runs: number
  readonly passes: number
  readonly passes_min: number
  /** Of the first run that failed, or else of the first. */
  readonly turns: readonly TestedTurn[]
}

export interface TestedTurn {
  /** What happened to the agent. */
  readonly said: string
  readonly responses: readonly AgentResponse[]
  readonly events: readonly string[]
  readonly intent: string | null
  readonly nodes: readonly string[]
  readonly notes: readonly string[]
  readonly misses: readonly Miss[]
}

export function* runTests(agent: Agent, tests: readonly ConversationTest[]): Thinking<TestReport> {
  const traces: ThoughtTurn[] = []
  const outcomes: TestOutcome[] = []
  for (const test of tests) outcomes.push(yield* runTest(agent, test, traces))
  return testReport(agent, outcomes, traces)
}

/** For whoever runs the tests one by one, to let others have a turn between them. */
export const testReport = (
  agent: Agent,
  tests: readonly TestOutcome[],
  traces: readonly ThoughtTurn[],
): TestReport => ({
  passed: tests.every(({ passed }) => passed),
  tests,
  coverage: coverageOf(agent.document, traces),
})

/** Runs of a test that asks a real model and does not say how many. */
const sampledRunsDefault = 3

export function* runTest(agent: Agent, test: ConversationTest, traces: ThoughtTurn[]): Thinking<TestOutcome> {
  const first = yield* runOnce(agent, test, 0, traces)
  const runs = first.isSampled ? (test.runs ?? sampledRunsDefault) : 1
  const passesMin = first.isSampled ? (test.passes_min ?? runs) : 1
  let shown = first
  let passes = first.isPassed ? 1 : 0
  for (let run = 1; run < runs; run++) {
    const again = yield* runOnce(agent, test, run, traces)
    if (again.isPassed) passes++
    else if (shown.isPassed) shown = again
  }
  return {
    test: test.test,
    passed: passes >= passesMin,
    runs,
    passes,
    passes_min: passesMin,
    turns: shown.turns,
  }
}

interface Run {
  readonly isPassed: boolean
  readonly isSampled: boolean
  readonly turns: readonly TestedTurn[]
}

function* runOnce(agent: Agent, test: ConversationTest, run: number, traces: ThoughtTurn[]): Thinking<Run> {
  const script = openScript(test.answers ?? [])
  const conversation = openTestConversation(agent, test, run, script)
  const turns: TestedTurn[] = []
  const record = (outcome: TurnOutcomeInTest, turn: TestTurn, kind: ThoughtTurn['kind']): void => {
    turns.push(testedTurn(turn, outcome))
    if (outcome.trace) traces.push({ trace: outcome.trace, events: outcome.events, kind })
  }
  const greeting = yield* greet(conversation)
  const [opening] = test.turns
  if (opening && isGreeting(opening)) record(greeting, opening, 'session_start')
  else if (greeting.trace) record(greeting, {}, 'session_start')
  for (const turn of test.turns) {
    if (isGreeting(turn)) continue
    if (turn.advance === undefined)
      record(yield* receive(conversation, turn), turn, turn.attachments ? 'attachment' : 'message')
    else record(advance(conversation, turn.advance), turn, 'message')
  }
  return { isPassed: turns.every(({ misses }) => misses.length === 0), isSampled: script.isSampled, turns }
}

const isGreeting = (turn: TestTurn): boolean =>
  turn.user === undefined && turn.attachments === undefined && turn.advance === undefined

const testedTurn = (turn: TestTurn, outcome: TurnOutcomeInTest): TestedTurn => ({
  said: saidIn(turn),
  responses: outcome.responses,
  events: outcome.events,
  intent: understoodIntent(outcome.trace),
  nodes: outcome.trace?.nodes ?? [],
  notes: outcome.trace?.notes ?? [],
  misses: [
    ...(turn.expect === undefined ? [] : checkTurn(turn.expect, outcome)),
    ...outcome.unanswered.map(({ who, error }) => ({
      what: 'answers',
      expected: `an answer of ${who}`,
      came: error,
      because: `the agent asked, and the test's answers have none for ${who}`,
    })),
  ],
})

const saidIn = ({ user, attachments, advance: by }: TestTurn): string => {
  if (by !== undefined) return `(${by} pass)`
  if (user !== undefined) return user
  return attachments === undefined ? '(the session begins)' : `(sends ${attachments.length} files)`
}
