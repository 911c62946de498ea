import { parseArgs } from 'node:util'
import {
  classify,
  needsEmbedding,
  type ReadMessage,
  readMessage,
} from '../server/src/brain/intents/classify.ts'
import type { Example, Understanding } from '../server/src/brain/intents/model.ts'
import { serializeModel } from '../server/src/brain/intents/model-bytes.ts'
import { type EngineChoice, trainIntents } from '../server/src/brain/intents/train.ts'
import { createEmbedder, type Embedder } from '../server/src/outside/embedder.ts'
import { readDataSet } from './intents/data-set.ts'
import { areaUnderCurve, calibrationError, type Guess, isRight, macroF1, share } from './intents/measures.ts'

const usage = `npm run eval:intents -- DIR [--engine auto|lexical|fused] [--shots N] [--json]

How well does the agent understand a data set? For each training set in DIR, one line. The form of DIR:
docs/guides/intents.md.
`

/** What is measured; shares are parts of 1, null where the set has no out-of-scope messages. */
interface Figures {
  readonly training_set: string
  readonly engine: string
  readonly phrases: number
  readonly intents: number
  readonly accuracy: number
  readonly macro_f1: number
  readonly accepted: number
  readonly accepted_right: number
  readonly asked: number
  readonly oos_recall: number | null
  readonly oos_auroc: number | null
  readonly calibration_error: number
  readonly embedding_seconds: number
  readonly training_seconds: number
  /** Messages whose embedding was asked for: words alone were not sure. */
  readonly embedded: number
  /** Means: understanding alone; and with the embeddings. */
  readonly classify_ms: number
  readonly message_ms: number
  readonly model_kilobytes: number
}

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      engine: { type: 'string', default: 'auto' },
      shots: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const [directory] = positionals
  const engine = engines.find((name) => name === values.engine)
  const shots = values.shots === undefined ? undefined : Number(values.shots)
  if (directory === undefined || engine === undefined || (shots !== undefined && !(shots > 0))) {
    process.stderr.write(usage)
    process.exitCode = 2
    return
  }
  const embedder = createEmbedder({ log })
  try {
    if (!values.json) say(`| ${headings.join(' | ')} |\n|${headings.map(() => '---|').join('')}`)
    const { trainings, meant, strange } = readDataSet(directory, shots)
    for (const { name, examples } of trainings) {
      const figures = await evaluate(embedder, { name, examples, meant, strange, engine })
      say(values.json ? JSON.stringify(figures) : row(figures))
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 1
  } finally {
    await embedder.close()
  }
}

const engines: readonly EngineChoice[] = ['auto', 'lexical', 'fused']

interface Job {
  readonly name: string
  readonly examples: readonly Example[]
  readonly meant: readonly Example[]
  readonly strange: readonly Example[]
  readonly engine: EngineChoice
}

const evaluate = async (embedder: Embedder, job: Job): Promise<Figures> => {
  const { name, examples, meant, strange, engine } = job
  const begunMs = performance.now()
  const vectors = engine === 'lexical' ? undefined : await embedAll(embedder, examples)
  const embeddedMs = performance.now()
  const model = trainIntents(examples, { seed: 1, vectors, engine })
  const trainedMs = performance.now()
  const readings = [...meant, ...strange].map(({ text }) => readMessage(model, text))
  const wanted = readings.filter((message) => needsEmbedding(model, message))
  const readMs = performance.now()
  const vectorOf = await vectorsOf(embedder, wanted)
  const messagesEmbeddedMs = performance.now()
  const understood = readings.map((message) => classify(model, message, vectorOf.get(message)))
  const classifiedMs = performance.now()
  const guesses = understood.map((understanding, index) => guessOf(understanding, meant[index]))
  const [own, others] = [guesses.slice(0, meant.length), guesses.slice(meant.length)]
  const accepted = own.filter(({ verdict }) => verdict === 'accept')
  const classifyMs = (readMs - trainedMs + classifiedMs - messagesEmbeddedMs) / readings.length
  return {
    training_set: name,
    engine: model.fused?.type ?? 'lexical',
    phrases: examples.length,
    intents: model.intents.length,
    accuracy: share(own, isRight),
    macro_f1: macroF1(own),
    accepted: accepted.length / own.length,
    accepted_right: share(accepted, isRight),
    asked: share(own, ({ verdict }) => verdict === 'clarify'),
    oos_recall: others.length === 0 ? null : share(others, ({ verdict }) => verdict !== 'accept'),
    oos_auroc: others.length === 0 ? null : areaUnderCurve(own, others),
    calibration_error: calibrationError(guesses),
    embedding_seconds: (embeddedMs - begunMs) / 1000,
    training_seconds: (trainedMs - embeddedMs) / 1000,
    embedded: wanted.length / readings.length,
    classify_ms: classifyMs,
    message_ms: (classifiedMs - trainedMs) / readings.length,
    model_kilobytes: Math.round(serializeModel(model).length / 1024),
  }
}

/** @param meant undefined for a message that means none of the intents */
const guessOf = ({ ranking, verdict }: Understanding, meant: Example | undefined): Guess => ({
  meant: meant?.intent ?? null,
  guessed: ranking[0]?.name ?? '',
  confidence: ranking[0]?.confidence ?? 0,
  verdict,
})

const embedAll = async (
  embedder: Embedder,
  examples: readonly { readonly text: string }[],
): Promise<readonly Int8Array[]> => {
  const outcome = await embedder.embed(examples.map(({ text }) => text))
  if (!outcome.ok) throw new Error(`no embeddings: ${outcome.error}; --engine lexical goes without`)
  return outcome.vectors
}

const vectorsOf = async (
  embedder: Embedder,
  messages: readonly ReadMessage[],
): Promise<ReadonlyMap<ReadMessage, Int8Array>> => {
  const vectors = await embedAll(embedder, messages)
  return new Map(
    vectors.flatMap((vector, index) => {
      const message = messages[index]
      return message ? [[message, vector] as const] : []
    }),
  )
}

const headings = [
  ...['training set', 'engine', 'phrases', 'intents', 'accuracy %', 'macro-F1 %'],
  ...['accepted %', 'of these right %', 'asked %', 'out-of-scope recall %', 'AUROC %', 'calibration error %'],
  ...['embedding s', 'training s', 'embedded %', 'classify ms', 'message ms', 'model KiB'],
]

const row = (figures: Figures): string =>
  `| ${[
    ...[figures.training_set, figures.engine, figures.phrases, figures.intents],
    ...[figures.accuracy, figures.macro_f1, figures.accepted, figures.accepted_right, figures.asked].map(
      percent,
    ),
    ...[figures.oos_recall, figures.oos_auroc, figures.calibration_error].map(percent),
    ...[figures.embedding_seconds, figures.training_seconds].map((seconds) => seconds.toFixed(1)),
    percent(figures.embedded),
    ...[figures.classify_ms, figures.message_ms].map((ms) => ms.toFixed(2)),
    figures.model_kilobytes,
  ].join(' | ')} |`

const percent = (part: number | null): string => (part === null ? '-' : (100 * part).toFixed(1))

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const log = { info: () => {}, warn: () => {} }

await main()
