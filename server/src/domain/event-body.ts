import type { ComposePayload, EventPayload } from './event.ts'
import type { JsonObject } from './json.ts'
import type { Session } from './session.ts'

/** The exact text of an event as it is stored, signed and sent (wire spec 1.7): envelope first, then its own fields. */
export const eventBody = (
  session: Pick<Session, 'sessionId' | 'externalSessionId' | 'integrationId' | 'environmentId' | 'context'>,
  payload: EventPayload | ComposePayload,
  facts: {
    readonly eventId: string
    readonly sequence?: number
    readonly requestId: string
    readonly causedBy?: string | undefined
    readonly timestamp: number
  },
): string => {
  const { event_type, ...fields } = payload
  return JSON.stringify({
    event_type,
    request_id: facts.requestId,
    session_id: session.sessionId,
    external_session_id: session.externalSessionId ?? undefined,
    integration_id: session.integrationId,
    desk_id: session.environmentId,
    context: isEmpty(session.context) ? undefined : session.context,
    timestamp: facts.timestamp,
    event_id: facts.eventId,
    sequence: facts.sequence,
    caused_by: facts.causedBy,
    ...fields,
  })
}

const isEmpty = (context: JsonObject): boolean => Object.keys(context).length === 0
