import Type, { type Static } from 'typebox'
import Schema from 'typebox/schema'
import { featureCounts, vectorOf } from './features.ts'
import { unitVector } from './kernels.ts'
import type { Engine, FusedEngine, IntentModel, LexicalEngine, Separators } from './model.ts'
import { postingsOf } from './postings.ts'

/**
 * The model as bytes: eight letters, the length of the head (32-bit), the head as JSON, then the numbers, whose
 * lengths follow from the head. Everything is little-endian, as every machine is that runs this.
 */
export const serializeModel = (model: IntentModel): Uint8Array => {
  const { intents, phrases, lexical, fused } = model
  const head: Head = {
    intents: [...intents],
    phrases: [...phrases],
    lexical: {
      ...judgementOf(lexical),
      features: [...lexical.features.keys()],
      unknownRarity: lexical.unknownRarity,
    },
    fused: fusedHead(fused),
  }
  const headBytes = new TextEncoder().encode(JSON.stringify(head))
  const headLength = new Uint8Array(new Uint32Array([headBytes.length]).buffer)
  const numbers = [lexical.rarities, ...separatorNumbers(lexical), ...fusedNumbers(fused)]
  return joined([letters, headLength, headBytes, ...numbers.map(bytesOf)])
}

/** Throws when the bytes are no model of this form: they are ours, so that is a fault of the store or of us. */
export const parseModel = (bytes: Uint8Array): IntentModel => {
  const take = reader(bytes)
  if (!letters.every((letter, index) => bytes[index] === letter))
    throw new Error('intent model: unknown form; publish the agent again')
  take(letters.length)
  const [headLength = 0] = new Uint32Array(take(4).buffer)
  const head: unknown = JSON.parse(new TextDecoder().decode(take(headLength)))
  if (!headValidator.Check(head)) throw new Error('intent model: the head is not what this version writes')
  const { intents, phrases, fused } = head
  const { features, ...rest } = head.lexical
  const lexical: LexicalEngine = {
    type: 'lexical',
    ...rest,
    features: new Map(features.map((feature, row) => [feature, row])),
    rarities: new Float32Array(take(features.length * 4).buffer),
    ...takeSeparators(take, features.length, intents.length, 0),
  }
  return {
    intents,
    phrases: new Map(phrases),
    lexical,
    fused: fused && takeFused(take, fused, lexical, intents.length),
  }
}

/** Changes with the form. */
const letters = new TextEncoder().encode('DRAGIM02')

const judgementPart = {
  calibration: Type.Object({ score: Type.Number(), lead: Type.Number(), offset: Type.Number() }),
  thresholds: Type.Object({ accept: Type.Number(), clarify: Type.Number() }),
}

const FusedHead = Type.Union([
  Type.Object({ type: Type.Literal('linear'), vectorLength: Type.Number(), ...judgementPart }),
  Type.Object({
    type: Type.Literal('kernel'),
    vectorLength: Type.Number(),
    texts: Type.Array(Type.String()),
    wordsWeight: Type.Number(),
    ...judgementPart,
  }),
])

const Head = Type.Object({
  intents: Type.Array(Type.String()),
  phrases: Type.Array(Type.Tuple([Type.String(), Type.String()])),
  lexical: Type.Object({
    features: Type.Array(Type.String()),
    unknownRarity: Type.Number(),
    ...judgementPart,
  }),
  fused: Type.Union([Type.Null(), FusedHead]),
})

type Head = Static<typeof Head>
type FusedHead = Static<typeof FusedHead>

const headValidator = Schema.Compile(Head)

const judgementOf = ({ calibration, thresholds }: Engine) => ({
  calibration,
  thresholds,
})

const fusedHead = (fused: FusedEngine | null): FusedHead | null => {
  if (!fused) return null
  if (fused.type === 'linear') {
    const vectorLength = fused.directions.length / fused.biases.length
    return { type: 'linear', vectorLength, ...judgementOf(fused) }
  }
  const { texts, wordsWeight } = fused
  const vectorLength = fused.vectors.length / texts.length
  return { type: 'kernel', vectorLength, texts: [...texts], wordsWeight, ...judgementOf(fused) }
}

type Numbers = Float32Array | Int8Array

const separatorNumbers = ({ scales, biases, directions, weights }: Separators): readonly Numbers[] => [
  scales,
  biases,
  directions,
  weights,
]

const fusedNumbers = (fused: FusedEngine | null): readonly Numbers[] => {
  if (!fused) return []
  return fused.type === 'linear' ? separatorNumbers(fused) : [fused.coefficients, fused.vectors]
}

type Take = (length: number) => Uint8Array<ArrayBuffer>

const takeSeparators = (
  take: Take,
  featureCount: number,
  intentCount: number,
  vectorLength: number,
): Separators => ({
  scales: new Float32Array(take(intentCount * 4).buffer),
  biases: new Float32Array(take(intentCount * 4).buffer),
  directions: new Float32Array(take(intentCount * vectorLength * 4).buffer),
  weights: new Int8Array(take(featureCount * intentCount).buffer),
})

const takeFused = (take: Take, head: FusedHead, lexical: LexicalEngine, intentCount: number): FusedEngine => {
  if (head.type === 'linear') {
    const { vectorLength, ...rest } = head
    return { ...rest, ...takeSeparators(take, lexical.features.size, intentCount, vectorLength) }
  }
  const { vectorLength, ...rest } = head
  const count = head.texts.length
  const coefficients = new Float32Array(take(count * intentCount * 4).buffer)
  const vectors = new Int8Array(take(count * vectorLength).buffer)
  return {
    ...rest,
    coefficients,
    vectors,
    units: head.texts.map((_, phrase) =>
      unitVector(vectors.subarray(phrase * vectorLength, (phrase + 1) * vectorLength)),
    ),
    postings: postingsOf(
      head.texts.map((text) => vectorOf(lexical, featureCounts(text))),
      lexical.features.size,
    ),
  }
}

/** Gives the next bytes each time, as a copy of their own: numbers must begin at a multiple of their size. */
const reader = (bytes: Uint8Array): Take => {
  let at = 0
  return (length) => {
    if (at + length > bytes.length) throw new Error('intent model: cut off')
    const part = new Uint8Array(length)
    part.set(bytes.subarray(at, at + length))
    at += length
    return part
  }
}

const bytesOf = (numbers: Numbers): Uint8Array =>
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
