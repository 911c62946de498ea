import pg from 'pg'
import { processLockClass } from './processes.ts'
import type { Committed } from './session-change.ts'
import { isStoreUnavailable } from './store-errors.ts'

/**
 * Who waits for what, woken after a commit: listeners of this process at once, other processes by a NOTIFY of its
 * own, outside the durable commit and coalesced (a pg_notify inside each transaction costs 80% of the commits).
 * A signal may be lost; whoever listens also polls once a second. A process that is alone tells nobody; one that comes
 * says so, and who looks after the dead (usecases/take-over.ts) sees when it is alone again.
 */
export interface WakeUps {
  readonly turnsDue: boolean
  readonly lanesDueOf: ReadonlySet<string>
  /** null = too many to name: look at all */
  readonly sessionsWithEvents: ReadonlySet<string> | null
}

export interface ComposeSignal {
  readonly sessionId: string
  readonly integrationId: string
  readonly body: string
}

type Listener<Value> = (value: Value) => void

const channel = 'dragoman'
const coalesceMs = 10
const reconnectMs = 1_000
/** PostgreSQL's limit on a payload is 8,000 bytes. */
const payloadBytesMax = 7_500
/** Leaves room for the ids. */
const composeBytesMax = 7_000
const idsNamedMax = 80
/** A connection that takes longer to answer is half open: the other side is gone, and nobody told us. */
const answerMsMaxDefault = 5_000
/** What more comes meanwhile is lost, which costs its listeners a second. */
const waitingMax = 1_000
/** Who comes, or comes back, is written down by its next look and found by ours (usecases/take-over.ts). */
const untilFoundMs = 5_000

export const createSignals = (options: {
  readonly url: string
  /** Held as an advisory lock for as long as this process lives. */
  readonly processKey: number
  readonly log: (line: string, fields?: object) => void
  readonly answerMsMax?: number
}) => {
  const wakers = new Set<Listener<WakeUps>>()
  const composers = new Set<Listener<ComposeSignal>>()
  let pending: { turnsDue: boolean; lanes: Set<string>; sessions: Set<string> } | null = null
  let client: pg.Client | null = null
  let closed = false
  /** One statement at a time on the connection. */
  let sent: Promise<void> = Promise.resolve()
  let waiting = 0
  let isAlone = false
  /** Of another process; ms of the monotonic clock. */
  let heardAt = Number.NEGATIVE_INFINITY
  let reconnectTimer: NodeJS.Timeout | undefined

  const emit = (wakeUps: WakeUps): void => {
    for (const listener of wakers) {
      try {
        listener(wakeUps)
      } catch (error) {
        // It is committed: a listener that fails must not make it look as if it were not.
        options.log('a listener failed at a wake-up', { error: String(error) })
      }
    }
  }

  /** Look at everything once. */
  const wakeAll = (): void => emit({ turnsDue: true, lanesDueOf: new Set(), sessionsWithEvents: null })

  const connect = async (): Promise<void> => {
    if (closed) return
    const next = new pg.Client({
      connectionString: options.url,
      application_name: 'dragoman signals',
      keepAlive: true,
      query_timeout: options.answerMsMax ?? answerMsMaxDefault,
      connectionTimeoutMillis: options.answerMsMax ?? answerMsMaxDefault,
    })
    next.on('error', (error) => lost(next, error))
    next.on('end', () => lost(next, undefined))
    next.on('notification', (message) => receive(message.payload ?? ''))
    try {
      await next.connect()
      await next.query(`listen ${channel}`)
      // Shared: if the server has not yet noticed that our last connection is gone, its lock must not shut us out.
      await next.query('select pg_advisory_lock_shared($1::int, $2::int)', [
        processLockClass,
        options.processKey,
      ])
      client = next
      send({ hello: true })
      // What was said while nobody listened.
      wakeAll()
    } catch (error) {
      lost(next, error)
    }
  }

  const lost = (which: pg.Client, error: unknown): void => {
    if (client === which) client = null
    which.removeAllListeners()
    which.on('error', () => undefined)
    void which.end().catch(() => undefined)
    if (closed) return
    options.log('the connection for signals broke', {
      error: error === undefined ? undefined : String(error),
    })
    clearTimeout(reconnectTimer)
    reconnectTimer = setTimeout(() => void connect(), reconnectMs)
  }

  const receive = (payload: string): void => {
    const message = parseMessage(payload)
    if (!message || message.from === options.processKey) return
    isAlone = false
    heardAt = performance.now()
    if (message.hello) return
    if (message.compose) for (const listener of composers) listener(message.compose)
    else
      emit({
        turnsDue: message.turns === true,
        lanesDueOf: new Set(message.lanes ?? []),
        sessionsWithEvents: message.sessions === undefined ? null : new Set(message.sessions),
      })
  }

  const send = (message: object): void => {
    const payload = JSON.stringify({ from: options.processKey, ...message })
    if (!client || waiting >= waitingMax || Buffer.byteLength(payload) > payloadBytesMax) return
    const through = client
    waiting += 1
    sent = sent.then(async () => {
      await notify(through, payload)
      waiting -= 1
    })
  }

  const notify = async (through: pg.Client, payload: string): Promise<void> => {
    // It broke while this one waited.
    if (client !== through) return
    try {
      await through.query({ name: 'notify', text: 'select pg_notify($1, $2)', values: [channel, payload] })
    } catch (error) {
      if (client === through && isStoreUnavailable(error)) lost(through, error)
    }
  }

  const flush = (): void => {
    const due = pending
    pending = null
    if (!due) return
    send({
      turns: due.turnsDue,
      lanes: [...due.lanes].slice(0, idsNamedMax),
      ...(due.sessions.size > idsNamedMax ? {} : { sessions: [...due.sessions] }),
    })
  }

  const committed = (what: Committed): void => {
    emit(what)
    if (isAlone) return
    if (!pending) {
      pending = { turnsDue: false, lanes: new Set(), sessions: new Set() }
      setTimeout(flush, coalesceMs)
    }
    pending.turnsDue ||= what.turnsDue
    for (const id of what.lanesDueOf) pending.lanes.add(id)
    for (const id of what.sessionsWithEvents) pending.sessions.add(id)
  }

  const composed = (compose: ComposeSignal): void => {
    for (const listener of composers) listener(compose)
    if (!isAlone) send({ compose: { ...compose, body: fittingBody(compose.body) } })
  }

  return {
    connect,
    committed,
    composed,
    wakeAll,
    /**
     * Nobody else is alive, as far as anybody can see. It says hello all the same: on a connection that broke without a
     * word nothing else would be sent, and who comes would take a process without its lock for dead.
     */
    setAlone: (claim: boolean): void => {
      isAlone = claim && performance.now() - heardAt > untilFoundMs
      if (claim) send({ hello: true })
    },
    isAlone: (): boolean => isAlone,
    onWakeUp: subscribe(wakers),
    onCompose: subscribe(composers),
    close: async (): Promise<void> => {
      closed = true
      clearTimeout(reconnectTimer)
      await client?.end().catch(() => undefined)
    },
  }
}

/** The context, which every event may do without, is what can be too large for a notification. */
const fittingBody = (body: string): string => {
  if (Buffer.byteLength(JSON.stringify(body)) <= composeBytesMax) return body
  const { context: _, ...rest } = JSON.parse(body) as Record<string, unknown>
  return JSON.stringify(rest)
}

const subscribe =
  <Value>(listeners: Set<Listener<Value>>) =>
  (listener: Listener<Value>): (() => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

interface Message {
  readonly from?: number
  /** It has come. */
  readonly hello?: boolean
  readonly turns?: boolean
  readonly lanes?: readonly string[]
  readonly sessions?: readonly string[]
  readonly compose?: ComposeSignal
}

const parseMessage = (payload: string): Message | null => {
  try {
    return JSON.parse(payload) as Message
  } catch {
    return null
  }
}

export type Signals = ReturnType<typeof createSignals>
