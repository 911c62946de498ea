import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import { answerErrors } from '../../src/http/wire/errors.ts'

test('why requests get a 503 is logged, and once a second however many there are', async () => {
  const warnings: object[] = []
  let now = 0
  const silent = () => undefined
  const app = Fastify()
  answerErrors(app, {
    log: { debug: silent, info: silent, error: silent, warn: (line) => void warnings.push(line) },
    clock: { now: () => now },
    isUnavailable: () => true,
    isOutcomeUnknown: () => false,
  })
  app.get('/', async () => {
    throw new Error('No space left on device')
  })
  for (const moment of [5_000, 5_001, 5_999]) {
    now = moment
    assert.equal((await app.inject('/')).statusCode, 503)
  }
  assert.deepEqual(
    warnings.map((line) => ('error' in line ? line.error : undefined)),
    ['Error: No space left on device'],
  )
  now = 6_000
  await app.inject('/')
  assert.equal(warnings.length, 2)
})
