import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { apiOf } from '../support/api.ts'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { assertRefused, operatorOf } from '../support/operator.ts'

const manyMax = 400

test('a key that asks too often is refused with Retry-After, another key and the operator are not', async () => {
  const dragoman = await testDragoman({ after }, { demo: false, limits: { requestsPerSecond: 5 } })
  const { api, integrationId } = await addCustomer({ after }, dragoman)
  const answers = await Promise.all(Array.from({ length: 40 }, () => api.post('/sessions', {})))
  const refused = answers.filter((answer) => answer.status !== 201)
  assert.ok(refused.length > 0)
  for (const answer of refused) {
    assertRefused(answer, 429, 'rate-limited', /at most 5 a second/)
    assert.equal(answer.headers.get('retry-after'), '1')
  }
  assert.ok(answers.length > refused.length)
  const operator = operatorOf(dragoman)
  const made = await operator.post(`/integrations/${integrationId}/keys`)
  const other = apiOf(dragoman.url, { integrationId, key: String(made.body['api_key']) })
  assert.equal((await other.post('/sessions', {})).status, 201)
  assert.equal((await operator.get('/integrations')).status, 200)
})

test('without a limit nobody is refused for asking often', async () => {
  const dragoman = await testDragoman({ after }, { demo: false })
  const { api } = await addCustomer({ after }, dragoman)
  const answers = await Promise.all(Array.from({ length: manyMax }, () => api.post('/sessions', {})))
  assert.ok(answers.every((answer) => answer.status === 201))
})
