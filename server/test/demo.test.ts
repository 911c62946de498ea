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

test('a demo whose events somebody has sent elsewhere keeps its webhook at the next start', async () => {
  const options = { apiKey: 'dgm_a-key-of-another-demo', wanted: true }
  const demo = await createDemo(deps, options)
  const path = `/integrations/${demo?.integrationId}`
  const webhook = async () => (await operator.get(path)).body['webhook_url']
  await operator.patch(path, { webhook_url: `http://127.0.0.1:9/inbox/${demo?.integrationId}` })
  await createDemo(deps, options)
  assert.equal(await webhook(), `${dragoman.url}/inbox/${demo?.integrationId}`, 'the inbox has moved')
  await operator.patch(path, { webhook_url: 'https://example.com/hook' })
  await createDemo(deps, options)
  assert.equal(await webhook(), 'https://example.com/hook')
})
