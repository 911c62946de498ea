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

test('a batch that is stuck holds up no other for longer than it may be late', async () => {
  const lateAfterMs = 40
  const began: { readonly item: string; readonly at: number }[] = []
  const { promise: stuckIsDone, resolve: endStuck } = Promise.withResolvers<void>()
  const batcher = createBatcher<string, string>({
    run: async (items) => {
      for (const item of items) began.push({ item, at: performance.now() })
      if (items.includes('stuck')) await stuckIsDone
      return items
    },
    itemsMax: 10,
    inFlightMax: 2,
    lateAfterMs,
    isFinal: () => true,
  })
  const stuck = batcher.add('stuck')
  while (began.length === 0) await nextTurn()
  const others = [batcher.add('one'), batcher.add('two')]
  for (let turn = 0; turn < 5; turn += 1) await nextTurn()
  // Unless this machine stood still meanwhile, they wait for each other.
  if (performance.now() < (began[0]?.at ?? 0) + lateAfterMs) assert.equal(began.length, 1)
  assert.deepEqual(await Promise.all(others), ['one', 'two'])
  assert.ok((began[1]?.at ?? 0) - (began[0]?.at ?? 0) >= lateAfterMs)
  endStuck()
  assert.equal(await stuck, 'stuck')
})

test('as long as batches get on, what comes meanwhile is one batch', async () => {
  const batches: number[] = []
  const ends: (() => void)[] = []
  const batcher = createBatcher<number, number>({
    run: async (items) => {
      batches.push(items.length)
      await new Promise<void>((resolve) => ends.push(resolve))
      return items
    },
    itemsMax: 10,
    inFlightMax: 4,
    lateAfterMs: 60_000,
    isFinal: () => true,
  })
  const all = [batcher.add(0)]
  while (ends.length < 1) await nextTurn()
  for (let item = 1; item <= 5; item += 1) {
    all.push(batcher.add(item))
    await nextTurn()
  }
  assert.deepEqual(batches, [1])
  ends[0]?.()
  while (ends.length < 2) await nextTurn()
  ends[1]?.()
  await Promise.all(all)
  assert.deepEqual(batches, [1, 5])
})

test('batches that follow each other leave half as long between them as they take, unless enough is waiting', async () => {
  let now = 1000
  const batches: string[][] = []
  const batcher = createBatcher<string, string>({
    run: async (items) => {
      batches.push([...items])
      now += 8
      return items
    },
    itemsMax: 10,
    inFlightMax: 1,
    enoughItems: 3,
    isFinal: () => true,
    now: () => now,
  })
  // Who comes alone waits for nobody.
  assert.equal(await batcher.add('a'), 'a')
  assert.deepEqual(batches, [['a']])

  const pausing = [batcher.add('b'), batcher.add('c')]
  for (let turn = 0; turn < 50; turn += 1) await nextTurn()
  assert.deepEqual(batches, [['a']])
  now += 4
  assert.deepEqual(await Promise.all(pausing), ['b', 'c'])
  assert.deepEqual(batches, [['a'], ['b', 'c']])

  const enough = [batcher.add('d'), batcher.add('e'), batcher.add('f')]
  assert.deepEqual(await Promise.all(enough), ['d', 'e', 'f'])
  assert.deepEqual(batches, [['a'], ['b', 'c'], ['d', 'e', 'f']])
})

test('what nobody waits for lingers until there is enough of it, or until it has lingered long enough', async () => {
  let now = 1000
  const batches: string[][] = []
  const batcher = createBatcher<string, string>({
    run: async (items) => {
      batches.push([...items])
      return items
    },
    itemsMax: 10,
    inFlightMax: 1,
    enoughItems: 3,
    lingerMs: 50,
    isFinal: () => true,
    now: () => now,
  })
  const first = batcher.add('a')
  for (let turn = 0; turn < 50; turn += 1) await nextTurn()
  now += 49
  const second = batcher.add('b')
  for (let turn = 0; turn < 50; turn += 1) await nextTurn()
  assert.deepEqual(batches, [])
  now += 1
  assert.deepEqual(await Promise.all([first, second]), ['a', 'b'])
  assert.deepEqual(batches, [['a', 'b']])

  await Promise.all(['c', 'd', 'e'].map((item) => batcher.add(item)))
  assert.deepEqual(batches, [
    ['a', 'b'],
    ['c', 'd', 'e'],
  ])
})
