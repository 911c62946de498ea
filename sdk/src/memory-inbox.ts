import type { InboxHead, InboxLease, InboxOutcome, InboxStore } from './inbox.ts'
import type { OrderedEvent } from './webhook-event.ts'

/**
 * An inbox for one process that may forget: what was acknowledged but not worked off is lost when it stops, and
 * after a restart a repeated event is not recognised. Remembers the last `finishedMax` events; refuses new ones
 * (the server then tries again later) while `unfinishedMax` wait.
 */
export const memoryInbox = ({ unfinishedMax = 10_000, finishedMax = 10_000 } = {}): InboxStore => {
  const sessions = new Map<string, Session>()
  const unfinished = new Map<string, Unfinished>()
  /** By age: a Map keeps the order of insertion. */
  const finished = new Map<string, Finished>()

  const add = (event: OrderedEvent, nowMs: number): boolean => {
    if (unfinished.has(event.event_id) || finished.get(event.event_id)?.outcome === 'done') return false
    if (unfinished.size >= unfinishedMax) throw new Error(`The inbox is full: ${unfinishedMax} events wait`)
    const entry = { event, receivedAtMs: nowMs }
    unfinished.set(event.event_id, entry)
    const session = sessions.get(event.session_id) ?? newSession()
    sessions.set(event.session_id, session)
    if (!finished.delete(event.event_id)) session.remembered += 1
    insertBySequence(session.waiting, entry)
    return true
  }

  const head = (sessionId: string): InboxHead | undefined => {
    const session = sessions.get(sessionId)
    const first = session?.waiting[0]
    if (!session || !first) return undefined
    return session.lastSequence === undefined ? first : { ...first, lastSequence: session.lastSequence }
  }

  const finish = (eventId: string, outcome: InboxOutcome): void => {
    const entry = unfinished.get(eventId)
    const session = entry && sessions.get(entry.event.session_id)
    if (!entry || !session) return
    unfinished.delete(eventId)
    session.waiting.splice(session.waiting.indexOf(entry), 1)
    session.lastSequence = Math.max(session.lastSequence ?? 0, entry.event.sequence)
    finished.set(eventId, { outcome, sessionId: entry.event.session_id })
    if (finished.size > finishedMax) forgetOldest()
  }

  const forgetOldest = (): void => {
    for (const [eventId, { sessionId }] of finished) {
      finished.delete(eventId)
      const session = sessions.get(sessionId)
      if (session) session.remembered -= 1
      if (session?.remembered === 0) sessions.delete(sessionId)
      return
    }
  }

  const lease = ({ sessionId, holder, nowMs, untilMs }: InboxLease): boolean => {
    const session = sessions.get(sessionId)
    if (!session) return false
    if (session.holder !== undefined && session.holder !== holder && session.leasedUntilMs > nowMs)
      return false
    session.holder = holder
    session.leasedUntilMs = untilMs
    return true
  }

  const release = (sessionId: string, holder: string): void => {
    const session = sessions.get(sessionId)
    if (session?.holder === holder) session.holder = undefined
  }

  const unfinishedSessions = (limit: number): readonly string[] => {
    const ids = new Set<string>()
    for (const { event } of unfinished.values()) {
      if (ids.size >= limit) break
      ids.add(event.session_id)
    }
    return [...ids]
  }

  return {
    add: async (event, nowMs) => add(event, nowMs),
    head: async (sessionId) => head(sessionId),
    finish: async (eventId, outcome) => finish(eventId, outcome),
    lease: async (input) => lease(input),
    release: async (sessionId, holder) => release(sessionId, holder),
    unfinishedSessions: async (limit) => unfinishedSessions(limit),
  }
}

interface Session {
  readonly waiting: Unfinished[]
  /** How many of its events are known here; with the last of them the session is forgotten. */
  remembered: number
  lastSequence: number | undefined
  holder: string | undefined
  leasedUntilMs: number
}

interface Unfinished {
  readonly event: OrderedEvent
  readonly receivedAtMs: number
}

interface Finished {
  readonly outcome: InboxOutcome
  readonly sessionId: string
}

const newSession = (): Session => ({
  waiting: [],
  remembered: 0,
  lastSequence: undefined,
  holder: undefined,
  leasedUntilMs: 0,
})

/** Nearly always at the end. */
const insertBySequence = (waiting: Unfinished[], entry: Unfinished): void => {
  let index = waiting.length
  while (index > 0 && (waiting[index - 1]?.event.sequence ?? 0) > entry.event.sequence) index -= 1
  waiting.splice(index, 0, entry)
}
