import { createServer } from 'node:http'
import { createReceiver, nodeHandler } from '@dragoman/sdk'

/**
 * A webhook of your own (docs/guides/getting-started.md): what is not signed with the secret is refused, the rest is
 * answered at once and worked off after it, each event once and a session's events in order.
 */
const receiver = createReceiver({
  secret: process.env['WEBHOOK_SECRET'] ?? '',
  onError: (error, { stage }) => process.stderr.write(`${stage}: ${String(error)}\n`),
})

receiver.on('message:brain_send', ({ sequence, external_session_id, output }) => {
  for (const response of output.responses)
    if (response.type === 'text')
      process.stdout.write(`${external_session_id} ${sequence}: ${response.text}\n`)
})

const port = Number(process.env['PORT'] ?? 3000)
createServer(nodeHandler(receiver)).listen(port, '127.0.0.1')
