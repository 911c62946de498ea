import { Worker } from 'node:worker_threads'
import type { Example } from '../brain/intents/model.ts'
import type { TrainIntents } from '../deps.ts'
import type { Embedder } from '../outside/embedder.ts'
import { createTurnstile } from './turnstile.ts'

/**
 * Phrases to the serialised model (`parseModel` reads it), off the event loop: first their embeddings, then the
 * training. Where there are no embeddings, the agent learns to understand by words alone.
 */
export const createIntentTrainer = (embedder: Pick<Embedder, 'embed'>): TrainIntents => {
  const atOnce = createTurnstile(trainingThreadsMax)
  return async (examples, onProgress) => {
    const embedded = await embedder.embed(
      examples.map(({ text }) => text),
      (done) => onProgress?.({ phase: 'embedding', done }),
    )
    const job = { examples, vectors: embedded.ok ? embedded.vectors : undefined, seed: trainingSeed }
    return await atOnce(() =>
      trainInThread({ ...job, onProgress: (done) => onProgress?.({ phase: 'training', done }) }),
    )
  }
}

/** Each keeps a core busy for up to minutes and may take `memoryMbMax`; a small agent does not wait for one large one. */
export const trainingThreadsMax = 2

/** The same phrases give the same model. */
const trainingSeed = 1

export interface TrainingJob {
  readonly examples: readonly Example[]
  readonly vectors?: readonly Int8Array[] | undefined
  readonly seed: number
}

/** What the thread says: how far it is, rising from 0 to 1, and at the end the model. */
export type TrainingReport =
  | { readonly type: 'progress'; readonly done: number }
  | { readonly type: 'model'; readonly bytes: Uint8Array }

export interface TrainingWatch {
  readonly onProgress?: (done: number) => void
  /** Aborting ends the thread at once; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/**
 * Trains off the event loop, in a thread of its own that ends with the training, and answers with the serialised
 * model (`parseModel` reads it). Rejects with what the thread threw, also when it ran out of memory or time.
 */
export const trainInThread = (job: TrainingJob & TrainingWatch): Promise<Uint8Array> => {
  const { examples, vectors, seed, onProgress } = job
  const limit = AbortSignal.timeout(trainingMsMax)
  const signal = job.signal ? AbortSignal.any([job.signal, limit]) : limit
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const workerData: TrainingJob = { examples, vectors, seed }
    const thread = new Worker(threadEntry, {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: memoryMbMax },
    })
    let model: Uint8Array | undefined
    let problem: unknown
    const abort = (): void => {
      problem = signal.reason
      void thread.terminate()
    }
    signal.addEventListener('abort', abort, { once: true })
    thread.on('message', (report: TrainingReport) => {
      if (report.type === 'progress') onProgress?.(report.done)
      else model = report.bytes
    })
    thread.on('error', (error) => {
      problem = error
    })
    // Not before: the next training begins when the thread of this one is gone.
    thread.on('exit', (code) => {
      signal.removeEventListener('abort', abort)
      if (problem === undefined && model) return resolve(model)
      reject(problem ?? new Error(`the training thread ended with code ${code} and without a model`))
    })
  })
}

const threadEntry = new URL('./train-intents-thread.ts', import.meta.url)
const trainingMsMax = 10 * 60_000
const memoryMbMax = 2_048
