import type { SessionAtRest, SessionCell } from './session-cell.ts'
import { parseObject } from './session-row.ts'

/**
 * Sessions as this process last left them. Who finds one here may decide without reading it first; that nobody has
 * changed it meanwhile is checked by the transaction that writes (session-cell.ts), so what is remembered may be
 * wrong, but nothing wrong is written.
 *
 * 1. A session is in one hand only: while a batch has it, the next one reads it.
 * 2. It is worth its while only for a process that is alone. Where several share the sessions, most of what each
 *    remembers is out of date.
 */
export const createSessionMemory = (isAlone: () => boolean) => {
  const known = new Map<string, Kept>()
  let length = 0
  const hands = new Map<string, number>()
  /** Of the database's clock before our monotonic one, ms. */
  let clockAheadMs: number | undefined

  const keep = (id: string, kept: Kept): void => {
    drop(id)
    if (kept.length > sessionLengthMax) return
    known.set(id, kept)
    length += kept.length
    for (const oldest of known.keys()) {
      if (length <= lengthMax && known.size <= sessionsMax) break
      drop(oldest)
    }
  }

  const drop = (id: string): SessionAtRest | undefined => {
    const kept = known.get(id)
    known.delete(id)
    length -= kept?.length ?? 0
    return kept?.state
  }

  return {
    /** Into the caller's hand, with the time. Null when not all of them are remembered; then they have to be read. */
    take: (sessionIds: readonly string[]): Remembered | null => {
      const states = new Map<string, SessionAtRest>()
      for (const id of sessionIds) {
        const state = drop(id)
        const held = hands.get(id) ?? 0
        if (state && held === 0) states.set(id, state)
        hands.set(id, held + 1)
      }
      if (clockAheadMs === undefined || states.size < sessionIds.length || !isAlone()) return null
      return { states, now: Math.floor(performance.now() + clockAheadMs) }
    },

    /** Out of it, as they are now; undefined = who knows. */
    giveBack: (sessionIds: readonly string[], left: LeftBehind | undefined): void => {
      for (const id of sessionIds) {
        const held = (hands.get(id) ?? 1) - 1
        if (held > 0) hands.set(id, held)
        else hands.delete(id)
        const cell = left?.cells.get(id)
        if (left && cell && held === 0 && isPlain(cell) && isAlone()) keep(id, keptOf(cell, left.version))
      }
    },

    /** Just opened: nobody can have it in hand yet. */
    remember: (opened: readonly SessionAtRest[]): void => {
      if (!isAlone()) return
      for (const state of opened)
        if (isPlain(state)) keep(state.session.sessionId, asRead(state, { context: true, dialog: true }))
    },

    /** The database's clock, as an answer has just told it. */
    hearClock: (databaseNow: number): void => {
      clockAheadMs = databaseNow - performance.now()
    },

    /** The same, told before a commit, which may have taken long. It has been found right; so it is late at most. */
    hearLateClock: (databaseNow: number): void => {
      clockAheadMs = Math.max(clockAheadMs ?? -Infinity, databaseNow - performance.now())
    },

    forget: (): void => {
      known.clear()
      length = 0
    },
  }
}

export interface Remembered {
  readonly states: ReadonlyMap<string, SessionAtRest>
  /** ms, by the database's clock */
  readonly now: number
}

/** What a batch made of its sessions. */
export interface LeftBehind {
  readonly cells: ReadonlyMap<string, SessionCell>
  /** `xmin` of the rows that it wrote. */
  readonly version: string
}

export type SessionMemory = ReturnType<typeof createSessionMemory>

/** A session as a rule has some hundred characters of JSON. In memory it takes several times as much. */
const sessionsMax = 10_000
const sessionLengthMax = 8 * 1024
const lengthMax = 8 * 1024 * 1024

interface Kept {
  readonly state: SessionAtRest
  /** Characters of its JSON. */
  readonly length: number
}

/** In the agent's hands; what is written of people is left to the database to give back. */
const isPlain = ({ session }: Pick<SessionCell, 'session'>): boolean =>
  session.human === null && session.handover === null

/** Just as it would be read again: what has no place in JSON is gone. */
const asRead = (
  state: SessionAtRest,
  changed: { readonly context: boolean; readonly dialog: boolean },
): Kept => {
  const context = JSON.stringify(state.session.context)
  const dialogState = JSON.stringify(state.dialogState)
  return {
    state: {
      ...state,
      session: changed.context ? { ...state.session, context: parseObject(context) } : state.session,
      dialogState: changed.dialog ? parseObject(dialogState) : state.dialogState,
    },
    length: context.length + dialogState.length,
  }
}

const keptOf = (cell: SessionCell, version: string): Kept =>
  asRead(
    {
      session: { ...cell.session, lastTurn: cell.lastTurn },
      dialogState: cell.dialogState,
      lastPosition: cell.lastPosition,
      lastTurn: cell.lastTurn,
      lastSequence: cell.lastSequence,
      checkAt: cell.checkAt,
      version: cell.changed ? version : cell.version,
    },
    { context: cell.contextChanged, dialog: cell.dialogChanged },
  )
