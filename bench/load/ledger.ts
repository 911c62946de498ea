/**
 * Who said what when, and what came of it: the judge of every run that delivers.
 *
 * A session's messages are posted one after another (the next after the answer to the one before), so the order of
 * acceptance is known. Each accepted message must reach the webhook once, in that order, and the `sequence` of the
 * deliveries, where there is one, must be 1, 2, 3 ... The n-th delivery of a session is timed against its n-th post.
 */
export interface Ledger {
  readonly posting: (sessionId: string, at: number) => void
  readonly accepted: (sessionId: string, requestId: string) => void
  /** The post was refused or broke off: nothing is owed for it. */
  readonly refused: (sessionId: string) => void
  /** @returns ms since the post of the message this answers by its place in the session */
  readonly delivered: (delivery: Delivery, at: number) => number | undefined
  /** Are all accepted messages of the session delivered, and none under way to be accepted? */
  readonly isSettled: (sessionId: string) => boolean
  readonly verdict: () => OrderVerdict
}

export interface Delivery {
  readonly sessionId: string
  readonly inReplyTo: string | undefined
  readonly sequence: number | undefined
}

export interface OrderVerdict {
  accepted: number
  delivered: number
  lost: number
  duplicates: number
  swapped: number
  gaps: number
}

interface Session {
  readonly postedAt: number[]
  readonly requestIds: string[]
  readonly repliedTo: string[]
  readonly seen: Set<string>
  underWay: number
}

/** @param sequences the last sequence of each session, kept over all runs that a session takes part in */
export const ledger = (sequences: Map<string, number>): Ledger => {
  const sessions = new Map<string, Session>()
  let duplicates = 0
  let gaps = 0

  const sessionOf = (sessionId: string): Session => {
    const known = sessions.get(sessionId)
    if (known !== undefined) return known
    const session: Session = {
      postedAt: [],
      requestIds: [],
      repliedTo: [],
      seen: new Set(),
      underWay: 0,
    }
    sessions.set(sessionId, session)
    return session
  }

  return {
    posting: (sessionId, at) => {
      const session = sessionOf(sessionId)
      session.postedAt.push(at)
      session.underWay += 1
    },
    accepted: (sessionId, requestId) => {
      const session = sessionOf(sessionId)
      session.requestIds.push(requestId)
      session.underWay -= 1
    },
    refused: (sessionId) => {
      const session = sessionOf(sessionId)
      session.postedAt.pop()
      session.underWay -= 1
    },
    delivered: ({ sessionId, inReplyTo, sequence }, at) => {
      const session = sessionOf(sessionId)
      if (sequence !== undefined) {
        const lastSequence = sequences.get(sessionId) ?? 0
        if (sequence > lastSequence + 1) gaps += 1
        sequences.set(sessionId, Math.max(lastSequence, sequence))
      }
      if (inReplyTo === undefined) return undefined
      if (session.seen.has(inReplyTo)) {
        duplicates += 1
        return undefined
      }
      session.seen.add(inReplyTo)
      const postedAt = session.postedAt[session.repliedTo.length]
      session.repliedTo.push(inReplyTo)
      return postedAt === undefined ? undefined : at - postedAt
    },
    isSettled: (sessionId) => {
      const session = sessionOf(sessionId)
      return session.underWay === 0 && session.repliedTo.length >= session.requestIds.length
    },
    verdict: () => {
      const sum: OrderVerdict = { accepted: 0, delivered: 0, lost: 0, duplicates, swapped: 0, gaps }
      for (const session of sessions.values()) {
        sum.accepted += session.requestIds.length
        sum.delivered += session.repliedTo.length
        sum.lost += session.requestIds.filter((requestId) => !session.seen.has(requestId)).length
        sum.swapped += swappedIn(session)
      }
      return sum
    },
  }
}

/** Deliveries that came after a later message's delivery had come. */
const swappedIn = (session: Session): number => {
  const places = new Map(session.requestIds.map((requestId, place) => [requestId, place]))
  let furthest = -1
  let swapped = 0
  for (const requestId of session.repliedTo) {
    const place = places.get(requestId) ?? -1
    if (place < furthest) swapped += 1
    furthest = Math.max(furthest, place)
  }
  return swapped
}
