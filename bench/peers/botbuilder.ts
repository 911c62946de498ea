/**
 * The echo bot of the Bot Framework with its CloudAdapter, sign-in off. It answers within the request and keeps
 * nothing: no durability, no retry, and order only while nobody posts twice at once.
 */
import {
  ActivityHandler,
  CloudAdapter,
  ConfigurationBotFrameworkAuthentication,
  MessageFactory,
} from 'botbuilder'
import Fastify from 'fastify'
import { sayListening } from '../references/bare-http.ts'

const adapter = new CloudAdapter(new ConfigurationBotFrameworkAuthentication({}))
const bot = new ActivityHandler()
bot.onMessage(async (context, next) => {
  await context.sendActivity(MessageFactory.text(context.activity.text))
  await next()
})

const server = Fastify()
server.post<{ Body: Record<string, unknown> }>('/api/messages', async (request, reply) => {
  let answer: unknown
  await adapter.process(
    request,
    {
      socket: undefined,
      status: (code: number) => reply.code(code),
      header: (name: string, value: unknown) => reply.header(name, value),
      send: (body: unknown) => {
        answer = body
      },
      end: () => undefined,
    },
    (context) => bot.run(context),
  )
  return reply.send(answer)
})
await server.listen({ port: 0, host: '127.0.0.1' })
sayListening(server.server)
process.on('SIGTERM', () => process.exit(0))
