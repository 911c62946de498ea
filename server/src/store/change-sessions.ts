import { sessionNotFound } from '../domain/errors.ts'
import type { Json } from '../domain/json.ts'
import { applyChange } from './apply-change.ts'
import { createBatcher } from './batch.ts'
import type { Queries, Transaction } from './db.ts'
import { type DirectClaims, type DirectClaimsDeps, directClaims } from './direct-claims.ts'
import { type Answered, findAnswers, keepAnswers, keyConflict, newAnswers } from './idempotency.ts'
import type { IntegrationSettings, Settings } from './integrations.ts'
import { loadMarks, type UnmarkedMessages } from './message-marks.ts'
import { lockSessions, type SessionCell, sessionWrite } from './session-cell.ts'
import { type ChangeRequest, type Committed, LostClaim } from './session-change.ts'
import { isStoreClash, isStoreUnavailable } from './store-errors.ts'
import { writeChanges } from './write-changes.ts'
import { emptyWrites, type LaneRow, type Writes } from './writes.ts'

/**
 * Every change of a session goes through this door: API calls, finished turns, the clock.
 *
 * One batch is one transaction:
 *   1. lock the session rows, in the order of their ids (no deadlock);
 *   2. for each request, in order of arrival: ask its pure `decide` what the session becomes and what that entails;
 *   3. if events come about: the integrations' log locks, in order of id, held to the commit;
 *   4. write everything in one statement; commit durably. Steps 3 and 4 share one round trip. What falls due by it and
 *      finds room in this process is claimed by the same statement (direct-claims.ts).
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
}

const batchItemsMax = 200
/** One at a time, as long as it gets on: on two cores a second one beside it makes both smaller and nothing faster. */
const lateAfterMs = 10
const callBatchesInFlightMax = 2
/** Of one integration they wait for each other at the log's lock. */
const turnBatchesInFlightMax = 2

/** Finished turns, which nearly always tell of something, are batched apart from calls, which seldom do. */
export const createSessionChanger = (deps: ChangeSessionsDeps) => {
  const batcherOf = (inFlightMax: number) =>
    createBatcher<ChangeRequest, Json>({
      run: (requests) => runBatch(deps, requests),
      itemsMax: batchItemsMax,
      inFlightMax,
      lateAfterMs,
      keyOf: (request) => request.sessionId,
      isFinal: isStoreUnavailable,
      isClash: isStoreClash,
    })
  const calls = batcherOf(callBatchesInFlightMax)
  const turns = batcherOf(turnBatchesInFlightMax)
  return <Answer extends Json>(request: ChangeRequest<Answer>): Promise<Answer> =>
    (request.turn ? turns : calls).add(request) as Promise<Answer>
}

const runBatch = async (
  deps: ChangeSessionsDeps,
  requests: readonly ChangeRequest[],
): Promise<(Json | Error)[]> => {
  const settings = await deps.settings.ofAll(requests.map((request) => request.integrationId))
  const direct = directClaims(deps)
  try {
    const { results, writes, cells, laneRows } = await deps.db.transaction(
      async (tx) => {
        const cells = await lockSessions(tx, requests)
        const loaded = await loadWhatIsNeeded(tx, requests)
        const writes = emptyWrites()
        const answered: Answered = new Map(loaded.answers)
        const results = requests.map((request) =>
          decideOne(deps, request, { cells, settings, loaded, answered, writes }),
        )
        writes.sessions = [...cells.values()].filter((cell) => cell.changed).map(sessionWrite)
        await keepAnswers(tx, newAnswers(answered, loaded.answers))
        lockLogs(tx, writes)
        return { results, writes, cells, laneRows: writeChanges(tx, writes, direct) }
      },
      { certain: true },
    )
    tell(deps, writes, await redeem(direct, laneRows, cells))
    return results
  } catch (error) {
    if (isStoreUnavailable(error)) direct.makeVoid()
    else direct.letGo()
    throw error
  }
}

/** What is held goes to who works here. Gives the lanes that are due for anybody; null = nobody knows which. */
const redeem = async (
  direct: DirectClaims,
  laneRows: Promise<LaneRow[]>,
  cells: ReadonlyMap<string, SessionCell>,
): Promise<readonly LaneRow[] | null> => {
  // The commit stands, as was learned from the server; its rows may have gone down with the connection.
  const rows = await laneRows.catch(() => null)
  if (rows === null) direct.makeVoid()
  else direct.redeem(rows, cells)
  return rows?.filter(({ held, due }) => due && !held) ?? null
}

interface Loaded {
  readonly answers: Answered
  readonly marks: ReadonlyMap<string, UnmarkedMessages>
}

const loadWhatIsNeeded = async (tx: Queries, requests: readonly ChangeRequest[]): Promise<Loaded> => ({
  answers: await findAnswers(tx, requests),
  marks: await loadMarks(tx, requests),
})

interface BatchState {
  readonly cells: ReadonlyMap<string, SessionCell>
  readonly settings: ReadonlyMap<string, IntegrationSettings>
  readonly loaded: Loaded
  readonly answered: Answered
  readonly writes: Writes
}

const noUnmarked: UnmarkedMessages = { unmarkedIds: [], knownIds: new Set() }

const decideOne = (deps: ChangeSessionsDeps, request: ChangeRequest, batch: BatchState): Json | Error => {
  try {
    const earlier = earlierAnswer(request, batch.answered)
    if (earlier !== undefined) return earlier
    const cell = batch.cells.get(request.sessionId)
    const settings = batch.settings.get(request.integrationId)
    if (!cell || !settings || cell.row.integration_id !== request.integrationId) throw sessionNotFound()
    if (request.turn && request.turn.claimId !== cell.turnClaimId)
      throw new LostClaim(`turn ${request.turn.turn} of ${request.sessionId} is held by another claim`)
    const change = request.decide(cell.session, {
      now: cell.now,
      settings,
      dialogState: cell.dialogState,
      hasLaterTurns: request.turn !== undefined && cell.lastTurn > request.turn.turn,
      unmarked: unmarkedOf(request, cell, batch.loaded),
    })
    applyChange(deps, { request, cell, settings, change, writes: batch.writes })
    if (request.idempotency)
      batch.answered.set(answerKey(request), { hash: request.idempotency.hash, answer: change.answer })
    return change.answer
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

const unmarkedOf = (request: ChangeRequest, cell: SessionCell, loaded: Loaded): UnmarkedMessages => {
  const kind = request.marks?.kind
  const found = loaded.marks.get(`${kind} ${request.sessionId}`) ?? noUnmarked
  if (cell.marked.size === 0) return found
  return { ...found, unmarkedIds: found.unmarkedIds.filter((id) => !cell.marked.has(`${kind} ${id}`)) }
}

const answerKey = (request: ChangeRequest): string => `${request.integrationId} ${request.idempotency?.key}`

const earlierAnswer = (request: ChangeRequest, answered: Answered): Json | undefined => {
  if (!request.idempotency) return undefined
  const earlier = answered.get(answerKey(request))
  if (!earlier) return undefined
  if (!earlier.hash.equals(request.idempotency.hash)) throw keyConflict()
  return earlier.answer
}

const lockLogsStatement = {
  name: 'lock-event-logs',
  text: `select pg_advisory_xact_lock(hashtextextended(id, 7)) from unnest($1::text[]) as id`,
}

const lockLogs = (tx: Transaction, writes: Writes): void => {
  if (writes.events.length === 0) return
  const ids = [...new Set(writes.events.map((event) => event.integrationId))].sort()
  tx.later(lockLogsStatement, [ids])
}

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
