import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCheckedFetch } from '../../src/outside/checked-fetch.ts'

test('a password in the address of a model or a tool is refused, and not repeated in the error', async (t) => {
  const checked = createCheckedFetch({ allowPrivate: true, answerBytesMax: 1_000 })
  t.after(checked.close)
  await assert.rejects(checked.fetch('http://user:sesame@127.0.0.1:9/'), (error: Error) => {
    assert.equal(error.message, 'the URL must not carry a user name or password')
    return true
  })
})
