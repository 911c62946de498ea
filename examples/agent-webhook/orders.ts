import { timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { signBody } from '@dragoman/sdk'

/**
 * A system that an agent calls (docs/guides/agent-webhooks.md): what is not signed with the secret is refused, the rest
 * is answered with what the agent may say and remember.
 */
const secret = process.env['SHOP_SECRET'] ?? ''

const orders: Readonly<Record<string, string>> = { 'ORD-12345': 'on its way', 'ORD-54321': 'being packed' }

const isGenuine = async (rawBody: string, signature: unknown): Promise<boolean> => {
  const expected = Buffer.from(await signBody(secret, rawBody))
  const given = Buffer.from(String(signature))
  return given.length === expected.length && timingSafeEqual(given, expected)
}

const server = createServer(async (request, response) => {
  const rawBody = await text(request)
  if (!(await isGenuine(rawBody, request.headers['x-moveo-signature']))) {
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
