import type { Json } from '../domain/json.ts'
import { createBatcher } from './batch.ts'
import { decideAll, loadWhatIsNeeded, nothingLoaded } from './decide-batch.ts'
import { type DirectClaims, type DirectClaimsDeps, directClaims } from './direct-claims.ts'
import { keepAnswers, newAnswers } from './idempotency.ts'
import type { IntegrationSettings, Settings } from './integrations.ts'
import {
  cellOf,
  clockSlackMs,
  type Guarded,
  guardOf,
  isStale,
  lockSessions,
  type SessionCell,
} from './session-cell.ts'
import type { ChangeRequest, Committed } from './session-change.ts'
import type { LeftBehind, Remembered, SessionMemory } from './session-memory.ts'
import { plainArray } from './statement-parts.ts'
import { isStoreClash, isStoreUnavailable } from './store-errors.ts'
import { proofOf, writeChanges, writeStatement } from './write-changes.ts'
import type { LaneRow, Writes } from './writes.ts'

/**
 * Every change of a session goes through this door: API calls, finished turns, the clock.
 *
 * One batch is one transaction:
 *   1. lock the session rows, in the order of their ids (no deadlock);
 *   2. for each request, in order of arrival: ask its pure `decide` what the session becomes and what that entails;
 *   3. if events come about: the integrations' log locks, in order of id, held to the commit;
 *   4. write everything in one statement; commit durably. Steps 3 and 4 share one round trip. What falls due by it and
 *      finds room in this process is claimed by the same statement (direct-claims.ts).
 * Sessions that this process remembers (session-memory.ts) are decided on first; then all of it is one round trip, in
 * which step 1 also makes sure that they are as remembered. If not, the batch starts over and reads them.
 *
 * Invariants:
 *   - State and the events that tell of it commit together, so what a webhook hears is what happened.
 *   - A sequence number is taken under the session's lock and only for events the integration subscribes to, so a
 *     session's sequence has no gap, and a lane never shows n+1 before n.
 *   - Event log positions of one integration commit in their order: the advisory lock is released after the commit
 *     is visible. (A plain identity column would let a reader skip a late commit.)
 *   - A request that refuses changes nothing; the others of its batch are untouched by it.
 */
export interface ChangeSessionsDeps extends DirectClaimsDeps {
  readonly settings: Settings
  readonly newId: () => string
  readonly committed: (what: Committed) => void
  readonly memory: SessionMemory
  /** How long the end of a turn waits for others when its webhook is stuck. */
  readonly stuckLingerMs?: number
}

const batchItemsMax = 200
const enoughItems = 32
/** One at a time, as long as it gets on: on two cores a second one beside it makes both smaller and nothing faster. */
const lateAfterMs = 10
const callBatchesInFlightMax = 2
/** Of one integration they wait for each other at the log's lock. */
const turnBatchesInFlightMax = 2
/** Of a webhook that takes nothing: fewer and larger batches leave more of the machine to the others. */
const stuckLingerMsDefault = 50

/**
 * Finished turns, which nearly always tell of something, are batched apart from calls, which seldom do; and apart again
 * those of which nobody can be told now, because the webhook is stuck.
 */
export const createSessionChanger = (deps: ChangeSessionsDeps) => {
  const batcherOf = (inFlightMax: number, lingerMs = 0) =>
    createBatcher<ChangeRequest, Json>({
      run: (requests) => runBatch(deps, requests),
      itemsMax: batchItemsMax,
      inFlightMax,
      lateAfterMs,
      enoughItems,
      lingerMs,
      keyOf: (request) => request.sessionId,
      isFinal: isStoreUnavailable,
      isClash: isStoreClash,
    })
  const calls = batcherOf(callBatchesInFlightMax)
  const turns = batcherOf(turnBatchesInFlightMax)
  const stuckTurns = batcherOf(turnBatchesInFlightMax, deps.stuckLingerMs ?? stuckLingerMsDefault)
  const batcherFor = ({ turn, integrationId }: ChangeRequest) => {
    if (!turn) return calls
    return deps.takers.deliveries?.isStuck(integrationId) ? stuckTurns : turns
  }
  return <Answer extends Json>(request: ChangeRequest<Answer>): Promise<Answer> =>
    batcherFor(request).add(request) as Promise<Answer>
}

const runBatch = async (
  deps: ChangeSessionsDeps,
  requests: readonly ChangeRequest[],
): Promise<readonly (Json | Error)[]> => {
  const settings = await deps.settings.ofAll(requests.map((request) => request.integrationId))
  const sessionIds = [...new Set(requests.map((request) => request.sessionId))]
  const remembered = deps.memory.take(sessionIds)
  let done: Done | null = null
  try {
    if (remembered) done = await changeRemembered(deps, requests, settings, remembered)
    done ??= await changeRead(deps, requests, settings)
    return done.results
  } catch (error) {
    // Whatever server answers next, it may be another one.
    if (isStoreUnavailable(error)) deps.memory.forget()
    throw error
  } finally {
    deps.memory.giveBack(sessionIds, done?.left)
  }
}

type SettingsOf = ReadonlyMap<string, IntegrationSettings>

interface Done {
  readonly results: readonly (Json | Error)[]
  readonly left: LeftBehind | undefined
}

/** With the sessions read under their locks: two round trips. */
const changeRead = async (
  deps: ChangeSessionsDeps,
  requests: readonly ChangeRequest[],
  settings: SettingsOf,
): Promise<Done> => {
  const direct = directClaims(deps)
  try {
    const { results, writes, cells, laneRows, version } = await deps.db.transaction(
      async (tx) => {
        const cells = await lockSessions(tx, requests)
        const [first] = cells.values()
        if (first) deps.memory.hearClock(first.now)
        const loaded = await loadWhatIsNeeded(tx, requests)
        const { results, writes, answered } = decideAll(deps, requests, { cells, settings, loaded })
        await keepAnswers(tx, newAnswers(answered, loaded.answers))
        const logs = logsOf(writes)
        if (logs.length > 0) tx.later(lockLogsStatement, [plainArray(logs)])
        return { results, writes, cells, version: tx.version(), laneRows: writeChanges(tx, writes, direct) }
      },
      { certain: true },
    )
    tell(deps, writes, await redeem(direct, laneRows, cells))
    return { results, left: version === undefined ? undefined : { cells, version } }
  } catch (error) {
    if (isStoreUnavailable(error)) direct.makeVoid()
    else direct.letGo()
    throw error
  }
}

/**
 * With the sessions as this process remembers them: one round trip, which locks them, makes sure that they are so, and
 * writes. Null when nothing was written, because it has to be read first.
 */
const changeRemembered = async (
  deps: ChangeSessionsDeps,
  requests: readonly ChangeRequest[],
  settings: SettingsOf,
  remembered: Remembered,
): Promise<Done | null> => {
  const cells = cellsOf(requests, remembered)
  if (!cells) return null
  const { results, writes } = decideAll(deps, requests, { cells, settings, loaded: nothingLoaded })
  const proof = proofOf(writes)
  if (!proof) return null
  const direct = directClaims(deps)
  try {
    const written = writeStatement(writes, direct)
    if (!written || lengthOf(written.values) > atOnceLengthMax) {
      direct.letGo()
      return null
    }
    const logs = logsOf(writes)
    const rows = await deps.db.atOnce({
      before: [
        guardOf([...cells.values()], remembered.now),
        ...(logs.length === 0 ? [] : [{ statement: lockLogsAtOnceStatement, values: [plainArray(logs)] }]),
      ],
      last: written,
      proof,
    })
    // Null: it stands, as was learned from the server; its rows went down with the connection.
    const laneRows = rows && (rows.at(-1) as readonly LaneRow[])
    const guarded = rows?.[0]?.[0] as Guarded | undefined
    if (guarded) deps.memory.hearLateClock(guarded.now)
    tell(deps, writes, redeemRows(direct, laneRows, cells))
    return { results, left: guarded && { cells, version: guarded.version } }
  } catch (error) {
    if (isStoreUnavailable(error)) direct.makeVoid()
    else direct.letGo()
    if (isStale(error)) return null
    throw error
  }
}

/**
 * Characters. What fits a socket's buffer is with the server at once, whatever becomes of us. The guard holds locks while
 * the rest of it is awaited, and for that wait the server has no limit.
 */
const atOnceLengthMax = 128 * 1024

const lengthOf = (values: readonly unknown[]): number =>
  values.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0)

/** Null for requests that have to read more than sessions: answers given under a key, marks of messages. */
const cellsOf = (
  requests: readonly ChangeRequest[],
  { states, now }: Remembered,
): ReadonlyMap<string, SessionCell> | null => {
  const cells = new Map<string, SessionCell>()
  for (const { sessionId, idempotency, marks, turn } of requests) {
    const state = states.get(sessionId)
    const claimId = turn?.claimId ?? null
    const isOther = (cells.get(sessionId)?.turnClaimId ?? claimId) !== claimId
    if (!state || idempotency || marks || isOther) return null
    // What was heard of the clock is late by a moment, now more and now less; no session goes back for that.
    const laterMs = state.session.lastActivityAt - now
    const at = laterMs > 0 && laterMs < clockSlackMs ? state.session.lastActivityAt : now
    if (!cells.has(sessionId)) cells.set(sessionId, cellOf(state, at, claimId))
  }
  return cells
}

/** What is held goes to who works here. Gives the lanes that are due for anybody; null = nobody knows which. */
const redeem = async (
  direct: DirectClaims,
  laneRows: Promise<LaneRow[]>,
  cells: ReadonlyMap<string, SessionCell>,
): Promise<readonly LaneRow[] | null> =>
  // The commit stands, as was learned from the server; its rows may have gone down with the connection.
  redeemRows(direct, await laneRows.catch(() => null), cells)

const redeemRows = (
  direct: DirectClaims,
  rows: readonly LaneRow[] | null,
  cells: ReadonlyMap<string, SessionCell>,
): readonly LaneRow[] | null => {
  if (rows === null) direct.makeVoid()
  else direct.redeem(rows, cells)
  return rows?.filter(({ held, due }) => due && !held) ?? null
}

const lockLogsStatement = {
  name: 'lock-event-logs',
  text: `select pg_advisory_xact_lock(hashtextextended(id, 7)) from unnest($1::text[]) as id`,
}

/** Sent unsynced, so it goes by a name of its own. */
const lockLogsAtOnceStatement = { ...lockLogsStatement, name: 'lock-event-logs-at-once' }

const logsOf = (writes: Writes): string[] =>
  [...new Set(writes.events.map((event) => event.integrationId))].sort()

const tell = (deps: ChangeSessionsDeps, writes: Writes, due: readonly LaneRow[] | null): void => {
  const integrationOf = new Map(writes.events.map((event) => [event.sessionId, event.integrationId]))
  const owesTurn = due ? due.some(({ kind }) => kind === 'turns') : writes.turns.length > 0
  const sessionsDue = due
    ? due.filter(({ kind }) => kind === 'deliveries').map(({ sessionId }) => sessionId)
    : [...integrationOf.keys()]
  const turnsDue = owesTurn || writes.finishedTurns.some(({ hasLaterTurns }) => hasLaterTurns)
  if (!turnsDue && integrationOf.size === 0) return
  deps.committed({
    turnsDue,
    lanesDueOf: new Set(sessionsDue.flatMap((sessionId) => integrationOf.get(sessionId) ?? [])),
    sessionsWithEvents: new Set(integrationOf.keys()),
  })
}
