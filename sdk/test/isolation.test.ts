import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const source = new URL('../src/', import.meta.url)

test('the sdk imports nothing but itself: no node: module, no package', () => {
  for (const file of readdirSync(source)) {
    const text = readFileSync(new URL(file, source), 'utf8')
    const imported = [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(
      (match) => match[1] ?? '',
    )
    for (const specifier of imported) assert.match(specifier, /^\.\/[a-z-]+\.ts$/, `${file}: ${specifier}`)
  }
})

test('the sdk has no dependency', () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  assert.ok(typeof manifest === 'object' && manifest !== null)
  for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies']) {
    assert.ok(!(field in manifest), field)
  }
})
