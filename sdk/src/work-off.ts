import type { InboxHead, InboxStore } from './inbox.ts'
import type { WakeableWaits } from './wakeable-waits.ts'
import type { OrderedEvent } from './webhook-event.ts'

/**
 * Works off what the inbox holds for one session, in order.
 *
 * The server delivers a session strictly by sequence: event n+1 leaves only when n was acknowledged, given up
 * or skipped. So what is missing here was given up there, or is still on its way through a queue of yours.
 *
 * 1. One at a time in a session: whoever works holds its lease, across processes too.
 * 2. The lowest unfinished sequence goes next. It runs at once if it is the first one ever seen of the session,
 *    follows the highest finished one, or is lower (a replay of what was given up: `isLate`).
 * 3. A gap is waited for, but only until `gapWaitMs` after the event behind it arrived; whatever arrives in the
 *    session meanwhile ends the wait for a new look.
 * 4. Nothing is left lying: an event is added before its lease is tried for, and who releases a lease looks once
 *    more. A process that died while it held one is made good by `receiver.resume()`.
 * 5. A handler that throws is tried again; the session waits meanwhile. After `attemptsMax` the event is failed
 *    and the next one follows.
 */
export const workOff = async (deps: WorkOffDeps, sessionId: string): Promise<void> => {
  const lease = leaseOn(deps, sessionId)
  deps.gaps.wake(sessionId)
  while (await lease.take()) {
    const gapMs = await workUntilGap(deps, sessionId, lease)
    const gapEnded = gapMs > 0 ? deps.gaps.wait(sessionId, gapMs) : undefined
    const head = await deps.store.head(sessionId)
    if (!head || gapWait(deps, head) <= 0) deps.gaps.wake(sessionId)
    if (!head) return
    await gapEnded
  }
}

export interface WorkOffDeps {
  readonly store: InboxStore
  readonly gaps: WakeableWaits
  readonly now: () => number
  readonly leaseMs: number
  readonly gapWaitMs: number
  /** Runs the handlers for one attempt after another until all are through; `beforeAttempt` false stops it. */
  readonly run: (event: OrderedEvent, turn: Turn) => Promise<RunOutcome>
}

export interface Turn {
  readonly isLate: boolean
  readonly beforeAttempt: () => Promise<boolean>
}

/** `stopped`: the lease was lost, somebody else has the event. */
export type RunOutcome = 'done' | 'failed' | 'stopped'

interface Lease {
  readonly take: () => Promise<boolean>
  /** True while at least half of it is left, taking it again if need be. */
  readonly keep: () => Promise<boolean>
  readonly release: () => Promise<void>
}

const leaseOn = ({ store, now, leaseMs }: WorkOffDeps, sessionId: string): Lease => {
  const holder = crypto.randomUUID()
  let untilMs = 0
  const take = (): Promise<boolean> => {
    const nowMs = now()
    untilMs = nowMs + leaseMs
    return store.lease({ sessionId, holder, nowMs, untilMs })
  }
  return {
    take,
    keep: async () => untilMs - now() > leaseMs / 2 || take(),
    release: () => store.release(sessionId, holder),
  }
}

/** How long to wait for what is missing; 0 when there is nothing more to do. */
const workUntilGap = async (deps: WorkOffDeps, sessionId: string, lease: Lease): Promise<number> => {
  try {
    for (;;) {
      const head = await deps.store.head(sessionId)
      if (!head) return 0
      const gapMs = gapWait(deps, head)
      if (gapMs > 0) return gapMs
      const outcome = await deps.run(head.event, {
        isLate: head.lastSequence !== undefined && head.event.sequence <= head.lastSequence,
        beforeAttempt: lease.keep,
      })
      if (outcome === 'stopped') return 0
      await deps.store.finish(head.event.event_id, outcome, deps.now())
    }
  } finally {
    await lease.release()
  }
}

const gapWait = ({ now, gapWaitMs }: WorkOffDeps, head: InboxHead): number => {
  if (head.lastSequence === undefined || head.event.sequence <= head.lastSequence + 1) return 0
  return head.receivedAtMs + gapWaitMs - now()
}
