import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpointInHand, isStuck } from '../../src/workers/endpoint-in-hand.ts'

test('an endpoint is stuck when nothing is sent to it, or when it holds all it may have and has long been silent', () => {
  const cap = 2
  const full = { ...endpointInHand('one', cap), sending: cap, heardAt: 5_000 }
  assert.equal(isStuck(endpointInHand('one', cap), 9_000_000), false)
  assert.equal(isStuck(full, 6_000), false)
  assert.equal(isStuck(full, 6_001), true)
  assert.equal(isStuck({ ...full, sending: cap - 1 }, 6_001), false)
  assert.equal(isStuck({ ...full, heardAt: 5_001 }, 6_001), false)
  for (const circuit of ['open', 'paused'] as const)
    assert.equal(isStuck({ ...endpointInHand('one', cap), circuit }, 0), true)
})
