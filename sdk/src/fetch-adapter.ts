import { joined } from './bytes.ts'
import type { Receiver } from './receive.ts'
import { bodyBytesMax, notPost, tooLarge } from './receiver-answers.ts'

/**
 * The receiver for everything that speaks fetch: Hono, Next.js, Bun, Deno, workers.
 *
 *     app.post('/webhook', (c) => handle(c.req.raw))                                    Hono
 *     export const POST = fetchHandler(receiver, { waitUntil: after })                  Next.js
 *     export default { fetch: (request, env, context) => handle(request, context) }     Cloudflare
 *
 * Where the runtime may freeze after the answer, give it `waitUntil`, once or with each request.
 */
export const fetchHandler =
  (receiver: Pick<Receiver, 'receive'>, options: WaitUntil = {}): FetchHandler =>
  async (request, context) => {
    if (request.method !== 'POST') return response(notPost)
    const body = await boundedBody(request)
    if (!body) return response(tooLarge)
    const receipt = await receiver.receive({ body, headers: request.headers })
    if (context?.waitUntil) context.waitUntil(receipt.work)
    else options.waitUntil?.(receipt.work)
    return response(receipt)
  }

export type FetchHandler = (request: Request, context?: WaitUntil) => Promise<Response>

export interface WaitUntil {
  waitUntil?(work: Promise<unknown>): void
}

const response = ({ status, body }: { status: number; body: string }): Response =>
  new Response(body, { status, headers: { 'content-type': 'application/json' } })

const boundedBody = async (request: Request): Promise<Uint8Array | undefined> => {
  if (!request.body) return new Uint8Array()
  const reader = request.body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return joined(chunks, length)
    length += value.length
    if (length > bodyBytesMax) {
      await reader.cancel()
      return undefined
    }
    chunks.push(value)
  }
}
