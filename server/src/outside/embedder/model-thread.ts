import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import type { ModelFiles, ThreadAnswer, ThreadRequest } from './call-model.ts'
import { quantised, vectorLength } from './quantised.ts'
import { createWordPieces } from './word-pieces.ts'

/**
 * The thread that `createModelCaller` starts: loads the model, then turns texts into vectors one by one. One by one costs
 * no time on one core, keeps memory flat, and gives a text the same vector whatever stands beside it.
 */
const serve = async (files: ModelFiles): Promise<void> => {
  const embed = await loadModel(files)
  parentPort?.on('message', async ({ id, texts }: ThreadRequest) => {
    try {
      const vectors = new Int8Array(texts.length * vectorLength)
      for (const [index, text] of texts.entries()) vectors.set(await embed(text), index * vectorLength)
      answer({ type: 'vectors', id, vectors })
    } catch (error) {
      answer({ type: 'failed', id, error: String(error) })
    }
  })
  answer({ type: 'ready' })
}

/** On one core, so that the server keeps the others. */
const sessionOptions = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 } as const

const loadModel = async (files: ModelFiles): Promise<(text: string) => Promise<Int8Array>> => {
  // Since 1.30 it makes an id of this machine, keeps it in the home folder, and reports to its makers.
  process.env['ORT_DISABLE_TELEMETRY'] = '1'
  const wordPieces = createWordPieces(readFileSync(new URL(files.vocabulary), 'utf8'))
  // An optional dependency: it may be missing, and that must be an answer, not a fault of this file.
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const session = await InferenceSession.create(fileURLToPath(files.model), sessionOptions)
  const outputName = session.outputNames[0] ?? ''
  return async (text) => {
    const pieces = wordPieces(text)
    const shape = [1, pieces.length]
    const output = await session.run({
      input_ids: new Tensor('int64', BigInt64Array.from(pieces, BigInt), shape),
      attention_mask: new Tensor('int64', new BigInt64Array(pieces.length).fill(1n), shape),
    })
    const sentence = output[outputName]?.data
    if (!(sentence instanceof Float32Array) || sentence.length !== vectorLength)
      throw new Error(`the model gave no vector of ${vectorLength} numbers`)
    return quantised(sentence)
  }
}

const answer = (message: ThreadAnswer): void => parentPort?.postMessage(message)

await serve(workerData).catch((error) => answer({ type: 'unavailable', error: String(error) }))
