import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'

const root = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'dragoman-sdk-'))
const dist = join(folder, 'dist')
const options = {
  target: 'es2022',
  module: 'nodenext',
  strict: true,
  noEmit: true,
  lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable'],
  paths: { '@dragoman/sdk': ['./dist/index.d.ts'] },
}

/** What the compiler says of programs in a project of somebody who installed the package. */
const complaints = (sources: readonly string[], compilerOptions: object): string => {
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  const files = sources.map((_, index) => `program${index}.ts`)
  for (const [index, file] of files.entries()) writeFileSync(join(folder, file), sources[index] ?? '')
  const project = { compilerOptions: { ...options, ...compilerOptions }, files }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project))
  return spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--project', folder], {
    encoding: 'utf8',
  }).stdout
}

before(() => {
  execFileSync(process.execPath, [join(root, 'sdk/scripts/build.ts'), dist])
})
after(() => rmSync(folder, { recursive: true }))

test('the published package has JavaScript and declarations, and depends on nothing', () => {
  const manifest: unknown = JSON.parse(readFileSync(join(dist, 'package.json'), 'utf8'))
  assert.ok(typeof manifest === 'object' && manifest !== null && 'exports' in manifest)
  assert.deepEqual(manifest.exports, { '.': { types: './index.d.ts', default: './index.js' } })
  for (const field of ['private', 'scripts', 'dependencies']) assert.ok(!(field in manifest), field)
  for (const file of ['index.js', 'index.d.ts', 'README.md', 'LICENSE']) readFileSync(join(dist, file))
})

test('the published JavaScript signs and verifies', () => {
  const program = `
    import { verify, webhookHeaders } from ${JSON.stringify(pathToFileURL(join(dist, 'index.js')).href)}
    const rawBody = '{"event_type":"session:closed","session_id":"s"}'
    const timestampSeconds = Math.floor(Date.now() / 1000)
    const headers = await webhookHeaders({ secrets: ['x'], eventId: 'e', timestampSeconds, rawBody })
    process.stdout.write((await verify(rawBody, headers, 'x')).session_id)`
  const flags = ['--no-experimental-strip-types', '--input-type=module', '--eval', program]
  assert.equal(execFileSync(process.execPath, flags, { encoding: 'utf8' }), 's')
})

const program = `
import { createReceiver, type AgentResponse, type Context } from '@dragoman/sdk'
export const context: Context = { user: { email: 'a@example.com' }, plan: 'pro', tags: ['vip'] }
export const receiver = createReceiver({ secret: 'x', onError: () => {} })
  .on('message:brain_send', (event) => { const responses: readonly AgentResponse[] = event.output.responses; return responses })
  .on('session:expired', (event) => event.expired_at.toFixed())
`

test('its types hold without the types of Node, under the strictest settings and under loose ones', () => {
  const strictest = { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true }
  assert.equal(complaints([program], { types: [], ...strictest }), '')
  assert.equal(complaints([program], { types: [], moduleResolution: 'bundler', module: 'esnext' }), '')
})

test('its types tell a mistake', () => {
  assert.match(
    complaints([program.replace('session:expired', 'session:closed')], { types: [] }),
    /expired_at/,
  )
  assert.match(
    complaints([program.replace('session:expired', 'session:over')], { types: [] }),
    /session:over/,
  )
})

test('what the README shows compiles as it stands', () => {
  const readme = readFileSync(join(root, 'sdk/README.md'), 'utf8')
  const snippets = [...readme.matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1] ?? '')
  assert.ok(snippets.length >= 4)
  assert.equal(complaints(snippets, { types: ['node'], typeRoots: [join(root, 'node_modules/@types')] }), '')
})
