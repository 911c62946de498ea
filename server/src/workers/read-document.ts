import { Worker } from 'node:worker_threads'
import type { TextPassage } from '../brain/knowledge/split-passages.ts'
import type { DocumentText, ReadDocument } from '../deps.ts'

/** What the thread says at its end. */
export type ReadingReport =
  | { readonly ok: true; readonly title: string; readonly passages: readonly TextPassage[] }
  | { readonly ok: false; readonly error: string }

/**
 * Reads a document in a thread of its own, because a PDF may keep a core busy for seconds, and a hostile one for ever:
 * the thread ends after two minutes or one gigabyte. Never rejects; the error is a sentence for whoever uploaded it.
 */
export const readInThread: ReadDocument = (document, stopping) =>
  new Promise((resolve) => {
    const thread = new Worker(threadEntry, {
      workerData: document,
      resourceLimits: { maxOldGenerationSizeMb: memoryMbMax },
      stdout: true,
      stderr: true,
    })
    const end = (text: DocumentText): void => {
      clearTimeout(timer)
      stopping?.removeEventListener('abort', stop)
      resolve(text)
      void thread.terminate()
    }
    const timer = setTimeout(end, readingMsMax, failed(`takes longer than ${readingMsMax / 1000} s to read`))
    const stop = (): void => end(failed('was interrupted'))
    stopping?.addEventListener('abort', stop, { once: true })
    thread.on('message', (report: ReadingReport) => end(report))
    thread.on('error', (error) =>
      end(
        failed(
          'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? 'takes more than 1 GB of memory to read; split it into smaller files'
            : `cannot be read (${error.message})`,
        ),
      ),
    )
    thread.on('exit', () => end(failed('cannot be read: the reading ended without a result')))
  })

const failed = (error: string): DocumentText => ({ ok: false, error })

const threadEntry = new URL('./read-document/thread.ts', import.meta.url)
const readingMsMax = 120_000
const memoryMbMax = 1_024
