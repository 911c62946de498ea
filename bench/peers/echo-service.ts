/**
 * What the queue peers have in common: POST in by Fastify, an echo as the turn, POST out by undici. A peer adds the
 * queue. Turn and delivery are one job: cheaper for the peer than the two durable steps of a platform that keeps the
 * reply before it sends it, and all that an echo needs.
 */
import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import { Pool } from 'undici'
import { sayListening } from '../references/bare-http.ts'
import { environment } from '../references/environment.ts'
import { textOf } from '../references/messages-path.ts'

export interface EchoJob {
  readonly sessionId: string
  readonly requestId: string
  readonly text: string
}

/** How many sessions a peer works on at once: as many as Dragoman has deliveries in flight. Not tuned per peer. */
export const concurrency = 20

const { webhookUrl } = environment()
const webhook = new URL(webhookUrl || 'http://127.0.0.1:9')
const pool = new Pool(webhook.origin, { connections: concurrency })

/** Throws when the webhook did not take it: the queue's own retry is what happens next. */
export const deliverEcho = async (job: EchoJob): Promise<void> => {
  const { statusCode, body } = await pool.request({
    path: webhook.pathname,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      event_type: 'message:brain_send',
      event_id: randomUUID(),
      session_id: job.sessionId,
      in_reply_to: job.requestId,
      timestamp: Date.now(),
      output: { responses: [{ type: 'text', text: job.text }] },
    }),
  })
  await body.dump()
  if (statusCode >= 300) throw new Error(`the webhook answered ${statusCode}`)
}

const bodySchema = {
  type: 'object',
  required: ['input'],
  properties: { input: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } } },
}

/** 202 when the job is stored. */
export const serveEcho = async (enqueue: (job: EchoJob) => Promise<unknown>): Promise<void> => {
  const server = Fastify()
  server.post<{ Params: { session: string } }>(
    '/v1/custom/:integration/sessions/:session/messages',
    { schema: { body: bodySchema } },
    async (request, reply) => {
      const requestId = randomUUID()
      await enqueue({ sessionId: request.params.session, requestId, text: textOf(request.body) })
      return reply.code(202).send({ request_id: requestId })
    },
  )
  await server.listen({ port: 0, host: '127.0.0.1' })
  sayListening(server.server)
  process.on('SIGTERM', () => process.exit(0))
}
