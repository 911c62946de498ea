import { yamlOf } from '../brain/directory/write-agent-files.ts'
import { recordedTurnOf } from '../brain/replay/recorded-turn.ts'
import { conversationAsTest, withoutMisses } from '../brain/testing/conversation-as-test.ts'
import { offlineAnswer } from '../brain/testing/offline-answer.ts'
import { runTest } from '../brain/testing/run-tests.ts'
import type { Answer, Ask } from '../brain/turn-types.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import type { Json } from '../domain/json.ts'
import { inspectSession, listTurns } from '../store/inspect-sessions.ts'

/**
 * A real conversation as a conversation test that its own agent passes, and as the YAML of a file in `tests/`. What
 * the test's own chance decides otherwise is left out.
 */
export const sessionAsTest = async (
  deps: Pick<Deps, 'db' | 'agents' | 'answerAsk' | 'clock'>,
  sessionId: string,
): Promise<{ readonly test: Json; readonly yaml: string }> => {
  const session = await inspectSession(deps.db, sessionId)
  if (!session) throw new Refusal('session-not-found', `session_id: there is no session ${sessionId}`)
  if (!session.agent) throw new Refusal('conflict', 'session_id: no agent had this session')
  const agent = await deps.agents.version(session.agent.agentId, session.agent.version)
  if (!agent) throw new Refusal('conflict', 'session_id: the version that had this session was deleted')
  const rows = await listTurns(deps.db, { sessionId, after: 0, limit: turnsMax })
  const recorded = rows.map(({ turn, recorded: kept }) => recordedTurnOf(turn, kept))
  const turns = recorded.filter((turn) => typeof turn !== 'string')
  if (turns.length === 0) throw new Refusal('conflict', 'session_id: nothing was recorded of this session')
  const test = conversationAsTest(`conversation ${sessionId}`, turns)
  const { agentId, version } = session.agent
  const answer = async (question: Ask): Promise<Answer> =>
    question.kind === 'embed'
      ? await deps.answerAsk(question, {
          agent,
          agentId,
          version,
          sessionId,
          integrationId: session.integrationId,
          environmentId: session.environmentId,
          requestId: sessionId,
          channel: 'custom',
          deadlineAt: deps.clock.now() + answerMsMax,
          signal: new AbortController().signal,
        })
      : offlineAnswer(question)
  const running = runTest(agent, test, [])
  let step = running.next()
  while (!step.done) step = running.next(await answer(step.value))
  const held = asJson(withoutMisses(test, step.value))
  return { test: held, yaml: yamlOf(held) }
}

const turnsMax = 100
const answerMsMax = 10_000

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value))
