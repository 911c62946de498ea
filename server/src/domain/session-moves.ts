import type { Actor, EventPayload, HandoverWish, Member, SessionClosedReason } from './event.ts'
import { nameOf } from './message.ts'
import {
  afterMove,
  conversationMoves,
  type Human,
  ownerMoves,
  type Session,
  sessionMoves,
} from './session.ts'

/**
 * What people, the agent and the clock do to a session: each function takes the session as it is and gives it as
 * it is afterwards, with the events that tell of it, in order. A move that is not legal, or changes nothing, gives
 * the session back unchanged and no event: saying twice what is already so is harmless.
 */
export interface Moved {
  readonly session: Session
  readonly events: readonly EventPayload[]
}

const unmoved = (session: Session): Moved => ({ session, events: [] })

/** Any message or context change keeps the session alive for another session_timeout. */
export const touch = (session: Session, now: number, timeoutSeconds: number): Session => ({
  ...session,
  lastActivityAt: now,
  expiresAt: now + timeoutSeconds * 1000,
})

/** Something was said: if the agent has the word, it owes a turn. */
export const oweTurn = (session: Session): Session =>
  session.owner === 'bot' ? { ...session, lastTurn: session.lastTurn + 1 } : session

export const resolveConversation = (
  session: Session,
  move: {
    readonly by: Actor
    readonly reason?: string | undefined
    readonly now: number
    readonly keepAliveSeconds: number
  },
): Moved => {
  const conversation = afterMove(conversationMoves, session.conversation, 'resolve')
  if (conversation === undefined) return unmoved(session)
  const left = releaseOwner(session)
  return {
    session: {
      ...left.session,
      conversation,
      resolvedAt: move.now,
      resolvedUntil: move.now + move.keepAliveSeconds * 1000,
    },
    events: [
      ...left.events,
      {
        event_type: 'conversation:closed',
        by: move.by,
        ...(move.reason === undefined ? {} : { reason: move.reason }),
      },
    ],
  }
}

export const reopenConversation = (session: Session, by: Actor): Moved => {
  const conversation = afterMove(conversationMoves, session.conversation, 'reopen')
  if (conversation === undefined) return unmoved(session)
  return {
    session: { ...session, conversation, resolvedAt: null, resolvedUntil: null },
    events: [{ event_type: 'conversation:reopened', by }],
  }
}

/**
 * The agent (or an API call) asks for a person: from now on the agent is silent. Asked again while nobody has come, it
 * changes whom is asked for and why; nobody leaves or comes by that, so there is nothing to tell.
 */
export const awaitHuman = (session: Session, wish: HandoverWish = {}): Moved => {
  if (session.owner === 'waiting') return { session: askOtherwise(session, wish), events: [] }
  const owner = afterMove(ownerMoves, session.owner, 'await')
  if (owner === undefined) return unmoved(session)
  return {
    session: askOtherwise({ ...silenced(session), owner, human: null }, wish),
    events: leaves(session, wish),
  }
}

/** What was said so far is the business of whoever has the word next, even if the agent should get it back meanwhile. */
const silenced = (session: Session): Session => ({ ...session, silencedTurn: session.lastTurn })

/** What is not said stays. */
const askOtherwise = (session: Session, wish: HandoverWish): Session => {
  const handover = { ...session.handover, ...wish }
  const isSame =
    handover.department === session.handover?.department && handover.reason === session.handover?.reason
  return isSame ? session : { ...session, handover }
}

/** A person takes the conversation, from the agent, from the queue or from another person. */
export const takeOver = (session: Session, human: Human): Moved => {
  if (
    session.owner === 'human' &&
    session.human?.agent_id === human.agent_id &&
    session.human.desk === human.desk
  )
    return { session: { ...session, human }, events: [] }
  const owner = afterMove(ownerMoves, session.owner, 'take')
  if (owner === undefined) return unmoved(session)
  return {
    session: { ...silenced(session), owner, human },
    events: [...leaves(session), { event_type: 'conversation:member_join', member: humanMember(human) }],
  }
}

/** The person gives it back. Without an agent there is nobody to give it to: it waits. */
export const handBack = (session: Session): Moved => {
  if (session.agent === null) {
    if (session.owner !== 'human') return unmoved(session)
    return { session: { ...session, owner: 'waiting', human: null, handover: null }, events: leaves(session) }
  }
  const owner = afterMove(ownerMoves, session.owner, 'hand-back')
  if (owner === undefined) return unmoved(session)
  return {
    session: { ...session, owner, human: null, handover: null },
    events: [
      ...leaves(session),
      { event_type: 'conversation:member_join', member: brainMember(session.agent) },
    ],
  }
}

/** @param note the caller's own words */
export const closeSession = (session: Session, reason: SessionClosedReason, note?: string): Moved => {
  const state = afterMove(sessionMoves, session.state, 'close')
  if (state === undefined) return unmoved(session)
  const closed = { event_type: 'session:closed', reason } as const
  return { session: { ...session, state }, events: [note === undefined ? closed : { ...closed, note }] }
}

export const expireSession = (session: Session): Moved => {
  const state = afterMove(sessionMoves, session.state, 'expire')
  if (state === undefined) return unmoved(session)
  return {
    session: { ...session, state },
    events: [{ event_type: 'session:expired', expired_at: session.expiresAt }],
  }
}

/** What the clock alone does: an idle session expires, a resolved one closes when its keep_alive has passed. */
export const passTime = (session: Session, now: number): Moved => {
  if (
    session.resolvedUntil !== null &&
    now >= session.resolvedUntil &&
    session.resolvedUntil <= session.expiresAt
  )
    return closeSession(session, 'resolved')
  if (now >= session.expiresAt) return expireSession(session)
  return unmoved(session)
}

/** A resolved conversation is the agent's again, if there is one: it answers should the user write once more. */
const releaseOwner = (session: Session): Moved =>
  session.owner === 'bot' ? unmoved(session) : handBack(session)

const leaves = (session: Session, wish: HandoverWish = {}): readonly EventPayload[] => {
  const member = currentMember(session)
  return member === null ? [] : [{ event_type: 'conversation:member_leave', member, ...wish }]
}

const currentMember = (session: Session): Member | null => {
  if (session.owner === 'human') return session.human === null ? null : humanMember(session.human)
  if (session.owner === 'bot') return session.agent === null ? null : brainMember(session.agent)
  return null
}

const humanMember = (human: Human): Member => ({
  type: 'agent',
  id: human.agent_id,
  name: nameOf(human),
})

const brainMember = (agent: NonNullable<Session['agent']>): Member => ({
  type: 'brain',
  id: agent.agentId,
  name: agent.name,
})
