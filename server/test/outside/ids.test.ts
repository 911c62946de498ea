import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../src/outside/ids.ts'

test('ids are UUIDs of version 7 that begin with the time they were made, and none comes twice', () => {
  const madeAt = Date.now()
  const ids = Array.from({ length: 20_000 }, newId)
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ids) {
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.ok(Math.abs(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) - madeAt) < 3_600_000)
  }
})
