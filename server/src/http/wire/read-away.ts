import type { FastifyReply, FastifyRequest } from 'fastify'
import { hasBody } from './arrival-time.ts'

/** Sending what nobody will read is ended then. */
const readAwayMsMax = 10_000

/**
 * Who is refused may still be sending. A connection that is closed on bytes which nobody read is reset, and the reset
 * overtakes the answer: the caller hears of a broken pipe, not of the reason. So the rest is read and thrown away for
 * a while, and the connection lives on; fastify would close it, as it cannot know that the rest is read.
 */
export const readAway = (request: FastifyRequest, reply: FastifyReply): void => {
  const { raw } = request
  reply.removeHeader('connection')
  if (!hasBody(request) || raw.complete || raw.destroyed) return
  const late = setTimeout(() => raw.socket.destroy(), readAwayMsMax)
  raw.once('close', () => clearTimeout(late))
  raw.unpipe()
  raw.removeAllListeners('data')
  raw.resume()
}
