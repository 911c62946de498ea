import type { OrderedEvent } from './webhook-event.ts'

/**
 * Where a receiver keeps what it has acknowledged until your handlers are through with it, and by which it knows
 * what came before. Survives a restart if the store does. Times are milliseconds since 1970 UTC.
 */
export interface InboxStore {
  /**
   * Keeps the event before it is acknowledged. False when it is known already; one that failed is taken up again,
   * so that a replay mends it.
   */
  add(event: OrderedEvent, nowMs: number): Promise<boolean>
  /** The session's unfinished event with the lowest sequence. */
  head(sessionId: string): Promise<InboxHead | undefined>
  finish(eventId: string, outcome: InboxOutcome, nowMs: number): Promise<void>
  /** Lets one holder at a time work on a session. True again for the same holder, which renews. */
  lease(lease: InboxLease): Promise<boolean>
  release(sessionId: string, holder: string): Promise<void>
  /** Sessions that something is left to do for, the longest waiting first. */
  unfinishedSessions(limit: number): Promise<readonly string[]>
}

export interface InboxHead {
  readonly event: OrderedEvent
  readonly receivedAtMs: number
  /** The highest sequence among the session's finished events. */
  readonly lastSequence?: number
}

/** `failed`: every attempt of a handler threw; the session goes on without it. */
export type InboxOutcome = 'done' | 'failed'

export interface InboxLease {
  readonly sessionId: string
  readonly holder: string
  readonly nowMs: number
  readonly untilMs: number
}
