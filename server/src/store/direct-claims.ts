import type { Session } from '../domain/session.ts'
import { voidClaim } from './claim-or-void.ts'
import type { Db } from './db.ts'
import type { ClaimedDelivery } from './delivery-lanes.ts'
import type { SessionCell } from './session-cell.ts'
import type { ClaimedTurn } from './turn-lanes.ts'
import type { DueLane, EventWrite, LaneKind, LaneRow, TurnWrite } from './writes.ts'

/**
 * What a commit makes due is claimed by that very commit, when somebody in this process has room for it. It saves the
 * round trip of a claim, a version of the lane's row and an entry of its index; all that a claim would read is at hand.
 *
 * 1. Room is reserved before the statement is sent. Each reservation is redeemed by `take` or let go, whatever becomes
 *    of the transaction.
 * 2. Which lanes are held the database says: those that had nothing to do and, of events, those whose endpoint's
 *    circuit is closed. Fence and lease are those of any claim, and so is what a death leaves behind.
 * 3. When the commit stands but its rows were lost with the connection, or nobody knows whether it stands, the claim is
 *    made void: its lanes are due again, for whoever looks.
 */
export interface Taker<Work> {
  /** Keeps room for one more of this integration; false when there is none, or when older work of it waits. */
  reserve(integrationId: string): boolean
  letGo(integrationId: string): void
  /** Comes into the room that was reserved. */
  take(work: Work, claim: DirectClaim): void
}

export interface DeliveryTaker extends Taker<ClaimedDelivery> {
  /** Whatever comes for this integration waits: its webhook hangs, or nothing is sent to it. */
  isStuck(integrationId: string): boolean
}

export interface DirectClaim {
  readonly claimId: string
  /** ms of the monotonic clock */
  readonly leaseEndsAt: number
}

/** Those who work in this process; null until its workers start, and where it has no such role. */
export interface Takers {
  turns: Taker<ClaimedTurn> | null
  deliveries: DeliveryTaker | null
}

export interface DirectClaimsDeps {
  readonly db: Db
  readonly takers: Takers
  readonly newClaimId: () => string
  readonly leaseMs: Readonly<Record<LaneKind, number>>
}

export type DirectClaims = ReturnType<typeof directClaims>

/** Of one transaction. */
export const directClaims = (deps: DirectClaimsDeps) => {
  const claimId = deps.newClaimId()
  const startedAt = performance.now()
  const { turns, deliveries } = deps.takers
  const offeredTurns = new Map<string, DueLane<TurnWrite>>()
  const offeredEvents = new Map<string, DueLane<EventWrite>>()

  const claimOf = (kind: LaneKind): DirectClaim => ({ claimId, leaseEndsAt: startedAt + deps.leaseMs[kind] })

  const letGo = (): void => {
    for (const { integrationId } of offeredTurns.values()) turns?.letGo(integrationId)
    for (const { integrationId } of offeredEvents.values()) deliveries?.letGo(integrationId)
    offeredTurns.clear()
    offeredEvents.clear()
  }

  return {
    claimId,
    leaseSeconds: { turns: deps.leaseMs.turns / 1000, deliveries: deps.leaseMs.deliveries / 1000 },

    offerTurn: (lane: DueLane<TurnWrite>): boolean => {
      const isOffered = turns?.reserve(lane.integrationId) ?? false
      if (isOffered) offeredTurns.set(lane.sessionId, lane)
      return isOffered
    },

    offerEvent: (lane: DueLane<EventWrite>): boolean => {
      const isOffered = deliveries?.reserve(lane.integrationId) ?? false
      if (isOffered) offeredEvents.set(lane.sessionId, lane)
      return isOffered
    },

    /** Committed: what is held is worked on from here. */
    redeem: (rows: readonly LaneRow[], cells: ReadonlyMap<string, SessionCell>): void => {
      for (const { kind, sessionId, held } of rows) {
        if (!held) continue
        const cell = cells.get(sessionId)
        const turn = kind === 'turns' ? offeredTurns.get(sessionId) : undefined
        const event = kind === 'deliveries' ? offeredEvents.get(sessionId) : undefined
        if (turn && cell) {
          offeredTurns.delete(sessionId)
          turns?.take(turnOf(turn, cell), claimOf('turns'))
        } else if (event) {
          offeredEvents.delete(sessionId)
          deliveries?.take(deliveryOf(event), claimOf('deliveries'))
        }
      }
      letGo()
    },

    letGo,

    /** Nobody knows what is held. */
    makeVoid: (): void => {
      if (offeredTurns.size > 0)
        voidClaim(deps.db, { of: 'turn_lanes', claimId, leaseMs: deps.leaseMs.turns })
      if (offeredEvents.size > 0)
        voidClaim(deps.db, { of: 'lanes', claimId, leaseMs: deps.leaseMs.deliveries })
      letGo()
    },
  }
}

const turnOf = ({ first }: DueLane<TurnWrite>, { session, dialogState, now }: SessionCell): ClaimedTurn => ({
  sessionId: session.sessionId,
  integrationId: session.integrationId,
  turn: first.turn,
  attempts: 1,
  kind: first.kind,
  requestId: first.requestId,
  message: first.message,
  context: session.context,
  dialogState,
  hasWord: hasWord(session) && first.turn > session.silencedTurn,
  userMessageCount: session.userMessageCount,
  environmentId: session.environmentId,
  agentId: session.agent?.agentId ?? null,
  agentVersion: session.agent?.version ?? null,
  now,
  mayHaveMore: false,
})

const hasWord = ({ owner, conversation, state }: Session): boolean =>
  owner === 'bot' && conversation === 'open' && state === 'active'

const deliveryOf = ({ first }: DueLane<EventWrite>): ClaimedDelivery => ({
  sessionId: first.sessionId,
  integrationId: first.integrationId,
  sequence: first.sequence,
  attempts: 0,
  isReplay: false,
  dueInMs: 0,
  eventId: first.eventId,
  eventType: first.eventType,
  body: first.body,
})
