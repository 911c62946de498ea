/** Reference for "accepted messages/s": bare node:http, the same JSON, the same durable inserts, micro-batched. */
import { randomUUID } from 'node:crypto'
import { serveBareHttp } from './bare-http.ts'
import { durableInbox } from './durable-inbox.ts'
import { environment } from './environment.ts'
import { sessionOfPath, textOf } from './messages-path.ts'

const { databaseUrl, sessionCount } = environment()
const inbox = await durableInbox(databaseUrl, sessionCount)

serveBareHttp((path, body, answer) => {
  const requestId = randomUUID()
  const messageId = randomUUID()
  const message = {
    sessionId: sessionOfPath(path),
    requestId,
    messageId,
    body: JSON.stringify({ text: textOf(body) }),
  }
  inbox.accept(message, (error) => {
    if (error === undefined)
      answer({ status: 202, body: JSON.stringify({ request_id: requestId, message_id: messageId }) })
    else answer({ status: 503, body: JSON.stringify({ error_message: String(error) }) })
  })
})
