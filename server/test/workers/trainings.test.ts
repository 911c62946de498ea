import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Example } from '../../src/brain/intents/model.ts'
import type { TrainIntents } from '../../src/deps.ts'
import { createTrainings } from '../../src/workers/trainings.ts'

/** A training that ends when the test says so. */
const slowTraining = () => {
  const begun: { examples: readonly Example[]; end: (model: Uint8Array) => void; fail: () => void }[] = []
  const train: TrainIntents = (examples, onProgress) => {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
    begun.push({ examples, end: resolve, fail: () => reject(new Error('the thread died')) })
    onProgress?.({ phase: 'training', done: 0.5 })
    return promise
  }
  return { begun, train }
}

const phrases = (text: string): Example[] => [{ intent: 'hello', text }]
const model = (byte: number) => new Uint8Array([byte])
/** All that was only waiting for a turn of the loop has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('the same phrases asked for again while they are trained are trained once', async () => {
  const { begun, train } = slowTraining()
  const trainings = createTrainings()
  const asked = [1, 2, 3].map(() => trainings.run('a', phrases('hi'), train))
  await settled()
  assert.equal(begun.length, 1)
  assert.deepEqual(trainings.progressOf('a'), { phase: 'training', done: 0.5 })
  begun[0]?.end(model(1))
  assert.deepEqual(await Promise.all(asked), [model(1), model(1), model(1)])
  assert.equal(trainings.progressOf('a'), null)
  const again = trainings.run('a', phrases('hi'), train)
  await settled()
  begun[1]?.end(model(2))
  assert.deepEqual(await again, model(2))
})

test('other phrases of the same agent wait, in their order, also when a training before them fails', async () => {
  const { begun, train } = slowTraining()
  const trainings = createTrainings()
  const first = trainings.run('a', phrases('hi'), train)
  const second = trainings.run('a', phrases('hello'), train)
  const third = trainings.run('a', phrases('hello'), train)
  await settled()
  assert.equal(begun.length, 1)
  begun[0]?.fail()
  await assert.rejects(first, /the thread died/)
  await settled()
  assert.deepEqual(
    begun.map(({ examples }) => examples[0]?.text),
    ['hi', 'hello'],
  )
  begun[1]?.end(model(2))
  assert.deepEqual(await Promise.all([second, third]), [model(2), model(2)])
})

test('another agent does not wait', async () => {
  const { begun, train } = slowTraining()
  const trainings = createTrainings()
  const asked = ['a', 'b'].map((agentId) => trainings.run(agentId, phrases('hi'), train))
  await settled()
  assert.equal(begun.length, 2)
  for (const { end } of begun) end(model(1))
  await Promise.all(asked)
})
