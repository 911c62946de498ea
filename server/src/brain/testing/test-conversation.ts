import { mergeContext, ownContext } from '../../domain/context.ts'
import type { JsonObject } from '../../domain/json.ts'
import { limits } from '../../domain/limits.ts'
import type { AgentResponse } from '../../domain/message.ts'
import { isOver, type Session } from '../../domain/session.ts'
import { oweTurn, passTime, reopenConversation, touch } from '../../domain/session-moves.ts'
import { withSystemVariables } from '../../domain/system-variables.ts'
import { turnOutcome } from '../../domain/turn-outcome.ts'
import type { Agent } from '../agent.ts'
import type { ConversationTest, TestTurn } from '../document/document.ts'
import { think } from '../turn.ts'
import {
  type DialogState,
  type HistoryLine,
  initialDialogState,
  type Thinking,
  type Trace,
  type TurnInput,
} from '../turn-types.ts'
import { durationMs } from './duration.ts'
import { type Script, scripted, type Unanswered } from './scripted-answers.ts'

/*
 * A conversation as the channel would hold it, without the channel: the same session and the same rules of who
 * speaks, when it expires and what becomes of the agent's wish. Only the clock is ours, and it moves when told.
 */
export interface TestConversation {
  readonly agent: Agent
  readonly test: ConversationTest
  readonly script: Script
  /** Which run of the test this is, from 0; it decides the chances. */
  readonly run: number
  now: number
  turns: number
  session: Session
  state: DialogState
  history: HistoryLine[]
}

/** What came of one turn of the test. */
export interface TurnOutcomeInTest {
  readonly responses: readonly AgentResponse[]
  /** `handover`, `handover:<department>`, `closed`, `expired`, `tag:<tag>`. */
  readonly events: readonly string[]
  readonly contextAfter: JsonObject
  /** Of what was thought; nobody thought when the agent had no word. */
  readonly trace?: Trace
  readonly unanswered: readonly Unanswered[]
}

export const openTestConversation = (agent: Agent, test: ConversationTest, run: number, script: Script) => {
  const now = Date.parse(test.at ?? defaultStart)
  const conversation: TestConversation = {
    agent,
    test,
    script,
    run,
    now,
    turns: 0,
    session: newSession(agent, test, now),
    state: initialDialogState,
    history: [],
  }
  return conversation
}

/** A Monday morning. */
const defaultStart = '2026-01-05T09:00:00Z'

/** What the agent says before anybody wrote, if it greets. */
export function* greet(conversation: TestConversation): Thinking<TurnOutcomeInTest> {
  if (conversation.agent.document.agent.starting_node_id === undefined) return nothingSaid(conversation)
  return yield* thinkTurn(conversation, { kind: 'session_start' })
}

export const advance = (conversation: TestConversation, by: string): TurnOutcomeInTest => {
  conversation.now += durationMs(by) ?? 0
  const moved = passTime(conversation.session, conversation.now)
  conversation.session = moved.session
  const events = moved.events.flatMap(({ event_type: type }) => clockEvents[type] ?? [])
  return { ...nothingSaid(conversation), events }
}

const clockEvents: Readonly<Record<string, string>> = {
  'session:expired': 'expired',
  'session:closed': 'closed',
}

/** A user's message; one to a session that is over begins a new one, as a customer's system would. */
export function* receive(conversation: TestConversation, turn: TestTurn): Thinking<TurnOutcomeInTest> {
  if (isOver(conversation.session, conversation.now)) yield* beginAnew(conversation)
  const { session, now } = conversation
  const reopened = reopenConversation(session, { type: 'user', id: session.userId }).session
  conversation.session = {
    ...touch(reopened, now, timeoutSeconds(conversation.test)),
    context: mergeContext(session.context, turn.context ?? {}),
    userMessageCount: session.userMessageCount + 1,
  }
  const outcome =
    conversation.session.owner === 'bot'
      ? yield* thinkTurn(conversation, {
          kind: 'message',
          ...(turn.user === undefined ? {} : { text: turn.user }),
          ...(turn.attachments === undefined ? {} : { attachments: turn.attachments }),
        })
      : nothingSaid(conversation)
  return outcome
}

function* beginAnew(conversation: TestConversation): Thinking<void> {
  conversation.session = newSession(conversation.agent, conversation.test, conversation.now)
  conversation.state = initialDialogState
  conversation.history = []
  yield* greet(conversation)
}

function* thinkTurn(
  conversation: TestConversation,
  said: Pick<TurnInput, 'kind' | 'text' | 'attachments'>,
): Thinking<TurnOutcomeInTest> {
  const unanswered: Unanswered[] = []
  conversation.session = oweTurn(conversation.session)
  const input = inputOf(conversation, said)
  const result = yield* scripted(conversation.script, think(conversation.agent, input), unanswered)
  const outcome = turnOutcome(conversation.session, result, {
    turn: conversation.session.lastTurn,
    messageId: `message-${conversation.turns}`,
    inReplyTo: undefined,
    now: conversation.now,
    timeoutSeconds: timeoutSeconds(conversation.test),
    keepAliveSeconds: limits.keepAliveSecondsDefault,
  })
  conversation.turns++
  conversation.session = outcome.session
  conversation.state = result.state
  remember(conversation, 'user', said.text === undefined ? [] : [said.text])
  remember(
    conversation,
    'brain',
    outcome.responses.flatMap((one) => (one.type === 'text' ? [one.text] : [])),
  )
  return {
    responses: outcome.responses,
    events: result.effects.map((effect) => {
      if (effect.type === 'tag') return `tag:${effect.tag}`
      if (effect.type === 'close') return 'closed'
      return effect.department === undefined ? 'handover' : `handover:${effect.department}`
    }),
    contextAfter: outcome.session.context,
    trace: result.trace,
    unanswered,
  }
}

const inputOf = (
  conversation: TestConversation,
  said: Pick<TurnInput, 'kind' | 'text' | 'attachments'>,
): TurnInput => {
  const { agent, session, state, now } = conversation
  return {
    ...said,
    context: withSystemVariables(session.context, {
      integrationId: session.integrationId,
      environmentId: session.environmentId,
      sessionId: session.sessionId,
      unknownCounter: state.unknown_counter,
      userMessageCount: session.userMessageCount,
    }),
    state,
    now,
    seed: seedOf(`${conversation.test.test} ${conversation.turns} ${conversation.run}`),
    ...((agent.document.models ?? []).length === 0 ? {} : { history: conversation.history }),
  }
}

const nothingSaid = ({ session }: TestConversation): TurnOutcomeInTest => ({
  responses: [],
  events: [],
  contextAfter: session.context,
  unanswered: [],
})

const historyLinesMax = 20

const remember = (
  conversation: TestConversation,
  author: 'user' | 'brain',
  texts: readonly string[],
): void => {
  const lines = texts.map((text) => ({ author, text }))
  conversation.history = [...conversation.history, ...lines].slice(-historyLinesMax)
}

const timeoutSeconds = (test: ConversationTest): number =>
  test.session_timeout ?? limits.sessionTimeoutSecondsDefault

const newSession = (agent: Agent, test: ConversationTest, now: number): Session => ({
  sessionId: 'test-session',
  integrationId: 'test-integration',
  environmentId: 'test-environment',
  externalSessionId: null,
  channelUserId: null,
  userId: 'test-user',
  state: 'active',
  conversation: 'open',
  owner: 'bot',
  human: null,
  handover: null,
  agent: { agentId: 'test-agent', version: 0, name: agent.document.agent.name },
  context: mergeContext(ownContext({ userId: 'test-user' }), test.context ?? {}),
  userMessageCount: 0,
  lastTurn: 0,
  silencedTurn: 0,
  createdAt: now,
  lastActivityAt: now,
  expiresAt: now + timeoutSeconds(test) * 1000,
  resolvedAt: null,
  resolvedUntil: null,
})

/** FNV-1a: the same test gives the same chances on every machine, each turn and run its own. */
const seedOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  return hash >>> 0
}
