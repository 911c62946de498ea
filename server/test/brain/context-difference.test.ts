import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { contextDifference } from '../../src/brain/context-difference.ts'
import { mergeContext } from '../../src/domain/context.ts'
import type { JsonObject } from '../../src/domain/json.ts'

/** Contexts hold no null: as a patch it means deletion. */
const contexts = fc.letrec<{ context: JsonObject; value: JsonObject[string] }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.string(),
    fc.boolean(),
    fc.array(fc.integer()),
    tie('context'),
  ),
  context: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('value'), {
    noNullPrototype: true,
  }),
})).context

test('the difference of two contexts, merged into the first, gives the second', () => {
  fc.assert(
    fc.property(contexts, contexts, (before, after) => {
      assert.deepEqual(mergeContext(before, contextDifference(before, after) ?? {}), after)
    }),
  )
})

test('contexts that are alike have no difference', () => {
  fc.assert(
    fc.property(contexts, (context) => {
      assert.equal(contextDifference(context, structuredClone(context)), undefined)
    }),
  )
})
