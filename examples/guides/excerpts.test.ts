import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { AgentDocument } from '../../server/src/brain/document/document.ts'
import { documentErrors } from '../../server/src/brain/document/document-errors.ts'
import { schemaFaults } from '../../server/src/brain/document/schema-faults.ts'

/*
 * What the guides show of an agent has the right form, down to its templates and patterns. A block that begins with
 * the name of its file belongs to a whole agent, which is run elsewhere; the others are parts of a document or of a node.
 */
const folder = join(import.meta.dirname, '../../docs/guides')

const excerptsIn = (page: string): readonly string[] =>
  [...readFileSync(join(folder, page), 'utf8').matchAll(/^```yaml\n((?!# [\w/-]+\.yaml\n)[\s\S]*?)^```$/gm)]
    .map(([, text = '']) => text)
    .filter((text) => !text.startsWith('# yaml-language-server'))

const documentKeys = Object.keys(AgentDocument.properties)

/** A document around the part that is shown. */
const completed = (part: Record<string, unknown>): unknown => {
  const whole = { agent: { name: 'Guide' }, intents: [], workflows: [] }
  if (Object.keys(part).every((key) => documentKeys.includes(key))) return { ...whole, ...part }
  const node = { node_id: 'shown', name: 'Shown', type: 'event', ...part }
  return { ...whole, workflows: [{ workflow_id: 'shown', name: 'Shown', nodes: [node] }] }
}

/** Names that an excerpt leaves out are no fault of it. */
const ofItsOwn = /template|cannot be used|cannot be read|together|is else|no http/

const faultsOf = (excerpt: string): readonly unknown[] => {
  const document = completed(parse(excerpt)) as AgentDocument
  const faults = schemaFaults(AgentDocument, document, '')
  return faults.length > 0 ? faults : documentErrors(document).filter(({ message }) => ofItsOwn.test(message))
}

for (const page of readdirSync(folder)) {
  const excerpts = excerptsIn(page)
  if (excerpts.length === 0) continue
  test(`what docs/guides/${page} shows of an agent has the right form`, () => {
    for (const excerpt of excerpts) assert.deepEqual(faultsOf(excerpt), [], excerpt)
  })
}
