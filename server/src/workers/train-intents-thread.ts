import { parentPort, workerData } from 'node:worker_threads'
import { serializeModel } from '../brain/intents/model-bytes.ts'
import { trainIntents } from '../brain/intents/train.ts'
import type { TrainingJob, TrainingReport } from './train-intents.ts'

/** The thread that `trainInThread` starts: one job in, progress and one model out. */
const train = ({ examples, vectors, seed }: TrainingJob): void => {
  let reported = 0
  const onProgress = (done: number): void => {
    if (done < 1 && done - reported < progressStepMin) return
    reported = done
    report({ type: 'progress', done })
  }
  const bytes = serializeModel(trainIntents(examples, { seed, vectors, onProgress }))
  report({ type: 'model', bytes })
}

const progressStepMin = 0.01

const report = (message: TrainingReport): void => parentPort?.postMessage(message)

train(workerData)
