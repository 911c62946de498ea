import { sessionNotFound } from '../domain/errors.ts'
import type { EventDraft } from '../domain/event.ts'
import { eventBody } from '../domain/event-body.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import type { HumanAgent, MessageAuthor } from '../domain/message.ts'
import { nextCheckAt, type Session } from '../domain/session.ts'
import { createBatcher } from './batch.ts'
import type { Db, Queries } from './db.ts'
import { type Answered, findAnswers, type IdempotencyClaim, keyConflict, newAnswers } from './idempotency.ts'
import type { IntegrationSettings, Settings } from './integrations.ts'
import { loadMarks, type MarkKind, type UnmarkedMessages } from './message-marks.ts'
import { parseObject, type SessionRow, sessionColumns, sessionOf } from './session-row.ts'
import { isStoreUnavailable } from './store-errors.ts'
import { lockTurns } from './turn-lanes.ts'
import { emptyWrites, type Writes, writeChanges } from './write-changes.ts'

/**
 * Every change of a session goes through this door: API calls, finished turns, the clock.
 *
 * One batch is one transaction:
 *   1. lock the session rows, in the order of their ids (no deadlock);
 *   2. for each request, in order of arrival: ask its pure `decide` what the session becomes and what that entails;
 *   3. if events come about: the integrations' log locks, in order of id, held to the commit;
 *   4. write everything in one statement; commit durably.
 *
 * Invariants:
 *   - State and the events that tell of it commit together, so what a webhook hears is what happened.
 *   - A sequence number is taken under the session's lock and only for events the integration subscribes to, so a
 *     session's sequence has no gap, and a lane never shows n+1 before n.
 *   - Event log positions of one integration commit in their order: the advisory lock is released after the commit
 *     is visible. (A plain identity column would let a reader skip a late commit.)
 *   - A request that refuses changes nothing; the others of its batch are untouched by it.
 */
export interface ChangeRequest<Answer extends Json = Json> {
  readonly sessionId: string
  readonly integrationId: string
  readonly idempotency?: IdempotencyClaim | undefined
  /** Which messages must be known to decide: those without this mark, and those named. */
  readonly marks?: { readonly kind: MarkKind; readonly messageIds: readonly string[] | null } | undefined
  /** This change finishes that turn; it is refused (`lost-claim`) when somebody else holds the turn by now. */
  readonly turn?: { readonly turn: number; readonly claimId: string } | undefined
  readonly decide: (session: Session, facts: ChangeFacts) => Change<Answer>
}

export interface ChangeFacts {
  /** The database's clock under the lock, ms. */
  readonly now: number
  readonly settings: IntegrationSettings
  readonly dialogState: JsonObject
  readonly unmarked: UnmarkedMessages
}

export interface Change<Answer extends Json> {
  readonly session: Session
  readonly answer: Answer
  readonly messages?: readonly MessageDraft[]
  /** The last of `messages` is owed an answer. */
  readonly turnDue?: { readonly requestId: string } | undefined
  readonly events?: readonly EventDraft[]
  readonly marked?: { readonly kind: MarkKind; readonly messageIds: readonly string[] } | undefined
  readonly finishedTurn?: FinishedTurn | undefined
  readonly file?: FileDraft | undefined
  /** Set the session's timer anew (the expiry worker came too early). */
  readonly recheck?: boolean
}

export interface MessageDraft {
  readonly messageId: string
  readonly author: MessageAuthor
  readonly body: object
  readonly agent?: HumanAgent | undefined
  readonly requestId: string
  /** Of an answer: the request of the user's message. */
  readonly inReplyTo?: string | undefined
}

export interface FinishedTurn {
  readonly outcome: 'answered' | 'silent' | 'failed'
  readonly dialogState: JsonObject
  readonly recorded: object
}

export interface FileDraft {
  readonly fileId: string
  readonly filename: string
  readonly contentType: string
}

/** What a commit means for those who wait. */
export interface Committed {
  readonly turnsDue: boolean
  readonly lanesDueOf: ReadonlySet<string>
  readonly sessionsWithEvents: ReadonlySet<string>
}

export class LostClaim extends Error {}

export interface ChangeSessionsDeps {
  readonly db: Db
  readonly settings: Settings
  readonly newId: () => string
  readonly committed: (what: Committed) => void
}

const batchItemsMax = 200
const batchesInFlightMax = 2

export const createSessionChanger = (deps: ChangeSessionsDeps) => {
  const batcher = createBatcher<ChangeRequest, Json>({
    run: (requests) => runBatch(deps, requests),
    itemsMax: batchItemsMax,
    inFlightMax: batchesInFlightMax,
    keyOf: (request) => request.sessionId,
    isFinal: isStoreUnavailable,
  })
  return <Answer extends Json>(request: ChangeRequest<Answer>): Promise<Answer> =>
    batcher.add(request) as Promise<Answer>
}

const runBatch = async (
  deps: ChangeSessionsDeps,
  requests: readonly ChangeRequest[],
): Promise<(Json | Error)[]> => {
  const settings = await deps.settings.ofAll(requests.map((request) => request.integrationId))
  const { results, writes } = await deps.db.transaction(
    async (tx) => {
      const cells = await lockSessions(tx, requests)
      const loaded = await loadWhatIsNeeded(tx, requests)
      const writes = emptyWrites()
      const answered: Answered = new Map(loaded.answers)
      const results = requests.map((request) =>
        decideOne(deps, request, { cells, settings, loaded, answered, writes }),
      )
      writes.sessions = [...cells.values()].filter((cell) => cell.changed).map(sessionWrite)
      await lockLogs(tx, writes)
      await writeChanges(tx, writes, newAnswers(answered, loaded.answers))
      return { results, writes }
    },
    { certain: true },
  )
  tell(deps, writes)
  return results
}

/** A session in hand: the row as locked, and what the requests of this batch have made of it so far. */
export interface SessionCell {
  readonly row: SessionRow
  session: Session
  dialogState: JsonObject
  lastPosition: number
  lastTurn: number
  lastSequence: number
  checkAt: number
  readonly now: number
  changed: boolean
  contextChanged: boolean
  dialogChanged: boolean
  /** Marks set by earlier requests of this batch, as `kind message_id`. */
  readonly marked: Set<string>
}

const lockStatement = {
  name: 'lock-sessions',
  text: `select ${sessionColumns}, (extract(epoch from clock_timestamp()) * 1000)::float8 as now
    from sessions s where s.session_id = any($1::uuid[]) order by s.session_id for update`,
}

const lockSessions = async (
  tx: Queries,
  requests: readonly ChangeRequest[],
): Promise<Map<string, SessionCell>> => {
  const ids = [...new Set(requests.map((request) => request.sessionId))]
  const rows = await tx.rows<SessionRow & { now: number }>(lockStatement, [ids])
  return new Map(
    rows.map((row) => [
      row.session_id,
      {
        row,
        session: sessionOf(row),
        dialogState: parseObject(row.dialog_state),
        lastPosition: row.last_position,
        lastTurn: row.last_turn,
        lastSequence: row.last_sequence,
        checkAt: row.check_at,
        now: Math.floor(row.now),
        changed: false,
        contextChanged: false,
        dialogChanged: false,
        marked: new Set<string>(),
      },
    ]),
  )
}

interface Loaded {
  readonly answers: Answered
  readonly marks: ReadonlyMap<string, UnmarkedMessages>
  readonly heldTurns: ReadonlySet<string>
}

const loadWhatIsNeeded = async (tx: Queries, requests: readonly ChangeRequest[]): Promise<Loaded> => ({
  answers: await findAnswers(tx, requests),
  marks: await loadMarks(tx, requests),
  heldTurns: await lockTurns(tx, requests),
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
    if (request.turn && !batch.loaded.heldTurns.has(`${request.sessionId}.${request.turn.claimId}`))
      throw new LostClaim(`turn ${request.turn.turn} of ${request.sessionId} is held by another claim`)
    const change = request.decide(cell.session, {
      now: cell.now,
      settings,
      dialogState: cell.dialogState,
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

interface Applied {
  readonly request: ChangeRequest
  readonly cell: SessionCell
  readonly settings: IntegrationSettings
  readonly change: Change<Json>
  readonly writes: Writes
}

/** The decided change onto the cell (for the next request of this session) and into the writes. */
const applyChange = (deps: ChangeSessionsDeps, applied: Applied): void => {
  const { cell, change } = applied
  const before = cell.session
  cell.contextChanged ||= change.session.context !== before.context
  cell.changed ||= change.session !== before || change.recheck === true
  cell.session = change.session
  const checkAt = nextCheckAt(change.session)
  if (change.recheck || checkAt < cell.checkAt) cell.checkAt = checkAt
  addMessages(applied)
  addTurn(applied)
  addEvents(deps, applied)
  addRest(applied)
}

const addMessages = ({ cell, change, writes }: Applied): void => {
  for (const message of change.messages ?? []) {
    cell.lastPosition += 1
    cell.changed = true
    writes.messages.push({
      ...message,
      sessionId: cell.row.session_id,
      position: cell.lastPosition,
      createdAt: cell.now,
    })
  }
}

const addTurn = ({ cell, change, writes }: Applied): void => {
  if (!change.turnDue) return
  cell.lastTurn += 1
  writes.turns.push({
    sessionId: cell.row.session_id,
    integrationId: cell.row.integration_id,
    turn: cell.lastTurn,
    kind: 'message',
    requestId: change.turnDue.requestId,
    position: cell.lastPosition,
    createdAt: cell.now,
  })
}

const addEvents = (deps: ChangeSessionsDeps, { cell, change, settings, writes }: Applied): void => {
  for (const draft of change.events ?? []) {
    if (!subscribes(settings, draft)) continue
    cell.lastSequence += 1
    cell.changed = true
    const eventId = deps.newId()
    writes.events.push({
      sessionId: cell.row.session_id,
      integrationId: cell.row.integration_id,
      sequence: cell.lastSequence,
      eventId,
      eventType: draft.payload.event_type,
      body: eventBody(cell.session, draft.payload, {
        eventId,
        sequence: cell.lastSequence,
        requestId: draft.requestId,
        causedBy: draft.causedBy,
        timestamp: cell.now,
      }),
      createdAt: cell.now,
    })
  }
}

const subscribes = (settings: IntegrationSettings, draft: EventDraft): boolean =>
  settings.subscribedEvents.size === 0 || settings.subscribedEvents.has(draft.payload.event_type)

const addRest = ({ request, cell, change, writes }: Applied): void => {
  const sessionId = cell.row.session_id
  if (change.finishedTurn && request.turn) {
    cell.dialogState = change.finishedTurn.dialogState
    cell.dialogChanged = true
    cell.changed = true
    writes.finishedTurns.push({ sessionId, turn: request.turn.turn, ...change.finishedTurn })
  }
  if (change.marked)
    for (const messageId of change.marked.messageIds) {
      cell.marked.add(`${change.marked.kind} ${messageId}`)
      writes.marks.push({ sessionId, messageId, kind: change.marked.kind, at: cell.now })
    }
  if (change.file) writes.files.push({ sessionId, integrationId: cell.row.integration_id, ...change.file })
}

const sessionWrite = (cell: SessionCell) => ({
  session: cell.session,
  context: cell.contextChanged ? JSON.stringify(cell.session.context) : null,
  dialogState: cell.dialogChanged ? JSON.stringify(cell.dialogState) : null,
  lastPosition: cell.lastPosition,
  lastTurn: cell.lastTurn,
  lastSequence: cell.lastSequence,
  checkAt: cell.checkAt,
})

const lockLogsStatement = {
  name: 'lock-event-logs',
  text: `select pg_advisory_xact_lock(hashtextextended(id, 7)) from unnest($1::text[]) as id`,
}

const lockLogs = async (tx: Queries, writes: Writes): Promise<void> => {
  if (writes.events.length === 0) return
  const ids = [...new Set(writes.events.map((event) => event.integrationId))].sort()
  await tx.rows(lockLogsStatement, [ids])
}

const tell = (deps: ChangeSessionsDeps, writes: Writes): void => {
  if (writes.turns.length === 0 && writes.events.length === 0 && writes.finishedTurns.length === 0) return
  deps.committed({
    turnsDue: writes.turns.length > 0 || writes.finishedTurns.length > 0,
    lanesDueOf: new Set(writes.events.map((event) => event.integrationId)),
    sessionsWithEvents: new Set(writes.events.map((event) => event.sessionId)),
  })
}
