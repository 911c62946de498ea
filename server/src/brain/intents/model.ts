import Type from 'typebox'
import Schema from 'typebox/schema'

/**
 * What training makes of phrases: for every feature its weight in every intent. Read-only, and the same value for
 * the same phrases and seed. `serializeModel` turns it into bytes that are stored with the agent's version.
 */
export interface IntentModel {
  readonly intents: readonly string[]
  /** Feature to row. */
  readonly features: ReadonlyMap<string, number>
  /** Inverse document frequency by row. */
  readonly rarities: Float32Array
  /** That of a feature no phrase has: it takes its part of the text's length, so strange text scores low. */
  readonly unknownRarity: number
  /**
   * Row by row, one weight for each intent, in steps of the intent's scale. A byte each: a quarter of the size of
   * floats, and the score moves by less than 0.01.
   */
  readonly weights: Int8Array
  readonly scales: Float32Array
  readonly biases: Float32Array
  readonly calibration: Calibration
  /** From which confidence an intent counts as understood, found by cross-validation. */
  readonly threshold: number
  /** Phrase to intent; a phrase that stands under two intents is in neither. */
  readonly phrases: ReadonlyMap<string, string>
}

/** confidence = logistic(score * ownScore + (score - the best other score) * lead + offset). */
export interface Calibration {
  readonly score: number
  readonly lead: number
  readonly offset: number
}

export interface Example {
  readonly text: string
  readonly intent: string
}

export interface Understanding {
  /** All intents, best first. */
  readonly ranking: readonly RankedIntent[]
  /** The features that spoke most for the winner, strongest first. */
  readonly because: readonly Reason[]
}

export interface RankedIntent {
  readonly name: string
  readonly confidence: number
}

export interface Reason {
  readonly feature: string
  readonly weight: number
}

/**
 * The model as bytes: eight letters, the length of the head (32-bit), the head as JSON, then the numbers. Everything
 * is little-endian, as every machine is that runs this.
 */
export const serializeModel = (model: IntentModel): Uint8Array => {
  const head = new TextEncoder().encode(
    JSON.stringify({
      intents: model.intents,
      features: [...model.features.keys()],
      unknownRarity: model.unknownRarity,
      calibration: model.calibration,
      threshold: model.threshold,
      phrases: [...model.phrases],
    }),
  )
  const headLength = new Uint8Array(new Uint32Array([head.length]).buffer)
  const { rarities, scales, biases, weights } = model
  return joined([letters, headLength, head, ...[rarities, scales, biases, weights].map(bytesOf)])
}

/** Throws when the bytes are no model of this form: they are ours, so that is a fault of the store or of us. */
export const parseModel = (bytes: Uint8Array): IntentModel => {
  const take = reader(bytes)
  if (!letters.every((letter, index) => bytes[index] === letter))
    throw new Error('intent model: unknown form')
  take(letters.length)
  const [headLength = 0] = new Uint32Array(take(4).buffer)
  const head: unknown = JSON.parse(new TextDecoder().decode(take(headLength)))
  if (!headValidator.Check(head)) throw new Error('intent model: the head is not what this version writes')
  const { intents, features, phrases, ...rest } = head
  return {
    ...rest,
    intents,
    features: new Map(features.map((feature, row) => [feature, row])),
    phrases: new Map(phrases),
    rarities: new Float32Array(take(features.length * 4).buffer),
    scales: new Float32Array(take(intents.length * 4).buffer),
    biases: new Float32Array(take(intents.length * 4).buffer),
    weights: new Int8Array(take(features.length * intents.length).buffer),
  }
}

/** Changes with the form. */
const letters = new TextEncoder().encode('DRAGIM01')

const headValidator = Schema.Compile(
  Type.Object({
    intents: Type.Array(Type.String()),
    features: Type.Array(Type.String()),
    unknownRarity: Type.Number(),
    calibration: Type.Object({ score: Type.Number(), lead: Type.Number(), offset: Type.Number() }),
    threshold: Type.Number(),
    phrases: Type.Array(Type.Tuple([Type.String(), Type.String()])),
  }),
)

/** Gives the next bytes each time, as a copy of their own: numbers must begin at a multiple of their size. */
const reader = (bytes: Uint8Array): ((length: number) => Uint8Array<ArrayBuffer>) => {
  let at = 0
  return (length) => {
    if (at + length > bytes.length) throw new Error('intent model: cut off')
    const part = new Uint8Array(length)
    part.set(bytes.subarray(at, at + length))
    at += length
    return part
  }
}

const bytesOf = (numbers: Float32Array | Int8Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
