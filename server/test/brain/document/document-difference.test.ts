import assert from 'node:assert/strict'
import { test } from 'node:test'
import { documentDifference } from '../../../src/brain/document/document-difference.ts'
import type { Json } from '../../../src/domain/json.ts'

const before = {
  agent: { name: 'Shop' },
  intents: [
    { intent: 'plans', examples: ['a', 'b'] },
    { intent: 'bye', examples: ['c'] },
  ],
  workflows: [{ workflow_id: 'main', nodes: [{ node_id: 'x', actions: [{ type: 'text', texts: ['Hi'] }] }] }],
}

const linesOf = (after: Json): string[] =>
  documentDifference(before, after).map(({ path, change, before: was, after: is }) =>
    [change, path, ...[was, is].filter((one) => one !== undefined).map((one) => JSON.stringify(one))].join(
      ' ',
    ),
  )

test('a document is not otherwise than itself', () => {
  assert.deepEqual(linesOf(structuredClone(before)), [])
})

test('an entry that only moved is no change', () => {
  assert.deepEqual(linesOf({ ...before, intents: before.intents.toReversed() }), [])
})

test('changes are named by what they are in, phrases by themselves', () => {
  const after = {
    agent: { name: 'Store', language: 'el' },
    intents: [
      { intent: 'hello', examples: ['hi'] },
      { intent: 'plans', examples: ['new', 'b'] },
    ],
    workflows: [
      {
        workflow_id: 'main',
        nodes: [{ node_id: 'x', actions: [{ type: 'close' }, { type: 'tag', tag: 'y' }] }],
      },
    ],
  }
  assert.deepEqual(linesOf(after), [
    'changed agent.name "Shop" "Store"',
    'added agent.language "el"',
    'removed intents[plans].examples "a"',
    'added intents[plans].examples "new"',
    'removed intents[bye] {"intent":"bye","examples":["c"]}',
    'added intents[hello] {"intent":"hello","examples":["hi"]}',
    'changed workflows[main].nodes[x].actions[0].type "text" "close"',
    'removed workflows[main].nodes[x].actions[0].texts ["Hi"]',
    'added workflows[main].nodes[x].actions[1] {"type":"tag","tag":"y"}',
  ])
})
