import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import Schema from 'typebox/schema'
import { parse } from 'yaml'

/** docs/agent-document.schema.json, by which editors complete and check. */
const root = new URL('../../../../', import.meta.url)
const schema = JSON.parse(await readFile(new URL('docs/agent-document.schema.json', root), 'utf8'))
const validator = Schema.Compile(schema)
const fits = (yaml: string): boolean => validator.Check(parse(yaml))

test('the schema for editors takes a whole document, and each file of a directory', async () => {
  assert.ok(fits('{ agent: { name: Shop }, intents: [], workflows: [] }'))
  for (const file of [
    'agent.yaml',
    'intents/appointments.yaml',
    'workflows/appointments.yaml',
    'tests/appointments.yaml',
  ])
    assert.ok(fits(await readFile(new URL(`examples/agents/clinic/${file}`, root), 'utf8')), file)
})

const wrong: readonly (readonly [name: string, yaml: string])[] = [
  ['a misspelt key', 'agent: { name: Shop, langauge: en }'],
  ['a word that is no choice', 'webhooks: [{ id: a, url: "https://example.com", kind: actions }]'],
  ['a list without what each entry needs', 'intents: [{ intent: hello }]'],
  [
    'an action of no type',
    'workflows: [{ workflow_id: a, name: A, nodes: [{ node_id: n, name: N, type: event, actions: [{ texts: [a] }] }] }]',
  ],
  ['a limit that is passed', 'agent: { name: Shop, unknown_handover_after: 21 }'],
]
for (const [name, yaml] of wrong)
  test(`the schema for editors refuses ${name}`, () => {
    assert.equal(fits(yaml), false)
  })

test('the schema for editors says of every key of an agent what it means', () => {
  for (const [key, { description }] of Object.entries<{ description?: string }>(
    schema.$defs.agent.properties,
  ))
    assert.ok(description, key)
})
