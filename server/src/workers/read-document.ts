import { Worker } from 'node:worker_threads'
import type { TextPassage } from '../brain/knowledge/split-passages.ts'
import type { DocumentBytes, DocumentText, ReadDocument } from '../deps.ts'

/** What the thread says at its end. */
export type ReadingReport =
  | { readonly ok: true; readonly title: string; readonly passages: readonly TextPassage[] }
  | { readonly ok: false; readonly error: string }

/**
 * Reads a document in a thread of its own, because a PDF may keep a core busy for seconds, and a hostile one for ever:
 * the thread ends after two minutes or one gigabyte. Never rejects; the error is a sentence for whoever uploaded it.
 *
 * The limit of Node counts objects, not the buffers that a ZIP or a compressed PDF unpacks into, and six megabytes can
 * unpack into six thousand. So what the thread holds is looked at while it reads.
 */
export const readInThread: ReadDocument = (document, stopping) => readWithin(document, memoryMbMax, stopping)

export const readWithin = (
  document: DocumentBytes,
  memoryMb: number,
  stopping?: AbortSignal,
): Promise<DocumentText> =>
  new Promise((resolve) => {
    const thread = new Worker(threadEntry, {
      workerData: document,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
      stdout: true,
      stderr: true,
    })
    const end = (text: DocumentText): void => {
      clearTimeout(timer)
      clearInterval(looking)
      stopping?.removeEventListener('abort', stop)
      resolve(text)
      void thread.terminate()
    }
    const timer = setTimeout(end, readingMsMax, failed(`takes longer than ${readingMsMax / 1000} s to read`))
    const look = async (): Promise<void> => {
      const { used_heap_size, external_memory } = await thread.getHeapStatistics()
      if (used_heap_size + external_memory > memoryMb * 1024 * 1024) end(failed(tooMuchMemory))
    }
    // Rejects when the thread has ended, and then there is nothing to look at.
    const looking = setInterval(() => void look().catch(() => undefined), lookMs)
    const stop = (): void => end(failed('was interrupted'))
    stopping?.addEventListener('abort', stop, { once: true })
    thread.on('message', (report: ReadingReport) => end(report))
    thread.on('error', (error) =>
      end(
        failed(
          'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? tooMuchMemory
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
const lookMs = 50
const tooMuchMemory = 'takes more than 1 GB of memory to read; split it into smaller files'
