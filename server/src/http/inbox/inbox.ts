import { readFile } from 'node:fs/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Deps } from '../../deps.ts'
import { explainInboxAnswer } from '../../usecases/explain-inbox-answer.ts'
import { listInbox } from '../../usecases/list-inbox.ts'
import { receiveInboxEvent } from '../../usecases/receive-inbox-event.ts'

const waitSecondsMax = 30
const itemsMax = 200

const contentSecurityPolicy =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The built-in inbox: a webhook for the first minute, and a page that shows each signed event as it arrives. */
export const inbox =
  (deps: Pick<Deps, 'db' | 'settings' | 'sealer' | 'inboxBell'>): FastifyPluginAsyncTypebox =>
  async (app) => {
    const closing = new AbortController()
    app.addHook('preClose', async () => closing.abort())

    app.post(
      '/inbox/:integration_id',
      { schema: { params: Type.Object({ integration_id: Type.String({ format: 'uuid' }) }) } },
      async (request) =>
        await receiveInboxEvent(deps, {
          integrationId: request.params.integration_id.toLowerCase(),
          headers: plainHeaders(request),
          body: request.rawBody,
        }),
    )
    app.get(
      '/inbox/events',
      {
        schema: {
          querystring: Type.Object({
            session_id: Type.Optional(
              Type.String({
                maxLength: 64,
                pattern: '^[^\\u0000]*$',
                errorSentence: 'must have at most 64 characters, and no NUL',
              }),
            ),
            after: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 })),
            wait: Type.Optional(Type.Integer({ minimum: 0, maximum: waitSecondsMax, default: 0 })),
          }),
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store')
        return await listInbox(deps, {
          after: request.query.after ?? 0,
          sessionId: request.query.session_id || null,
          limit: itemsMax,
          waitMs: (request.query.wait ?? 0) * 1000,
          gone: goneSignal(reply, closing.signal),
        })
      },
    )
    app.get(
      '/inbox/why',
      {
        schema: {
          querystring: Type.Object({
            session_id: Type.String({ format: 'uuid' }),
            request_id: Type.Optional(Type.String({ format: 'uuid' })),
          }),
        },
      },
      async ({ query }, reply) => {
        reply.header('cache-control', 'no-store')
        return await explainInboxAnswer(deps, {
          sessionId: query.session_id,
          requestId: query.request_id ?? null,
        })
      },
    )
    // Whoever opens the bare address in a browser sees something.
    app.get('/', async (_request, reply) => reply.redirect('/inbox'))
    for (const [path, file, type] of assets) {
      const content = await readFile(new URL(`./page/${file}`, import.meta.url), 'utf8')
      app.get(path, async (_request, reply) =>
        reply
          .header('content-security-policy', contentSecurityPolicy)
          .header('x-content-type-options', 'nosniff')
          .header('referrer-policy', 'no-referrer')
          .header('cache-control', 'no-cache')
          .type(`${type}; charset=utf-8`)
          .send(content),
      )
    }
  }

const assets = [
  ['/inbox', 'inbox.html', 'text/html'],
  ['/inbox/inbox.css', 'inbox.css', 'text/css'],
  ['/inbox/inbox.js', 'inbox.generated.js', 'text/javascript'],
  ['/inbox/why.js', 'why.generated.js', 'text/javascript'],
] as const

/** Also once it is answered: the connection lives on, and must not remember each of its requests. */
const goneSignal = (reply: FastifyReply, closing: AbortSignal): AbortSignal => {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return AbortSignal.any([gone.signal, closing])
}

const plainHeaders = (request: FastifyRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
