import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createBatcher } from '../../src/store/batch.ts'
import { isStoreUnavailable } from '../../src/store/store-errors.ts'

test('what waits for its own key costs nothing while it waits, and comes next', async () => {
  const batches: string[][] = []
  const { promise: firstIsDone, resolve: endFirst } = Promise.withResolvers<void>()
  let looks = 0
  const batcher = createBatcher<string, string>({
    run: async (items) => {
      batches.push([...items])
      if (batches.length === 1) await firstIsDone
      return items
    },
    itemsMax: 10,
    inFlightMax: 2,
    keyOf: (item) => {
      looks += 1
      return item.slice(0, 1)
    },
    isFinal: () => true,
  })
  const first = batcher.add('a1')
  await nextTurn()
  const second = batcher.add('a2')
  for (let turn = 0; turn < 5; turn += 1) await nextTurn()
  const looksBefore = looks
  for (let turn = 0; turn < 50; turn += 1) await nextTurn()
  assert.equal(looks, looksBefore)
  assert.deepEqual(batches, [['a1']])

  const other = batcher.add('b1')
  assert.equal(await other, 'b1')
  endFirst()
  assert.deepEqual(await Promise.all([first, second]), ['a1', 'a2'])
  assert.deepEqual(batches, [['a1'], ['b1'], ['a2']])
})

test('what has waited too long is refused as unavailable, and is never run', async () => {
  const waitMsMax = 100
  const ran: string[] = []
  const { promise: firstIsDone, resolve: endFirst } = Promise.withResolvers<void>()
  const batcher = createBatcher<string, string>({
    run: async (items) => {
      ran.push(...items)
      await firstIsDone
      return items
    },
    itemsMax: 10,
    inFlightMax: 1,
    isFinal: () => true,
    waitMsMax,
  })
  const first = batcher.add('begun')
  while (ran.length === 0) await nextTurn()
  await nextTurn()
  const late = batcher.add('late')
  const calledAt = performance.now()
  while (performance.now() - calledAt <= waitMsMax) await nextTurn()
  endFirst()
  assert.equal(await first, 'begun')
  await assert.rejects(late, (error) => isStoreUnavailable(error))
  assert.deepEqual(ran, ['begun'])
})
