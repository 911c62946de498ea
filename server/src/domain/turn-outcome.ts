import { mergeContext, withinLimits, withoutReadOnly } from './context.ts'
import type { EventPayload, HandoverWish } from './event.ts'
import type { JsonObject } from './json.ts'
import { limits } from './limits.ts'
import type { AgentResponse } from './message.ts'
import { isOver, type Session } from './session.ts'
import { awaitHuman, resolveConversation, touch } from './session-moves.ts'

/** What the agent wants to become of the session after its turn. */
export interface AgentWish {
  readonly responses: readonly AgentResponse[]
  readonly contextPatch?: JsonObject | undefined
  readonly effects: readonly (
    | { readonly type: 'handover'; readonly department?: string; readonly reason?: string }
    | { readonly type: 'close' }
    | { readonly type: 'tag'; readonly tag: string }
  )[]
}

export interface TurnOutcome {
  readonly session: Session
  /** What was said and what follows from it; `silent` when the agent had no longer the word. */
  readonly outcome: 'answered' | 'silent'
  readonly events: readonly EventPayload[]
  readonly responses: readonly AgentResponse[]
  readonly notes: readonly string[]
}

/**
 * The agent's wish onto the session as it is now. Exactly one speaker: if meanwhile a person took over, or it all
 * ended, the agent says nothing and changes nothing; nor if that person has given the word back by now, since what
 * the agent was asked has been dealt with.
 */
export const turnOutcome = (
  session: Session,
  wish: AgentWish,
  facts: {
    /** Its number. */
    readonly turn: number
    readonly messageId: string
    readonly inReplyTo: string | undefined
    readonly now: number
    readonly timeoutSeconds: number
    readonly keepAliveSeconds: number
    /** The user has written again meanwhile. */
    readonly hasLaterMessages?: boolean
  },
): TurnOutcome => {
  if (
    isOver(session, facts.now) ||
    session.owner !== 'bot' ||
    session.conversation !== 'open' ||
    facts.turn <= session.silencedTurn
  )
    return {
      session,
      outcome: 'silent',
      events: [],
      responses: [],
      notes: [lostWord],
    }
  const merged = withinLimits(mergeContext(session.context, patchOf(session, wish)))
  let moved = touch(
    merged.ok ? { ...session, context: merged.context } : session,
    facts.now,
    facts.timeoutSeconds,
  )
  if (!changesContext(wish)) moved = { ...moved, context: session.context }
  const events: EventPayload[] = said(wish.responses, facts)
  const notes = merged.ok ? [] : [`the agent's change of the context was dropped: ${merged.problem}`]
  for (const effect of wish.effects) {
    // What was accepted before is owed an answer, and a closed conversation would have none.
    if (effect.type === 'close' && facts.hasLaterMessages) {
      notes.push('the conversation stays open: the user has written again')
      continue
    }
    const after = applyEffect(moved, effect, facts)
    moved = after.session
    events.push(...after.events)
  }
  return {
    session: moved,
    outcome: 'answered',
    events,
    responses: wish.responses,
    notes,
  }
}

/** Why it was silent, for whoever reads the turn. */
export const lostWord = 'the agent no longer had the word'

const said = (
  responses: readonly AgentResponse[],
  facts: { readonly messageId: string; readonly inReplyTo: string | undefined },
): EventPayload[] =>
  responses.length === 0
    ? []
    : [
        {
          event_type: 'message:brain_send',
          output: { responses },
          message_id: facts.messageId,
          ...(facts.inReplyTo === undefined ? {} : { in_reply_to: facts.inReplyTo }),
        },
      ]

const changesContext = (wish: AgentWish): boolean =>
  (wish.contextPatch !== undefined && Object.keys(wish.contextPatch).length > 0) ||
  wish.effects.some((effect) => effect.type === 'tag')

/** The agent's patch without what is read-only to it, and with its tags added to those there are. */
const patchOf = (session: Session, wish: AgentWish): JsonObject => {
  const patch = withoutReadOnly(wish.contextPatch ?? {})
  const added = wish.effects.flatMap((effect) => (effect.type === 'tag' ? [effect.tag] : []))
  if (added.length === 0) return patch
  const before = Array.isArray(session.context['tags']) ? session.context['tags'] : []
  return { ...patch, tags: [...new Set([...before, ...added])] }
}

/** As much of it as the API takes from a caller. */
const wishOf = ({ department, reason }: HandoverWish): HandoverWish => ({
  ...(department === undefined ? {} : { department: department.slice(0, limits.departmentLengthMax) }),
  ...(reason === undefined ? {} : { reason: reason.slice(0, limits.reasonLengthMax) }),
})

const applyEffect = (
  session: Session,
  effect: AgentWish['effects'][number],
  facts: { readonly now: number; readonly keepAliveSeconds: number },
) => {
  switch (effect.type) {
    case 'handover':
      return awaitHuman(session, wishOf(effect))
    case 'close':
      return resolveConversation(session, {
        by: {
          type: 'brain',
          ...(session.agent ? { id: session.agent.agentId, name: session.agent.name } : {}),
        },
        now: facts.now,
        keepAliveSeconds: facts.keepAliveSeconds,
      })
    case 'tag':
      return { session, events: [] }
  }
}
