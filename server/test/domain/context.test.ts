import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ContextOutcome, mergeContext, ownContext, updateContext } from '../../src/domain/context.ts'
import { isJsonObject, type Json, type JsonObject } from '../../src/domain/json.ts'

/** Few names, so that a patch meets what is there; some that a careless merge would take from the prototype. */
const names = fc.constantFrom('a', 'b', 'c', 'constructor', 'toString', '__proto__')
const { value } = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'json' },
    fc.constantFrom<Json>(null, true, 0, 1.5, '', 'text', 'é'),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(names, tie('value'), { maxKeys: 4 }),
}))
const contexts = fc
  .dictionary(names, value, { maxKeys: 4 })
  .map((patch) => mergeContext({}, patch as JsonObject))
const patches = fc.dictionary(names, value, { maxKeys: 4 }) as fc.Arbitrary<JsonObject>

/** The value at a path, or undefined where nothing stands. */
const at = (context: Json, path: readonly string[]): Json | undefined => {
  const [name, ...rest] = path
  if (name === undefined) return context
  if (!isJsonObject(context) || !Object.hasOwn(context, name)) return undefined
  const next = context[name]
  return next === undefined ? undefined : at(next, rest)
}

/** Every path down to what is no object with something in it. */
const leaves = (value: Json, path: readonly string[] = []): { path: readonly string[]; value: Json }[] =>
  isJsonObject(value) && Object.keys(value).length > 0
    ? Object.entries(value).flatMap(([name, below]) => leaves(below, [...path, name]))
    : [{ path, value }]

/** Does one path lead through the other? */
const meet = (one: readonly string[], other: readonly string[]): boolean =>
  one.every((name, index) => index >= other.length || other[index] === name)

test('what a patch says is so afterwards: values stand where it puts them, and what it nulls is gone', () => {
  fc.assert(
    fc.property(contexts, patches, (context, patch) => {
      const merged = mergeContext(context, patch)
      for (const { path, value } of leaves(patch)) {
        if (path.length === 0) continue
        if (value === null) assert.equal(at(merged, path), undefined)
        else if (isJsonObject(value)) assert.ok(isJsonObject(at(merged, path)))
        else assert.deepEqual(at(merged, path), value)
      }
    }),
  )
})

test('what a patch does not mention stays as it was', () => {
  fc.assert(
    fc.property(contexts, patches, (context, patch) => {
      const merged = mergeContext(context, patch)
      for (const { path, value } of leaves(context)) {
        if (leaves(patch).some((leaf) => meet(leaf.path, path))) continue
        assert.deepEqual(at(merged, path), value, path.join('.'))
      }
    }),
  )
})

test('nothing appears that neither the context nor the patch has', () => {
  fc.assert(
    fc.property(contexts, patches, (context, patch) => {
      for (const { path, value } of leaves(mergeContext(context, patch))) {
        if (path.length === 0 || isJsonObject(value)) continue
        const known = [at(context, path), at(patch, path)]
        assert.ok(
          known.some((one) => JSON.stringify(one) === JSON.stringify(value)),
          path.join('.'),
        )
      }
    }),
  )
})

test('the same patch sent twice changes nothing the second time', () => {
  fc.assert(
    fc.property(contexts, patches, (context, patch) => {
      const once = mergeContext(context, patch)
      assert.deepEqual(mergeContext(once, patch), once)
    }),
  )
})

test('merging leaves its inputs and every prototype alone', () => {
  fc.assert(
    fc.property(contexts, patches, (context, patch) => {
      const before = JSON.stringify([context, patch])
      const merged = mergeContext(context, patch)
      assert.equal(JSON.stringify([context, patch]), before)
      assert.equal(Object.getPrototypeOf(merged), Object.prototype)
      assert.deepEqual(Object.keys(Object.prototype), [])
    }),
  )
})

test('objects merge deeply, arrays and scalars replace, null deletes', () => {
  const table: [before: JsonObject, patch: JsonObject, after: JsonObject][] = [
    [{ a: { b: 1, c: 2 } }, { a: { c: 3 } }, { a: { b: 1, c: 3 } }],
    [{ a: [1, 2, 3] }, { a: [4] }, { a: [4] }],
    [{ a: { b: 1 } }, { a: 'text' }, { a: 'text' }],
    [{ a: 'text' }, { a: { b: 1 } }, { a: { b: 1 } }],
    [{ a: { b: 1, c: 2 } }, { a: { b: null } }, { a: { c: 2 } }],
    [{ a: 1, b: 2 }, { a: null }, { b: 2 }],
    [{}, { a: null }, {}],
    [{}, { a: { b: null } }, { a: {} }],
    [{ a: 1 }, { a: [null, { b: null }] }, { a: [null, { b: null }] }],
    [{ a: { b: 1 } }, { a: {} }, { a: { b: 1 } }],
    [{ a: 1 }, {}, { a: 1 }],
    [{ a: false, b: 0, c: '' }, { a: false }, { a: false, b: 0, c: '' }],
  ]
  for (const [before, patch, after] of table)
    assert.deepEqual(mergeContext(before, patch), after, JSON.stringify(patch))
})

const accepted = (outcome: ContextOutcome): JsonObject => {
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.problem)
  return outcome.context
}

const refused = (outcome: ContextOutcome): string => {
  assert.ok(!outcome.ok, 'was accepted')
  return outcome.problem
}

const keys = (count: number): JsonObject =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key_${index}`, index]))

/** A context of exactly so many bytes when serialized. */
const contextOfBytes = (bytes: number): JsonObject => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) })

test('a hundred top-level keys are kept, one more is refused, and so is one more later', () => {
  const full = accepted(updateContext({}, keys(100)))
  assert.match(refused(updateContext({}, keys(101))), /^context: .*101.*100/)
  assert.match(refused(updateContext(full, { one_more: 1 })), /^context: /)
  accepted(updateContext(full, { key_0: 'changed' }))
  accepted(updateContext(full, { key_0: null, one_more: 1 }))
})

test('32,768 bytes are kept and one more is refused, counted as they are sent, not in characters', () => {
  accepted(updateContext({}, contextOfBytes(32_768)))
  assert.match(refused(updateContext({}, contextOfBytes(32_769))), /^context: .*32769 bytes.*32768/)
  const cyrillic = { a: 'я'.repeat(16_381) }
  assert.match(refused(updateContext({}, cyrillic)), /^context: /)
  assert.match(refused(updateContext(contextOfBytes(32_768), { b: 1 })), /^context: /)
})

test('what is ours takes nothing of the limits: a full context can still be changed', () => {
  const ours = ownContext({ userId: 'u', externalSessionId: 'thread', channelUserId: 'c'.repeat(255) })
  for (const full of [keys(100), contextOfBytes(32_768)]) {
    const opened = mergeContext(accepted(updateContext({}, full)), ours)
    accepted(updateContext(opened, Object.fromEntries(Object.entries(full).slice(0, 1))))
    const withSystem = mergeContext(opened, { 'sys-channel': 'custom', 'sys-session': 's' })
    accepted(updateContext(withSystem, Object.fromEntries(Object.entries(full).slice(0, 1))))
  }
})

test('a key is 1 to 128 word characters and dashes, and does not begin with a dash', () => {
  for (const key of ['a', '_', '0', 'a-b', 'A_b-9', 'k'.repeat(128), 'constructor'])
    accepted(updateContext({}, { [key]: 1 }))
  for (const key of ['', '-a', 'a b', 'a.b', 'é', 'a\n', '$a', 'k'.repeat(129), 'a/b'])
    assert.match(
      refused(updateContext({}, { [key]: 1 })),
      /^context\.[^:]{0,128}: a key has 1 to 128 characters/,
    )
})

test('what is ours is read-only, and the refusal names the key', () => {
  const table: [patch: JsonObject, names: RegExp][] = [
    [{ 'sys-channel': 'x' }, /^context\.sys-channel: .*read-only/],
    [{ 'sys-made_up': 'x' }, /^context\.sys-made_up: .*read-only/],
    [{ 'sys-desk': null }, /^context\.sys-desk: .*read-only/],
    [{ channels: { custom: { external_session_id: 'x' } } }, /^context\.channels: /],
    [{ channels: null }, /^context\.channels: /],
    [{ user: { user_id: 'x' } }, /^context\.user\.user_id: is read-only/],
    [{ user: { user_id: null } }, /^context\.user\.user_id: is read-only/],
    [{ user: { custom_psid: 'x' } }, /^context\.user\.custom_psid: is read-only/],
    [{ user: null }, /^context\.user: /],
  ]
  for (const [patch, names] of table) assert.match(refused(updateContext({}, patch)), names)
})

test('the known keys have their types, and the refusal names the key', () => {
  const table: [patch: JsonObject, names: RegExp][] = [
    [{ user: 'Alice' }, /^context\.user: must be an object/],
    [{ user: [] }, /^context\.user: must be an object/],
    [{ global: 5 }, /^context\.global: must be an object/],
    [{ tags: 'vip' }, /^context\.tags: must be an array of strings/],
    [{ tags: ['vip', 5] }, /^context\.tags: must be an array of strings/],
    [{ tags: { 0: 'vip' } }, /^context\.tags: must be an array of strings/],
  ]
  for (const [patch, names] of table) assert.match(refused(updateContext({}, patch)), names)
  accepted(updateContext({}, { tags: [], global: {}, user: {} }))
  accepted(updateContext({ tags: ['vip'], global: {} }, { tags: null, global: null }))
})

test('a patch that is refused says so before it changes anything, wherever the bad key stands', () => {
  const before = { a: 1 }
  refused(updateContext(before, { a: 2, 'sys-channel': 'x' }))
  assert.deepEqual(before, { a: 1 })
})
