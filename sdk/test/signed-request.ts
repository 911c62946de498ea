import { type OrderedEvent, type WebhookHeaders, type WebhookRequest, webhookHeaders } from '@dragoman/sdk'

export const secret = 'a webhook secret'

/** An event with a body that says which one it is. */
export const eventOf = (sessionId: string, sequence: number): OrderedEvent => ({
  event_type: 'message:brain_send',
  event_id: `${sessionId}-${sequence}`,
  request_id: 'r',
  session_id: sessionId,
  integration_id: 'i',
  desk_id: 'd',
  timestamp: Date.now(),
  sequence,
  message_id: `m${sequence}`,
  output: { responses: [{ type: 'text', text: `${sequence}` }] },
})

export type SignedRequest = {
  readonly body: string
  readonly headers: WebhookHeaders & Record<string, string>
}

/** As the server would send it now. */
export const signedRequest = async (event: object, secrets = [secret]): Promise<SignedRequest> => {
  const rawBody = JSON.stringify(event)
  const eventId = 'event_id' in event ? String(event.event_id) : 'none'
  const timestampSeconds = Math.floor(Date.now() / 1_000)
  return {
    body: rawBody,
    headers: { ...(await webhookHeaders({ secrets, eventId, timestampSeconds, rawBody })) },
  }
}

export const tampered = ({ body, headers }: SignedRequest): WebhookRequest => ({ body: `${body} `, headers })
