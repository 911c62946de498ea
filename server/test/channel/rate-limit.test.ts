import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'

test('an operator who limits requests gets 429 with Retry-After for one key too busy, and nothing for another', async () => {
  const dragoman = await testDragoman({ after }, { demo: false, limits: { requestsPerSecond: 5 } })
  const [busy, quiet] = [await addCustomer({ after }, dragoman), await addCustomer({ after }, dragoman)]
  const answers = await Promise.all(Array.from({ length: 40 }, () => busy.api.post('/sessions', {})))
  const refused = answers.filter(({ status }) => status !== 201)
  assert.ok(refused.length > 0)
  for (const answer of refused) {
    assert.deepEqual(Object.keys(answer.body), ['error_code', 'error_message'], answer.text)
    assert.deepEqual([answer.status, answer.body['error_code']], [429, 'rate-limited'])
    assert.match(String(answer.body['error_message']), /at most \d+ a second; wait for Retry-After$/)
    assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
    assert.match(answer.headers.get('x-request-id') ?? '', /^[\da-f-]{36}$/)
  }
  assert.equal((await quiet.api.post('/sessions', {})).status, 201)
})

test('without a limit nobody is refused', async () => {
  const dragoman = await testDragoman({ after }, { demo: false })
  const { api } = await addCustomer({ after }, dragoman)
  const answers = await Promise.all(Array.from({ length: 100 }, () => api.post('/sessions', {})))
  assert.ok(answers.every(({ status }) => status === 201))
})
