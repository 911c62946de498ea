/** Reference for "idle turn": a bare server, the same two durable commits, the reply POSTed directly. */
import { randomUUID } from 'node:crypto'
import { Pool } from 'undici'
import { serveBareHttp } from './bare-http.ts'
import { durableInbox } from './durable-inbox.ts'
import { environment } from './environment.ts'
import { sessionOfPath, textOf } from './messages-path.ts'

const { databaseUrl, webhookUrl, sessionCount } = environment()
const inbox = await durableInbox(databaseUrl, sessionCount)
const webhook = new URL(webhookUrl)
const pool = new Pool(webhook.origin, { connections: 20 })

serveBareHttp((path, body, answer) => {
  const sessionId = sessionOfPath(path)
  const requestId = randomUUID()
  const messageId = randomUUID()
  const text = textOf(body)
  const message = { sessionId, requestId, messageId, body: JSON.stringify({ text }) }
  inbox.accept(message, (error) => {
    if (error !== undefined)
      return answer({ status: 503, body: JSON.stringify({ error_message: String(error) }) })
    answer({ status: 202, body: JSON.stringify({ request_id: requestId, message_id: messageId }) })
    const event = replyEvent(sessionId, requestId, text)
    inbox.reply({ sessionId, requestId, messageId: event.event_id, body: JSON.stringify(event) }, () => {
      pool
        .request({
          path: webhook.pathname,
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(event),
        })
        .then(({ body }) => body.dump())
    })
  })
})

const replyEvent = (sessionId: string, inReplyTo: string, text: string) => ({
  event_type: 'message:brain_send',
  event_id: randomUUID(),
  request_id: inReplyTo,
  session_id: sessionId,
  in_reply_to: inReplyTo,
  timestamp: Date.now(),
  output: { responses: [{ type: 'text', text }] },
})
