import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { validateDocument } from '../../../src/brain/document/document-validation.ts'

const guide = readFileSync(
  fileURLToPath(new URL('../../../../docs/guides/models-and-tools.md', import.meta.url)),
  'utf8',
)

test('what the guide to models and tools shows is a valid document', () => {
  const parts = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']): object => parse(yaml))
  assert.equal(parts.length, 3)
  const document: unknown = Object.assign({ agent: { name: 'Ida' }, intents: [], workflows: [] }, ...parts)
  const outcome = validateDocument(document)
  assert.ok(outcome.ok, JSON.stringify(outcome))
})
