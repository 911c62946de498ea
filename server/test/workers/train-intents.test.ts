import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import { parseModel, serializeModel } from '../../src/brain/intents/model-bytes.ts'
import { trainIntents } from '../../src/brain/intents/train.ts'
import { createEmbedder } from '../../src/outside/embedder.ts'
import { createIntentTrainer, trainInThread, trainingThreadsMax } from '../../src/workers/train-intents.ts'
import { smallExamples } from '../brain/small-examples.ts'
import { understood } from '../support/understood.ts'

test('training in a thread gives the very model that training here gives', async () => {
  const bytes = await trainInThread({ examples: smallExamples, seed: 7 })
  assert.deepEqual(bytes, serializeModel(trainIntents(smallExamples, { seed: 7 })))
  assert.equal(understood(parseModel(bytes), 'cold beer').ranking[0]?.name, 'drink')
})

test('the event loop goes on while the thread trains', async () => {
  let isTrained = false
  const trained = trainInThread({ examples: smallExamples, seed: 1 }).then(() => {
    isTrained = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(isTrained, false)
  await trained
})

test('progress rises and stays between 0 and 1', async () => {
  const reports: number[] = []
  await trainInThread({ examples: smallExamples, seed: 1, onProgress: (done) => reports.push(done) })
  assert.ok(reports.length > 1)
  assert.deepEqual(
    reports,
    [...reports].sort((one, other) => one - other),
  )
  assert.ok(reports.every((done) => done > 0 && done <= 1))
})

test('an aborted training rejects with the reason it was aborted for', async () => {
  const abort = new AbortController()
  const trained = trainInThread({ examples: smallExamples, seed: 1, signal: abort.signal })
  abort.abort(new Error('published anew'))
  await assert.rejects(trained, /published anew/)
})

test('a signal that is aborted already starts no training', async () => {
  const signal = AbortSignal.abort(new Error('too late'))
  await assert.rejects(trainInThread({ examples: smallExamples, seed: 1, signal }), /too late/)
})

test('what goes wrong in the thread is told to the caller', async () => {
  const examples = JSON.parse('[{"intent": "no text"}]')
  await assert.rejects(trainInThread({ examples, seed: 1 }), TypeError)
})

test('an agent is trained with embeddings where there are any, and the phases are told in their order', async () => {
  const texts: string[] = []
  const phases: string[] = []
  const train = createIntentTrainer({
    embed: async (wanted, onProgress) => {
      texts.push(...wanted)
      onProgress?.(1)
      return { ok: true, vectors: wanted.map(() => new Int8Array(384).fill(1)) }
    },
  })
  await train(smallExamples, ({ phase, done }) => phases.push(done === 1 ? phase : `${phase} ...`))
  assert.deepEqual(
    texts,
    smallExamples.map(({ text }) => text),
  )
  assert.equal(phases[0], 'embedding')
  assert.equal(phases.at(-1), 'training')
})

test('without embeddings it is trained by words alone', async () => {
  const train = createIntentTrainer({ embed: async () => ({ ok: false, error: 'not installed' }) })
  assert.deepEqual(await train(smallExamples), await trainInThread({ examples: smallExamples, seed: 1 }))
})

test('with the embedding model, words that no phrase has are understood', async () => {
  const embedder = createEmbedder({ log: { info: () => {}, warn: () => {} } })
  try {
    const model = parseModel(await createIntentTrainer(embedder)(smallExamples))
    const text = 'the shrimps make me sick'
    const outcome = await embedder.embed([text])
    assert.ok(outcome.ok)
    assert.equal(understood(model, text, outcome.vectors[0]).ranking[0]?.name, 'allergy')
  } finally {
    await embedder.close()
  }
})

test('however many agents are trained at once, only so many threads are at work', async (t) => {
  let atWork = 0
  let atWorkMax = 0
  const count = (thread: Worker): void => {
    atWork += 1
    atWorkMax = Math.max(atWorkMax, atWork)
    thread.on('exit', () => {
      atWork -= 1
    })
  }
  process.on('worker', count)
  t.after(() => process.off('worker', count))
  const train = createIntentTrainer({ embed: async () => ({ ok: false, error: 'not installed' }) })
  const wanted = Array.from({ length: trainingThreadsMax * 2 + 1 }, () => train(smallExamples))
  const failing = train(JSON.parse('[{"intent": "no text"}]'))
  await assert.rejects(failing, TypeError)
  const models = await Promise.all([...wanted, train(smallExamples)])
  for (const model of models) assert.deepEqual(model, models[0])
  assert.equal(atWorkMax, trainingThreadsMax)
})
