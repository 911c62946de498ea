/** The same as accept-bare with Fastify in node:http's place: what a well-chosen framework costs. */
import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import { sayListening } from './bare-http.ts'
import { durableInbox } from './durable-inbox.ts'
import { environment } from './environment.ts'
import { textOf } from './messages-path.ts'

const { databaseUrl, sessionCount } = environment()
const inbox = await durableInbox(databaseUrl, sessionCount)

const body = {
  type: 'object',
  required: ['input'],
  properties: {
    input: {
      type: 'object',
      required: ['text'],
      properties: { text: { type: 'string', maxLength: 10_000 } },
    },
  },
}

const server = Fastify({ ajv: { customOptions: { removeAdditional: false } } })
server.post<{ Params: { session: string } }>(
  '/v1/custom/:integration/sessions/:session/messages',
  { schema: { body } },
  (request, reply) => {
    const requestId = randomUUID()
    const messageId = randomUUID()
    const text = textOf(request.body)
    const message = {
      sessionId: request.params.session,
      requestId,
      messageId,
      body: JSON.stringify({ text }),
    }
    inbox.accept(message, (error) => {
      if (error === undefined) reply.code(202).send({ request_id: requestId, message_id: messageId })
      else reply.code(503).send({ error_message: String(error) })
    })
  },
)
await server.listen({ port: 0, host: '127.0.0.1' })
sayListening(server.server)
process.on('SIGTERM', () => process.exit(0))
