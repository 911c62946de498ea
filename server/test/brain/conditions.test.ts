import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { DocumentRule } from '../../src/brain/document/document.ts'
import { comparisonOperators } from '../../src/brain/document/workflow-part.ts'
import type { Json } from '../../src/domain/json.ts'
import { conversation, textsOf } from './conversation.ts'
import { intentNode, says, smallDocument } from './small-document.ts'

/** Does the rule hold in this context? Asked of a whole turn, as a document would. */
const holds = (rule: DocumentRule, context: { readonly [key: string]: Json }): boolean => {
  const document = smallDocument({
    nodes: [
      {
        ...intentNode('check', []),
        conditions: [
          { match: 'all', rules: [rule], actions: [says('yes')] },
          { match: 'else', actions: [says('no')] },
        ],
      },
    ],
    intents: [{ intent: 'check', examples: ['check it now'] }],
  })
  return textsOf(conversation(document, { context })('check it now'))[0] === 'yes'
}

const table: readonly (readonly [
  operator: DocumentRule['operator'],
  found: Json | undefined,
  value: Json,
  boolean,
])[] = [
  ['equal', 'Gold', ' gold ', true],
  ['equal', '3', 3, true],
  ['equal', '3.0', 3, true],
  ['equal', true, 'true', true],
  ['equal', undefined, 'x', false],
  ['not_equal', undefined, 'x', true],
  ['greater', '10', 9, true],
  ['greater', '10', '9', true],
  ['greater', 'abc', 9, false],
  ['less', '2026-03-04', '2026-12-01', true],
  ['greater_or_equal', 5, 5, true],
  ['less_or_equal', 6, 5, false],
  ['contains', 'Hello World', 'world', true],
  ['contains', ['a', 'b'], 'B', true],
  ['contains', ['ab'], 'a', false],
  ['not_contains', undefined, 'a', true],
  ['starts_with', 'Berlin', 'BER', true],
  ['ends_with', 'Berlin', 'lin', true],
  ['in', 'red', ['blue', 'Red'], true],
  ['in', ['x', 'red'], ['red'], true],
  ['not_in', 'green', ['blue', 'red'], true],
  ['matches', 'AB-123', '^[A-Z]{2}-\\d+$', true],
  ['matches', 'ab', '^[A-Z]{2}$', false],
]

test('every operator compares as its guide says', () => {
  for (const [operator, found, value, expected] of table) {
    const rule = { operator, name: 'x', value } as DocumentRule
    assert.equal(
      holds(rule, found === undefined ? {} : { x: found }),
      expected,
      JSON.stringify([operator, found, value]),
    )
  }
  assert.equal(holds({ operator: 'exists', name: 'x.y' }, { x: { y: 0 } }), true)
  assert.equal(holds({ operator: 'exists', name: 'x.y' }, { x: { y: '' } }), false)
  assert.equal(holds({ operator: 'not_exists', name: 'x.y' }, {}), true)
  assert.equal(holds({ operator: 'equal', name: 'x', value: '{{$y}}' }, { x: 'a', y: 'a' }), true)
  // Nobody can judge a guideline without a language model: it does not hold.
  assert.equal(holds({ operator: 'guideline', value: 'the user is angry' }, {}), false)
})

const opposites = [
  ['equal', 'not_equal'],
  ['contains', 'not_contains'],
  ['in', 'not_in'],
] as const

test('an operator and its opposite never agree, whatever is compared', () => {
  const values = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.string(), { maxLength: 3 }),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...opposites),
      values,
      fc.string({ maxLength: 20 }),
      ([one, other], found, wanted) => {
        const value = one === 'in' ? [wanted] : wanted
        if (wanted.includes('{')) return
        const context = found === null ? {} : { x: found }
        assert.notEqual(
          holds({ operator: one, name: 'x', value }, context),
          holds({ operator: other, name: 'x', value }, context),
        )
      },
    ),
    { numRuns: 60 },
  )
})

test('the list of operators is the one that is tested here', () => {
  const tested = new Set([...table.map(([operator]) => operator), 'exists', 'not_exists', 'guideline'])
  assert.deepEqual([...tested].sort(), [...comparisonOperators].sort())
})
