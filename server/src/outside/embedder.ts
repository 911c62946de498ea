import { createModelCaller, type ModelFiles } from './embedder/call-model.ts'
import { vectorLength } from './embedder/quantised.ts'
import type { Log } from './log.ts'

/*
 * Sentences to vectors (models/all-MiniLM-L6-v2), in a thread that is started at the first need and then stays: a
 * server whose agents go by words alone never loads the model.
 *
 * 1. `embed` never rejects. Without the runtime or the model it says so, at once after the first time; the log says it
 *    once.
 * 2. The same text gives the same vector, whatever is embedded beside it.
 * 3. Long lists go in parts, so a message waits for one part of a training, not for the training.
 */
export interface Embedder {
  /** One vector for each text, in their order. `onProgress` hears the done share, 0 to 1. */
  readonly embed: (texts: readonly string[], onProgress?: (done: number) => void) => Promise<EmbeddingOutcome>
  readonly close: () => Promise<void>
}

/** Each vector is 384 bytes: the direction in which the text's meaning lies. */
export type EmbeddingOutcome =
  | { readonly ok: true; readonly vectors: readonly Int8Array[] }
  | { readonly ok: false; readonly error: string }

export const createEmbedder = ({
  log,
  files = shippedFiles(),
}: {
  readonly log: Pick<Log, 'info' | 'warn'>
  readonly files?: ModelFiles
}): Embedder => {
  const kept = new Map<string, Int8Array>()
  const caller = createModelCaller(log, files)

  const embedPart = async (texts: readonly string[]): Promise<EmbeddingOutcome> => {
    const vectors = new Map(texts.map((text) => [text, kept.get(text)]))
    const unknown = [...vectors.keys()].filter((text) => !vectors.get(text))
    if (unknown.length > 0) {
      const outcome = await caller.call(unknown)
      if (!outcome.ok) return outcome
      unknown.forEach((text, index) => {
        vectors.set(text, outcome.vectors.slice(index * vectorLength, (index + 1) * vectorLength))
      })
    }
    for (const [text, vector] of vectors) if (vector) keep(kept, text, vector)
    return { ok: true, vectors: texts.flatMap((text) => vectors.get(text) ?? []) }
  }

  return {
    embed: async (texts, onProgress) => {
      const vectors: Int8Array[] = []
      while (vectors.length < texts.length) {
        const outcome = await embedPart(texts.slice(vectors.length, vectors.length + partLength))
        if (!outcome.ok) return outcome
        vectors.push(...outcome.vectors)
        onProgress?.(vectors.length / texts.length)
      }
      return { ok: true, vectors }
    },
    close: caller.close,
  }
}

/** Where embeddings are switched off. */
export const noEmbedder: Embedder = {
  embed: async () => ({ ok: false, error: 'embeddings are switched off (DRAGOMAN_EMBEDDINGS)' }),
  close: async () => {},
}

/** About 25 ms of one core. */
const partLength = 16

/** The least recently used one goes first. 10,000 take about 6 MB: the phrases of an agent or two. */
const vectorsKeptMax = 10_000

const keep = (kept: Map<string, Int8Array>, text: string, vector: Int8Array): void => {
  kept.delete(text)
  kept.set(text, vector)
  const oldest = kept.keys().next()
  if (kept.size > vectorsKeptMax && !oldest.done) kept.delete(oldest.value)
}

const shippedFiles = (): ModelFiles => ({
  model: import.meta.resolve('@dragoman/all-minilm-l6-v2/model.onnx'),
  vocabulary: import.meta.resolve('@dragoman/all-minilm-l6-v2/vocab.txt'),
})
