import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from './support/database.ts'
import { testDragoman } from './support/dragoman.ts'

test('a process with another secret key does not start, and says which key it wants', async (t) => {
  const { url } = await testDatabase(t)
  await testDragoman(t, { databaseUrl: url })
  await assert.rejects(
    testDragoman(t, { databaseUrl: url, secretKey: Buffer.alloc(32, 8) }),
    /DRAGOMAN_SECRET_KEY .* is not the key/,
  )
})

test('two processes that start at once on one new database agree on one demo', async (t) => {
  const { url } = await testDatabase(t)
  const dataDir = `${process.cwd()}/node_modules/.cache/dragoman-test/start-${process.pid}`
  const [one, two] = await Promise.all([
    testDragoman(t, { databaseUrl: url, dataDir }),
    testDragoman(t, { databaseUrl: url, dataDir }),
  ])
  assert.deepEqual(one.demo, two.demo)
})
