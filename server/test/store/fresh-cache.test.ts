import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFreshCache } from '../../src/store/fresh-cache.ts'

/** A source whose reads end when the test says so. */
const heldSource = () => {
  const reads: {
    readonly keys: readonly string[]
    readonly end: (rows: Record<string, number>) => void
    readonly fail: () => void
  }[] = []
  const load = (keys: readonly string[]): Promise<ReadonlyMap<string, number>> =>
    new Promise((resolve, reject) => {
      reads.push({
        keys,
        end: (rows) => resolve(new Map(Object.entries(rows))),
        fail: () => reject(new Error('away')),
      })
    })
  return { reads, cache: createFreshCache({ load, freshMs: 60_000, entriesMax: 2 }) }
}

test('many askers of one key share one read', async () => {
  const { reads, cache } = heldSource()
  const asked = [cache.of('a'), cache.of('a'), cache.ofAll(['a'])]
  reads[0]?.end({ a: 1 })
  assert.deepEqual(await Promise.all(asked), [1, 1, new Map([['a', 1]])])
  assert.equal(await cache.of('a'), 1)
  assert.equal(reads.length, 1)
})

test('what is read while something changes is not kept, but who asked before gets an answer', async () => {
  const { reads, cache } = heldSource()
  const both = cache.ofAll(['a', 'b'])
  cache.forget('a')
  reads[0]?.end({ a: 1, b: 2 })
  assert.deepEqual(
    await both,
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
  )
  const again = cache.of('a')
  reads[1]?.end({ a: 3 })
  assert.equal(await again, 3)
})

test('after a change the old value is never told again', async () => {
  const { reads, cache } = heldSource()
  const first = cache.of('a')
  reads[0]?.end({ a: 1 })
  await first
  cache.forget('a')
  const next = cache.of('a')
  reads[1]?.end({})
  assert.equal(await next, undefined)
})

test('a failed read fails those who asked and is tried again for the next', async () => {
  const { reads, cache } = heldSource()
  const failed = cache.of('a')
  reads[0]?.fail()
  await assert.rejects(failed, /away/)
  const next = cache.of('a')
  reads[1]?.end({ a: 1 })
  assert.equal(await next, 1)
})

test('what does not exist takes no room, and the oldest goes when there is no room', async () => {
  const { reads, cache } = heldSource()
  for (const key of ['a', 'b', 'c']) {
    const asked = cache.of(key)
    reads.at(-1)?.end({ [key]: 1 })
    await asked
  }
  assert.equal(reads.length, 3)
  const again = cache.of('a')
  assert.equal(reads.length, 4)
  reads.at(-1)?.end({ a: 2 })
  assert.equal(await again, 2)
})
