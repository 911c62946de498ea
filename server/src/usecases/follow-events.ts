import type { Deps, SessionCall } from '../deps.ts'
import { requireActive } from '../domain/calls.ts'
import { sessionNotFound } from '../domain/errors.ts'
import { listSessionEvents } from '../store/read-events.ts'
import { readSession } from '../store/read-sessions.ts'

export interface FollowedEvent {
  /** Absent on what is ephemeral. */
  readonly sequence?: number
  readonly eventType: string
  readonly body: string
}

export type EventFollower = (after: number, gone: AbortSignal) => AsyncGenerator<FollowedEvent>

/**
 * A second reader of a session's events: what is stored first, then what comes, woken by commits and by a poll.
 * Ends after the session's last event, or when the reader is gone.
 */
export const followEvents = async (
  deps: Pick<Deps, 'db' | 'signals'>,
  call: SessionCall,
): Promise<EventFollower> => {
  const found = await readSession(deps.db, call.settings.integrationId, call.sessionId)
  if (!found) throw sessionNotFound()
  requireActive(found.session, found.now)
  return (after, gone) => follow(deps, call.sessionId, after, gone)
}

const pollMs = 1_000
/** What a reader that sleeps keeps in our memory; one event may have 70 KB. */
const eventsPerReadMax = 20
const composesWaitingMax = 20

async function* follow(
  deps: Pick<Deps, 'db' | 'signals'>,
  sessionId: string,
  after: number,
  gone: AbortSignal,
): AsyncGenerator<FollowedEvent> {
  const bell = createBell(gone)
  const composes: string[] = []
  const unsubscribe = [
    deps.signals.onWakeUp(({ sessionsWithEvents }) => {
      if (sessionsWithEvents === null || sessionsWithEvents.has(sessionId)) bell.ring()
    }),
    deps.signals.onCompose((compose) => {
      if (compose.sessionId !== sessionId || composes.length >= composesWaitingMax) return
      composes.push(compose.body)
      bell.ring()
    }),
  ]
  try {
    let last = after
    while (!gone.aborted) {
      const events = await listSessionEvents(deps.db, { sessionId, after: last, limit: eventsPerReadMax })
      for (const event of events) {
        last = event.sequence
        yield event
        if (event.eventType === 'session:closed' || event.eventType === 'session:expired') return
      }
      for (const body of composes.splice(0)) yield { eventType: 'message:compose', body }
      if (events.length < eventsPerReadMax) await bell.rung(pollMs)
    }
  } finally {
    for (const stop of unsubscribe) stop()
  }
}

/** Rung at any time, heard once: a ring between two waits is not lost. */
const createBell = (gone: AbortSignal) => {
  let rang = false
  let wake: (() => void) | undefined
  const ring = (): void => {
    rang = true
    wake?.()
  }
  gone.addEventListener('abort', ring)
  return {
    ring,
    rung: async (withinMs: number): Promise<void> => {
      if (!rang)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, withinMs)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      rang = false
      wake = undefined
    },
  }
}
