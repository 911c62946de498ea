import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { createEmbedder, type EmbeddingOutcome } from '../../src/outside/embedder.ts'

const lines: string[] = []
const log = {
  info: (_: object, what: string): void => void lines.push(what),
  warn: (_: object, what: string): void => void lines.push(what),
}
const embedder = createEmbedder({ log })
after(embedder.close)

const vectorsOf = (outcome: EmbeddingOutcome): readonly Int8Array[] => {
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error)
  return outcome.vectors
}

const cosine = (one: Int8Array | undefined, other: Int8Array | undefined): number => {
  assert.ok(one && other)
  const product = (a: Int8Array, b: Int8Array) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
  return product(one, other) / Math.sqrt(product(one, one) * product(other, other))
}

test('texts of like meaning lie nearer than texts of like words', async () => {
  const [asked, alike, other] = vectorsOf(
    await embedder.embed(['how much does it cost', 'what is the price', 'how much does it rain']),
  )
  assert.equal(asked?.length, 384)
  assert.ok(cosine(asked, alike) > 0.5)
  assert.ok(cosine(asked, alike) > cosine(asked, other))
})

test('a text has the same vector whatever stands beside it, today and tomorrow', async () => {
  const many = Array.from({ length: 40 }, (_, index) => `I have ${index} questions about my bill`)
  const together = vectorsOf(await embedder.embed([...many, many[3] ?? '']))
  const fresh = createEmbedder({ log })
  const [alone] = vectorsOf(await fresh.embed([many[3] ?? '']))
  await fresh.close()
  assert.equal(together.length, 41)
  assert.deepEqual(together[3], alone)
  assert.deepEqual(together[40], alone)
})

test('an empty list, an empty text and a very long text have their vectors too', async () => {
  assert.deepEqual(vectorsOf(await embedder.embed([])), [])
  assert.equal(vectorsOf(await embedder.embed(['', 'word '.repeat(10_000), '\u0000\ud800'])).length, 3)
})

test('progress ends at 1', async () => {
  const shares: number[] = []
  await embedder.embed(
    Array.from({ length: 20 }, (_, index) => `question ${index}`),
    (done) => shares.push(done),
  )
  assert.deepEqual(shares, [16 / 20, 1])
})

test('without the model there is a clear answer, each time, and one line in the log', async () => {
  lines.length = 0
  const missing = createEmbedder({
    log,
    files: { model: 'file:///nowhere/model.onnx', vocabulary: 'file:///nowhere/vocab.txt' },
  })
  const outcomes = [await missing.embed(['a']), await missing.embed(['b'])]
  await missing.close()
  for (const outcome of outcomes) assert.match(outcome.ok ? '' : outcome.error, /ENOENT.*vocab\.txt/)
  assert.equal(lines.filter((line) => line.includes('not available')).length, 1)
})

test('what was asked before closing is answered, and nothing is loaded after it', async () => {
  const closing = createEmbedder({ log })
  const asked = closing.embed(['hello'])
  await closing.close()
  assert.deepEqual(await asked, { ok: false, error: 'closed' })
  assert.deepEqual(await closing.embed(['again']), { ok: false, error: 'closed' })
})

test('the runtime of the model reports to nobody: not even the id it would do it under is made', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-test-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const home = join(folder, 'home')
  await mkdir(home)
  const script = join(folder, 'embed-once.mjs')
  await writeFile(
    script,
    `import { createEmbedder } from ${JSON.stringify(new URL('../../src/outside/embedder.ts', import.meta.url))}
    const embedder = createEmbedder({ log: { info() {}, warn() {} } })
    console.log((await embedder.embed(['hello'])).ok)
    await embedder.close()`,
  )
  const { XDG_CACHE_HOME: _, ...environment } = process.env
  const { stdout } = await promisify(execFile)(process.execPath, [script], {
    env: { ...environment, HOME: home },
  })
  assert.equal(stdout.trim(), 'true')
  assert.deepEqual(await readdir(home), [])
})
