import type { FastifyReply } from 'fastify'
import { Refusal } from '../../domain/errors.ts'
import { type ReplayWish, replayAgent } from '../../usecases/replay-agent.ts'
import type { ManagementDeps } from './management-deps.ts'

/**
 * A replay told as it goes, one JSON a line. The status is sent with the first line, so what goes wrong later is a
 * line, too. Whoever hangs up ends it.
 */
export const streamReplay = async (
  deps: ManagementDeps,
  wish: ReplayWish,
  reply: FastifyReply,
): Promise<void> => {
  reply.hijack()
  const { raw } = reply
  const say = (line: object): void => {
    if (raw.destroyed) throw new HungUp()
    raw.write(`${JSON.stringify(line)}\n`)
  }
  raw.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' })
  try {
    say({ report: await replayAgent(deps, { ...wish, onProgress: (progress) => say({ progress }) }) })
  } catch (error) {
    if (error instanceof Refusal) say({ error: { error_code: error.code, error_message: error.message } })
    else if (!(error instanceof HungUp)) throw error
  } finally {
    raw.end()
  }
}

class HungUp extends Error {}
