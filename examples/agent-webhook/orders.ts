import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { isSigned } from '@dragoman/sdk'

/**
 * A system that an agent calls (docs/guides/agent-webhooks.md): what is not signed with the secret is refused, the rest
 * is answered with what the agent may say and remember.
 */
const secret = process.env['SHOP_SECRET'] ?? ''

const orders: Readonly<Record<string, string>> = { 'ORD-12345': 'on its way', 'ORD-54321': 'being packed' }

const server = createServer(async (request, response) => {
  const rawBody = await text(request)
  if (!(await isSigned(rawBody, request.headers, secret))) {
    response.writeHead(401).end()
    return
  }
  const { context, lang } = JSON.parse(rawBody)
  const status = orders[context.order.number]
  process.stdout.write(`${context.order.number} asked for in ${lang}\n`)
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ context: { order: { status: status ?? 'unknown' } } }))
})

server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1')
