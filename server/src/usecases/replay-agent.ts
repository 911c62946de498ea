import { setImmediate as turnOfOthers } from 'node:timers/promises'
import type { Agent } from '../brain/agent.ts'
import { type RecordedTurn, recordedTurnOf } from '../brain/replay/recorded-turn.ts'
import {
  type ReplayedConversation,
  type ReplayMode,
  replayConversation,
} from '../brain/replay/replay-conversation.ts'
import { newReport, type RefusedTurn, type ReplayReport } from '../brain/replay/replay-report.ts'
import type { Answer, Ask } from '../brain/turn-types.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { replayLimits } from '../domain/replay-limits.ts'
import {
  lastSessionsOfAgent,
  type RecordedSession,
  type RecordedTurnRow,
  recordedTurns,
  sessionsOfAgent,
} from '../store/recorded-turns.ts'

/**
 * Real conversations, thought again by a version of their agent (0 = the draft) with everything outside frozen to
 * what was recorded (docs/decisions/0009-replay.md). Nothing is delivered, nothing outside is called, nothing is kept.
 *
 * Bounded by `replayLimits`, read in pages, and between two conversations everybody else gets a turn.
 */
export const replayAgent = async (deps: ReplayDeps, wish: ReplayWish): Promise<ReplayReport> => {
  const { agentId, version = 0, mode = 'turn_by_turn' } = wish
  const agent = await deps.agents.version(agentId, version)
  if (!agent)
    throw new Refusal(
      'not-found',
      version === 0
        ? `agent_id: there is no agent ${agentId}`
        : `version: agent ${agentId} has no version ${version}`,
    )
  const sessions = await sessionsOf(deps, wish)
  const report = newReport({ agent_id: agentId, version, mode })
  let done = 0
  for (let start = 0; start < sessions.length; start += sessionsAtOnce) {
    const page = sessions.slice(start, start + sessionsAtOnce)
    const rows = await recordedTurns(deps.db, {
      sessionIds: page.map(({ sessionId }) => sessionId),
      turnsMax: replayLimits.turnsOfSessionMax,
    })
    const rowsOf = Map.groupBy(rows, ({ sessionId }) => sessionId)
    for (const session of page) {
      const { turns, refused } = sorted(rowsOf.get(session.sessionId) ?? [])
      const conversation = await replayOne(deps, { agent, agentId, version, mode, session, turns })
      report.add({ sessionId: session.sessionId, version: session.version, conversation, refused })
      wish.onProgress?.({ done: ++done, total: sessions.length })
      await turnOfOthers()
      wish.hungUp?.throwIfAborted()
    }
  }
  return report.finish()
}

type ReplayDeps = Pick<Deps, 'db' | 'agents' | 'answerAsk' | 'clock'>

export interface ReplayWish {
  readonly agentId: string
  readonly version?: number | undefined
  /** Those, or the last `last` conversations. */
  readonly sessionIds?: readonly string[] | undefined
  readonly last?: number | undefined
  readonly mode?: ReplayMode | undefined
  /** Nobody waits for the report any more. */
  readonly hungUp?: AbortSignal
  readonly onProgress?: ((progress: ReplayProgress) => void) | undefined
}

/** Conversations. */
export interface ReplayProgress {
  readonly done: number
  readonly total: number
}

const sessionsAtOnce = 25

const sessionsOf = async (deps: ReplayDeps, wish: ReplayWish): Promise<readonly RecordedSession[]> => {
  const { agentId, sessionIds, last = replayLimits.sessionsDefault } = wish
  if (!sessionIds) return await lastSessionsOfAgent(deps.db, { agentId, sessionsMax: last })
  const found = await sessionsOfAgent(deps.db, { agentId, sessionIds })
  const known = new Set(found.map(({ sessionId }) => sessionId))
  const missing = sessionIds.find((id) => !known.has(id.toLowerCase()))
  if (missing !== undefined)
    throw new Refusal('session-not-found', `sessions: agent ${agentId} had no session ${missing}`)
  return found
}

const sorted = (rows: readonly RecordedTurnRow[]) => {
  const turns: RecordedTurn[] = []
  const refused: RefusedTurn[] = []
  for (const { turn, recorded } of rows) {
    const read = recordedTurnOf(turn, recorded)
    if (typeof read === 'string') refused.push({ turn, reason: read })
    else turns.push(read)
  }
  return { turns, refused }
}

interface OneReplay {
  readonly agent: Agent
  readonly agentId: string
  readonly version: number
  readonly mode: ReplayMode
  readonly session: RecordedSession
  readonly turns: readonly RecordedTurn[]
}

const replayOne = async (deps: ReplayDeps, replay: OneReplay): Promise<ReplayedConversation> => {
  const { agent, version, mode, session, turns } = replay
  const replaying = replayConversation({ agent, turns, mode, isOwnVersion: version === session.version })
  let step = replaying.next()
  while (!step.done) step = replaying.next(await answerAnew(deps, replay, step.value))
  return step.value
}

const answerMsMax = 10_000

/** The brain only asks for what has no effect outside: a text's meaning, a search. */
const answerAnew = async (deps: ReplayDeps, replay: OneReplay, question: Ask): Promise<Answer> => {
  const { agent, agentId, version, session } = replay
  return await deps.answerAsk(question, {
    agent,
    agentId,
    version,
    sessionId: session.sessionId,
    integrationId: session.integrationId,
    environmentId: session.environmentId,
    requestId: session.sessionId,
    channel: 'custom',
    deadlineAt: deps.clock.now() + answerMsMax,
    signal: new AbortController().signal,
  })
}
