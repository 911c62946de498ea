/** Reference for "deliveries/s": an undici Pool that POSTs the same event as fast as it can. No order, no database. */
import { Pool } from 'undici'
import { sessionIdOf } from './durable-inbox.ts'
import { environment } from './environment.ts'

const { webhookUrl, sessionCount } = environment()
const deliveries = Number(process.env.BENCH_DELIVERIES ?? 10_000)
const connections = Number(process.env.BENCH_CONNECTIONS ?? 20)
const webhook = new URL(webhookUrl)
const pool = new Pool(webhook.origin, { connections })

/** As long as the worked example's event with its three options. */
const eventBody = (sequence: number): string =>
  JSON.stringify({
    event_type: 'message:brain_send',
    event_id: `00000000-0000-4000-9000-${sequence.toString(16).padStart(12, '0')}`,
    request_id: `00000000-0000-4000-a000-${sequence.toString(16).padStart(12, '0')}`,
    session_id: sessionIdOf(sequence % sessionCount),
    integration_id: sessionIdOf(0),
    desk_id: sessionIdOf(0),
    in_reply_to: `00000000-0000-4000-a000-${sequence.toString(16).padStart(12, '0')}`,
    timestamp: Date.now(),
    output: {
      responses: [
        {
          type: 'text',
          text: 'We offer three pricing plans: Starter, Professional, and Enterprise.',
          options: [
            { label: 'See Starter', text: 'Tell me about the Starter plan' },
            { label: 'See Professional', text: 'Tell me about the Professional plan' },
            { label: 'See Enterprise', text: 'Tell me about the Enterprise plan' },
          ],
        },
      ],
    },
  })

const headers = {
  'content-type': 'application/json',
  'x-moveo-signature': 'a'.repeat(64),
  'webhook-id': sessionIdOf(0),
  'webhook-timestamp': '1700000000',
  'webhook-signature': `v1,${'a'.repeat(44)}`,
}

let next = 0
const loop = async (): Promise<void> => {
  while (next < deliveries) {
    const { body } = await pool.request({
      path: webhook.pathname,
      method: 'POST',
      headers,
      body: eventBody(next++),
    })
    await body.dump()
  }
}

process.stdout.write(`${JSON.stringify({ started: true })}\n`)
await Promise.all(Array.from({ length: connections }, loop))
await pool.close()
