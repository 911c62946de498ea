import { sessionNotFound } from '../domain/errors.ts'
import type { Json } from '../domain/json.ts'
import { type ApplyDeps, applyChange } from './apply-change.ts'
import type { Queries } from './db.ts'
import { type Answered, findAnswers, keyConflict } from './idempotency.ts'
import type { IntegrationSettings } from './integrations.ts'
import { loadMarks, type UnmarkedMessages } from './message-marks.ts'
import { type SessionCell, sessionWrite } from './session-cell.ts'
import { type ChangeRequest, LostClaim } from './session-change.ts'
import { emptyWrites, type Writes } from './writes.ts'

/** What a batch has to know beside its sessions. */
export interface Loaded {
  readonly answers: Answered
  readonly marks: ReadonlyMap<string, UnmarkedMessages>
}

export const nothingLoaded: Loaded = { answers: new Map(), marks: new Map() }

export const loadWhatIsNeeded = async (tx: Queries, requests: readonly ChangeRequest[]): Promise<Loaded> => ({
  answers: await findAnswers(tx, requests),
  marks: await loadMarks(tx, requests),
})

/** Each request in order of arrival, on what those before it have made of its session; one that refuses changes nothing. */
export const decideAll = (
  deps: ApplyDeps,
  requests: readonly ChangeRequest[],
  found: Pick<BatchState, 'cells' | 'settings' | 'loaded'>,
) => {
  const batch: BatchState = { ...found, answered: new Map(found.loaded.answers), writes: emptyWrites() }
  const results = requests.map((request) => decideOne(deps, request, batch))
  batch.writes.sessions = [...batch.cells.values()].filter((cell) => cell.changed).map(sessionWrite)
  return { results, writes: batch.writes, answered: batch.answered }
}

interface BatchState {
  readonly cells: ReadonlyMap<string, SessionCell>
  readonly settings: ReadonlyMap<string, IntegrationSettings>
  readonly loaded: Loaded
  readonly answered: Answered
  readonly writes: Writes
}

const noUnmarked: UnmarkedMessages = { unmarkedIds: [], knownIds: new Set() }

const decideOne = (deps: ApplyDeps, request: ChangeRequest, batch: BatchState): Json | Error => {
  try {
    const earlier = earlierAnswer(request, batch.answered)
    if (earlier !== undefined) return earlier
    const cell = batch.cells.get(request.sessionId)
    const settings = batch.settings.get(request.integrationId)
    if (!cell || !settings || cell.session.integrationId !== request.integrationId) throw sessionNotFound()
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
