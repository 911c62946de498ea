import { isDeepStrictEqual } from 'node:util'
import type { Example } from '../brain/intents/model.ts'
import type { TrainingProgress, Trainings } from '../deps.ts'

/**
 * One training of an agent at a time, in the order in which they were asked for. Who wants what the last of them
 * learns gets its model, too: publishing twice at once costs one training.
 */
export const createTrainings = (): Trainings => {
  const lastOf = new Map<string, Training>()
  const progressOf = new Map<string, TrainingProgress>()
  return {
    progressOf: (agentId) => progressOf.get(agentId) ?? null,
    run: (agentId, examples, train) => {
      const before = lastOf.get(agentId)
      if (before && isDeepStrictEqual(before.examples, examples)) return before.model
      const learn = async (): Promise<Uint8Array> => {
        // How it ended is for those who asked for it.
        await before?.model.catch(() => undefined)
        try {
          return await train(examples, (progress) => progressOf.set(agentId, progress))
        } finally {
          progressOf.delete(agentId)
          if (lastOf.get(agentId) === training) lastOf.delete(agentId)
        }
      }
      const training: Training = { examples, model: Promise.resolve().then(learn) }
      lastOf.set(agentId, training)
      return training.model
    },
  }
}

interface Training {
  readonly examples: readonly Example[]
  readonly model: Promise<Uint8Array>
}
