import type { Hmac } from './hmac.ts'
import type { InboxStore } from './inbox.ts'
import { memoryInbox } from './memory-inbox.ts'
import { backoffMs, pause } from './pause.ts'
import type { RequestHeaders } from './request-headers.ts'
import { secretList } from './signing-keys.ts'
import { verify, WebhookVerificationError } from './verify.ts'
import { wakeableWaits } from './wakeable-waits.ts'
import {
  type EventOf,
  type EventType,
  isEventOf,
  isOrderedEvent,
  type OrderedEvent,
  type WebhookEvent,
} from './webhook-event.ts'
import { type RunOutcome, type Turn, workOff } from './work-off.ts'

/**
 * The receiving end of a webhook. A request is verified, kept in the inbox and acknowledged; your handlers run
 * after the answer. Each event reaches them once, and a session's events one after the other in order (how, and
 * what happens to gaps: work-off.ts). "Once" holds unless the process dies between a handler's end and the note
 * of it; then that one event runs again, so let a handler's outside effects bear repetition.
 *
 * What has no sequence (`message:compose`: ephemeral, sent once) skips the inbox and runs at once.
 */
export const createReceiver = (options: ReceiverOptions): Receiver => {
  const settings = withDefaults(options)
  const handlers: EventHandler<WebhookEvent>[] = []
  const running = new Set<Promise<void>>()

  const report: ReceiverOptions['onError'] = (error, where) => {
    try {
      settings.onError(error, where)
    } catch {
      // Nobody is left to tell; background work must not end the process.
    }
  }

  /** After the answer: on a later turn of the event loop, so that not even a handler that blocks holds it up. */
  const inBackground = (work: () => Promise<unknown>): Promise<void> => {
    const tracked = pause(0)
      .then(work)
      .catch((error: unknown) => report(error, { stage: 'inbox' }))
      .then(() => {
        running.delete(tracked)
      })
    running.add(tracked)
    return tracked
  }

  const workOffDeps = {
    ...settings,
    gaps: wakeableWaits(),
    run: (event: OrderedEvent, turn: Turn) => runHandlers({ ...settings, handlers, report }, event, turn),
  }

  const accepted = async (event: WebhookEvent): Promise<Receipt> => {
    if (!isOrderedEvent(event)) {
      const once = { isLate: false, beforeAttempt: async () => true }
      return acknowledged(inBackground(() => runHandlers({ ...settings, handlers, report }, event, once)))
    }
    await settings.store.add(event, settings.now())
    return acknowledged(inBackground(() => workOff(workOffDeps, event.session_id)))
  }

  const receiver: Receiver = {
    on: (type, handler) =>
      receiver.onAny((event, context) => (isEventOf(event, type) ? handler(event, context) : undefined)),
    onAny: (handler) => {
      handlers.push(handler)
      return receiver
    },
    receive: async ({ body, headers }) => {
      try {
        return await accepted(await verify(body, headers, settings.secret, settings))
      } catch (error) {
        const isRefused = error instanceof WebhookVerificationError
        report(error, { stage: isRefused ? 'verify' : 'inbox' })
        return isRefused ? refused(error) : unavailable
      }
    },
    resume: async () => {
      const sessionIds = await settings.store.unfinishedSessions(resumedSessionsMax)
      for (const sessionId of sessionIds) inBackground(() => workOff(workOffDeps, sessionId))
    },
    idle: async () => {
      while (running.size > 0) await Promise.all(running)
    },
  }
  return receiver
}

export interface Receiver {
  /** Handlers run in the order they were added; one that succeeded is not run again when a later one is retried. */
  on<Type extends EventType>(type: Type, handler: EventHandler<EventOf<Type>>): Receiver
  /** Every event, also of types that this version does not know. */
  onAny(handler: EventHandler<WebhookEvent>): Receiver
  /** Never rejects. Answer with `status` and `body` at once; the adapters do it for you. */
  receive(request: WebhookRequest): Promise<Receipt>
  /** Takes up what an earlier process left. Call it at start, and each minute if several share one inbox. */
  resume(): Promise<void>
  /** Settles when no work is left in the background: wait for it before you stop. */
  idle(): Promise<void>
}

export type EventHandler<Event> = (event: Event, context: HandlerContext) => unknown

export interface HandlerContext {
  /** 1, 2, 3 ... */
  readonly attempt: number
  /** A later event of the session was handled before this one: the server had given it up and replayed it. */
  readonly isLate: boolean
}

export interface WebhookRequest {
  /** As it came, byte for byte. */
  readonly body: string | Uint8Array
  readonly headers: RequestHeaders
}

export interface Receipt {
  readonly status: number
  /** JSON. */
  readonly body: string
  /** The work that goes on after the answer. Never rejects. */
  readonly work: Promise<void>
}

export interface ReceiverOptions {
  /** Several while a secret is rotated. */
  readonly secret: string | readonly string[]
  /**
   * What went wrong, so that nothing is lost silently. `verify`: a request was refused. `inbox`: the store failed;
   * the server tries again. `handler`: an event failed for good, after its last attempt.
   */
  readonly onError: (
    error: unknown,
    where: { stage: 'verify' | 'inbox' | 'handler'; event?: WebhookEvent },
  ) => void
  /** memoryInbox() unless told. */
  readonly store?: InboxStore
  readonly toleranceSeconds?: number
  /** How often a handler is tried. */
  readonly attemptsMax?: number
  /** Before the second attempt; doubles up to 10 s. */
  readonly retryDelayMs?: number
  /** How long a missing event is waited for. */
  readonly gapWaitMs?: number
  /** How long one process may work on a session without a sign of life: twice what your slowest handler takes. */
  readonly leaseMs?: number
  readonly now?: () => number
  readonly hmac?: Hmac
}

const retryDelayMaxMs = 10_000
const resumedSessionsMax = 1_000

const withDefaults = (options: ReceiverOptions) => {
  const { store = memoryInbox(), now = Date.now } = options
  const { attemptsMax = 5, retryDelayMs = 250, gapWaitMs = 1_000, leaseMs = 120_000 } = options
  const secret = secretList(options.secret)
  return { ...options, secret, store, now, attemptsMax, retryDelayMs, gapWaitMs, leaseMs }
}

interface RunDeps {
  readonly handlers: readonly EventHandler<WebhookEvent>[]
  readonly attemptsMax: number
  readonly retryDelayMs: number
  readonly report: ReceiverOptions['onError']
}

const runHandlers = async (deps: RunDeps, event: WebhookEvent, turn: Turn): Promise<RunOutcome> => {
  let succeeded = 0
  for (let attempt = 1; ; attempt++) {
    if (!(await turn.beforeAttempt())) return 'stopped'
    try {
      for (const handler of deps.handlers.slice(succeeded)) {
        await handler(event, { attempt, isLate: turn.isLate })
        succeeded += 1
      }
      return 'done'
    } catch (error) {
      if (attempt >= deps.attemptsMax) {
        deps.report(error, { stage: 'handler', event })
        return 'failed'
      }
    }
    await pause(backoffMs(deps.retryDelayMs, attempt, retryDelayMaxMs))
  }
}

const acknowledged = (work: Promise<void>): Receipt => ({ status: 200, body: '{"received":true}', work })

const refused = ({ reason, message }: WebhookVerificationError): Receipt => ({
  status: reason === 'not-an-event' ? 400 : 401,
  body: JSON.stringify({ error_code: reason, error_message: message }),
  work: Promise.resolve(),
})

const unavailable: Receipt = {
  status: 503,
  body: '{"error_code":"unavailable","error_message":"The event could not be kept; try again"}',
  work: Promise.resolve(),
}
