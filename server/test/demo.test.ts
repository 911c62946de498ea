import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createDemo } from '../src/demo/create-demo.ts'
import { testDragoman } from './support/dragoman.ts'
import { operatorOf } from './support/operator.ts'

const dragoman = await testDragoman({ after }, { demo: false })
const operator = operatorOf(dragoman)
const { deps } = dragoman

test('a first start that is broken off leaves nothing that the next one does not finish', async () => {
  const options = { apiKey: 'dgm_a-key-of-the-demo', wanted: undefined }
  const brokenOff = { ...deps, trainIntents: () => Promise.reject(new Error('killed')) }
  await assert.rejects(createDemo(brokenOff, options), /killed/)
  const demo = await createDemo(deps, options)
  assert.ok(demo)
  assert.deepEqual(await createDemo(deps, options), demo)
  for (const list of ['/agents', '/environments', '/integrations'])
    assert.equal((await operator.all(list)).length, 1, list)
})
