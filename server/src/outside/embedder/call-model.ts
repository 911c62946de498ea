import { SHARE_ENV, Worker } from 'node:worker_threads'
import type { Log } from '../log.ts'

/** URLs of files; as text, for they go to the thread. */
export interface ModelFiles {
  readonly model: string
  readonly vocabulary: string
}

export interface ThreadRequest {
  readonly id: number
  readonly texts: readonly string[]
}

export type ThreadAnswer =
  | { readonly type: 'ready' }
  | { readonly type: 'unavailable'; readonly error: string }
  | { readonly type: 'vectors'; readonly id: number; readonly vectors: Int8Array }
  | { readonly type: 'failed'; readonly id: number; readonly error: string }

export type CallOutcome =
  | { readonly ok: true; readonly vectors: Int8Array }
  | { readonly ok: false; readonly error: string }

export interface ModelCaller {
  /** The vectors one behind the other. Never rejects. */
  readonly call: (texts: readonly string[]) => Promise<CallOutcome>
  readonly close: () => Promise<void>
}

/**
 * The model's thread, started by the first call. It keeps no process alive while nothing is asked of it. A model that
 * cannot be loaded is not tried again; a thread that dies is started anew, but not for ever.
 */
export const createModelCaller = (log: Pick<Log, 'info' | 'warn'>, files: ModelFiles): ModelCaller => {
  const waiting = new Map<number, (outcome: CallOutcome) => void>()
  let thread: Worker | undefined
  let refusal: string | undefined
  let startsLeft = startsMax
  let lastId = 0

  const settle = (id: number, outcome: CallOutcome): void => {
    waiting.get(id)?.(outcome)
    waiting.delete(id)
    if (waiting.size === 0) thread?.unref()
  }
  const settleAll = (error: string): void => {
    for (const id of [...waiting.keys()]) settle(id, { ok: false, error })
  }
  const refuse = (error: string): void => {
    refusal = error
    log.warn({ error }, 'the embedding model is not available: agents understand by words alone')
    settleAll(error)
  }
  const lose = (lost: Worker, error: string): void => {
    if (thread !== lost) return
    thread = undefined
    if (startsLeft > 0) {
      log.warn({ error }, 'the embedding thread ended; the next need starts another')
      settleAll(error)
    } else refuse(error)
  }
  const start = (): Worker => {
    startsLeft--
    const started = new Worker(new URL('./model-thread.ts', import.meta.url), {
      workerData: files,
      // What the thread tells the runtime of the model must reach the environment of the process.
      env: SHARE_ENV,
    })
    started.on('message', (answer: ThreadAnswer) => {
      if (answer.type === 'ready') log.info({}, 'the embedding model is loaded')
      else if (answer.type === 'unavailable') {
        thread = undefined
        refuse(answer.error)
        void started.terminate()
      } else if (answer.type === 'vectors') settle(answer.id, { ok: true, vectors: answer.vectors })
      else settle(answer.id, { ok: false, error: answer.error })
    })
    started.on('error', (error) => lose(started, String(error)))
    started.on('exit', (code) => lose(started, `the embedding thread ended with code ${code}`))
    return started
  }

  return {
    call: (texts) => {
      if (refusal !== undefined) return Promise.resolve({ ok: false, error: refusal })
      thread ??= start()
      thread.ref()
      lastId++
      const request: ThreadRequest = { id: lastId, texts }
      return new Promise((resolve) => {
        waiting.set(request.id, resolve)
        thread?.postMessage(request)
      })
    },
    close: async () => {
      const closing = thread
      thread = undefined
      refusal ??= 'closed'
      settleAll('closed')
      await closing?.terminate()
    },
  }
}

const startsMax = 3
