import type { EmbedAsk } from '../../brain/turn-types.ts'
import type { Perform } from '../answer-asks.ts'
import type { Embedder } from '../embedder.ts'

/** The meaning of a message, for the brain: base64 of the vector's bytes. */
export const performEmbed =
  (embedder: Pick<Embedder, 'embed'>): Perform<EmbedAsk> =>
  async ({ text }) => {
    const outcome = await embedder.embed([text])
    if (!outcome.ok) return outcome
    return { ok: true, value: Buffer.from(outcome.vectors[0] ?? []).toString('base64') }
  }
