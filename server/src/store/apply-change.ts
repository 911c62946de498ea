import type { EventDraft } from '../domain/event.ts'
import { eventBody } from '../domain/event-body.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import { nextCheckAt } from '../domain/session.ts'
import type { IntegrationSettings } from './integrations.ts'
import type { SessionCell } from './session-cell.ts'
import type { Change, ChangeRequest } from './session-change.ts'
import type { Writes } from './writes.ts'

export interface Applied {
  readonly request: ChangeRequest
  readonly cell: SessionCell
  readonly settings: IntegrationSettings
  readonly change: Change<Json>
  readonly writes: Writes
}

/** The decided change onto the cell (for the next request of this session) and into the writes. */
export const applyChange = (deps: ApplyDeps, applied: Applied): void => {
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
      sessionId: cell.session.sessionId,
      position: cell.lastPosition,
      createdAt: cell.now,
    })
  }
}

const addTurn = ({ cell, change, writes }: Applied): void => {
  if (!change.turnDue) return
  cell.lastTurn += 1
  writes.turns.push({
    sessionId: cell.session.sessionId,
    integrationId: cell.session.integrationId,
    turn: cell.lastTurn,
    kind: 'message',
    requestId: change.turnDue.requestId,
    position: cell.lastPosition,
    message: (change.messages?.at(-1)?.body ?? null) as JsonObject | null,
    createdAt: cell.now,
  })
}

const addEvents = (deps: ApplyDeps, { cell, change, settings, writes }: Applied): void => {
  for (const draft of change.events ?? []) {
    if (!subscribes(settings, draft)) continue
    cell.lastSequence += 1
    cell.changed = true
    const eventId = deps.newId()
    writes.events.push({
      sessionId: cell.session.sessionId,
      integrationId: cell.session.integrationId,
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
  const sessionId = cell.session.sessionId
  const dialogState = change.finishedTurn?.dialogState ?? change.dialogState
  if (dialogState) {
    cell.dialogState = dialogState
    cell.dialogChanged = true
    cell.changed = true
  }
  if (change.finishedTurn && request.turn) {
    const { turn } = request.turn
    writes.finishedTurns.push({
      sessionId,
      turn,
      ...change.finishedTurn,
      hasLaterTurns: cell.lastTurn > turn,
    })
  }
  if (change.marked)
    for (const messageId of change.marked.messageIds) {
      cell.marked.add(`${change.marked.kind} ${messageId}`)
      writes.marks.push({ sessionId, messageId, kind: change.marked.kind, at: cell.now })
    }
  if (change.file) writes.files.push({ sessionId, integrationId: cell.session.integrationId, ...change.file })
}

export interface ApplyDeps {
  readonly newId: () => string
}
