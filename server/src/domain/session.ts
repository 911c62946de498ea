import type { HandoverWish } from './event.ts'
import type { JsonObject } from './json.ts'
import type { HumanAgent } from './message.ts'

/**
 * A session and its three machines (wire spec 1.6). The tables below are the whole truth about legal moves;
 * whoever wants to change a state asks them, and a move they do not list does not exist.
 *
 *   session       active --close--> closed       active --expire--> expired
 *   conversation  open --resolve--> resolved --reopen--> open
 *   owner         bot --await--> waiting --take--> human --hand-back--> bot
 */
export interface Session {
  readonly sessionId: string
  readonly integrationId: string
  readonly environmentId: string
  readonly externalSessionId: string | null
  readonly channelUserId: string | null
  readonly userId: string
  readonly state: SessionState
  readonly conversation: ConversationState
  readonly owner: OwnerState
  /** Who owns it while `owner` is human. */
  readonly human: Human | null
  /** Whom the last handover asked for, and why; null while the agent has the word. */
  readonly handover: HandoverWish | null
  readonly agent: AssignedAgent | null
  readonly context: JsonObject
  readonly userMessageCount: number
  /** The number of the last turn that the agent was to think. */
  readonly lastTurn: number
  /** Turns up to this one lost the word to a person, also when the agent has it again. */
  readonly silencedTurn: number
  /** Times are ms since 1970, by the database's clock. */
  readonly createdAt: number
  readonly lastActivityAt: number
  readonly expiresAt: number
  readonly resolvedAt: number | null
  readonly resolvedUntil: number | null
}

/** The agent version a session began with and stays on. */
export interface AssignedAgent {
  readonly agentId: string
  readonly version: number
  readonly name: string
}

/** `external`: of the customer's own system. `desk`: of ours. */
export interface Human extends HumanAgent {
  readonly desk: 'external' | 'desk'
}

export type SessionState = 'active' | 'closed' | 'expired'
export type ConversationState = 'open' | 'resolved'
export type OwnerState = 'bot' | 'waiting' | 'human'

export type SessionMove = 'close' | 'expire'
export type ConversationMove = 'resolve' | 'reopen'
export type OwnerMove = 'await' | 'take' | 'hand-back'

type Table<State extends string, Move extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Move, State>>>>
>

export const sessionMoves: Table<SessionState, SessionMove> = {
  active: { close: 'closed', expire: 'expired' },
  closed: {},
  expired: {},
}

export const conversationMoves: Table<ConversationState, ConversationMove> = {
  open: { resolve: 'resolved' },
  resolved: { reopen: 'open' },
}

export const ownerMoves: Table<OwnerState, OwnerMove> = {
  bot: { await: 'waiting', take: 'human' },
  waiting: { take: 'human', 'hand-back': 'bot' },
  human: { take: 'human', 'hand-back': 'bot' },
}

/** Where a move leads, or undefined where the table does not list it. */
export const afterMove = <State extends string, Move extends string>(
  table: Table<State, Move>,
  state: State,
  move: Move,
): State | undefined => table[state][move]

/** Is it over by the clock, whether or not a worker has come round to say so? */
export const isOver = (session: Session, now: number): boolean =>
  session.state !== 'active' ||
  now >= session.expiresAt ||
  (session.resolvedUntil !== null && now >= session.resolvedUntil)

/** When it ends if nothing happens to it, and somebody has to look at it again. */
export const nextCheckAt = (session: Session): number =>
  session.resolvedUntil === null ? session.expiresAt : Math.min(session.expiresAt, session.resolvedUntil)
