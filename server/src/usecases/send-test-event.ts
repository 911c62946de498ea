import type { Deps } from '../deps.ts'
import { eventBody } from '../domain/event-body.ts'
import { integrationNotFound } from '../domain/integration-checks.ts'

export interface TestReport {
  readonly delivered: boolean
  readonly event_id: string
  readonly session_id: string
  readonly attempt: {
    /** ms */
    readonly at: number
    readonly status_code: number | null
    readonly error: string | null
    readonly duration_ms: number
    readonly answer: string | null
  }
}

/**
 * One signed event straight to the webhook, to see what it answers. It is of a session that does not exist, marked
 * by its context; nothing is stored, no lane and no circuit feels it.
 */
export const sendTestEvent = async (
  deps: Pick<Deps, 'settings' | 'postEvent' | 'newId' | 'clock' | 'limits'>,
  integrationId: string,
): Promise<TestReport> => {
  const settings = await deps.settings.of(integrationId)
  if (!settings) throw integrationNotFound(integrationId)
  const [eventId, sessionId] = [deps.newId(), deps.newId()]
  const at = deps.clock.now()
  const body = eventBody(
    {
      sessionId,
      externalSessionId: 'dragoman-test',
      integrationId,
      environmentId: settings.environmentId,
      context: { dragoman_test: true },
    },
    {
      event_type: 'message:brain_send',
      message_id: deps.newId(),
      output: { responses: [{ type: 'text', text: 'A test from Dragoman: this webhook can be reached.' }] },
    },
    { eventId, sequence: 1, requestId: deps.newId(), timestamp: at },
  )
  const attempt = await deps.postEvent(settings, {
    eventId,
    body,
    timeoutMs: deps.limits.webhookTimeoutMs,
  })
  return {
    delivered: attempt.kind === 'answered' && attempt.status >= 200 && attempt.status < 300,
    event_id: eventId,
    session_id: sessionId,
    attempt: {
      at,
      status_code: attempt.kind === 'answered' ? attempt.status : null,
      error: attempt.kind === 'failed' ? attempt.error : null,
      duration_ms: Math.round(attempt.durationMs),
      answer: attempt.answer === '' ? null : attempt.answer,
    },
  }
}
