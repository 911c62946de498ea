import { classify, readMessage } from '../../src/brain/intents/classify.ts'
import type { IntentModel, Understanding } from '../../src/brain/intents/model.ts'

/** A text as a model understands it; with the text's embedding, by meaning too. */
export const understood = (model: IntentModel, text: string, vector?: Int8Array): Understanding =>
  classify(model, readMessage(model, text), vector)
