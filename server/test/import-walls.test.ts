import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

/**
 * The walls of ARCHITECTURE.md: which folder of server/src may import which. `start.ts`, `main.ts`, `serve.ts` and
 * `commands` may import all. A file directly in server/src is its own name here.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  brain: ['domain'],
  store: ['domain'],
  outside: ['domain', 'deps.ts', 'sdk', 'brain (types)'],
  usecases: ['domain', 'brain', 'store', 'outside (types)', 'deps.ts', 'sdk'],
  http: ['domain', 'usecases', 'deps.ts', 'sdk', 'http'],
  workers: ['domain', 'brain', 'usecases', 'deps.ts', 'outside (types)'],
  demo: ['domain', 'brain', 'store', 'usecases', 'deps.ts'],
  'deps.ts': ['domain', 'brain', 'store (types)', 'outside (types)'],
  config: ['domain'],
  'config.ts': ['config', 'domain', 'outside', 'deps.ts', 'start.ts (types)'],
  'help.ts': ['config.ts'],
  'open-data-folder.ts': ['config', 'outside'],
  'welcome.ts': ['config.ts (types)', 'start.ts (types)'],
}

const mayNeverNeed: Readonly<Record<string, readonly RegExp[]>> = {
  domain: [/\bawait\s+\w/, /\bDate\.now\b/, /\bMath\.random\b/, /\bprocess\./, /\bsetTimeout\b/],
  brain: [/\bawait\s+\w/, /\bDate\.now\b/, /\bMath\.random\b/, /\bprocess\./, /\bsetTimeout\b/],
}

const source = fileURLToPath(new URL('../src/', import.meta.url))
const sdk = fileURLToPath(new URL('../../sdk/src/', import.meta.url))

const filesUnder = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))

const roomOf = (path: string): string => relative(source, path).split('/')[0] ?? ''

const importsOf = (text: string): { readonly target: string; readonly isType: boolean }[] =>
  [...text.matchAll(/^(?:import|export)\s+(type\s+)?[^'"]*?from\s+'([^']+)'/gms)].map((match) => ({
    target: match[2] ?? '',
    isType: match[1] !== undefined || /^\s*\{(?:\s*type\s+[\w\s]+,?)+\}\s*$/s.test(between(match[0])),
  }))

const between = (statement: string): string =>
  statement.replace(/^(?:import|export)/, '').replace(/from\s+'[^']+'$/s, '')

const breaches: string[] = []
for (const file of filesUnder(source)) {
  const room = roomOf(file)
  if (room === 'start.ts' || room === 'main.ts' || room === 'serve.ts' || room === 'commands') continue
  const text = readFileSync(file, 'utf8')
  for (const { target, isType } of importsOf(text)) {
    const to =
      target === '@dragoman/sdk'
        ? 'sdk'
        : target.startsWith('.')
          ? roomOf(resolve(dirname(file), target))
          : null
    if (to === null || (to === room && room !== 'usecases')) continue
    const allowed = mayImport[room] ?? []
    if (!allowed.includes(to) && !(isType && allowed.includes(`${to} (types)`)))
      breaches.push(`${relative(source, file)} imports ${isType ? 'types of ' : ''}${to}`)
  }
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  for (const pattern of mayNeverNeed[room] ?? [])
    if (pattern.test(code)) breaches.push(`${relative(source, file)} contains ${pattern.source}`)
}

test('every folder imports only what the walls allow', () => {
  assert.deepEqual(breaches, [])
})

test('no file needs itself to be loaded, by way of others', () => {
  const needs = new Map(
    filesUnder(source).map((file) => [
      file,
      importsOf(readFileSync(file, 'utf8'))
        .filter(({ target, isType }) => target.startsWith('.') && !isType)
        .map(({ target }) => resolve(dirname(file), target)),
    ]),
  )
  const loaded = new Set<string>()
  const circleFrom = (file: string, way: readonly string[]): readonly string[] => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
    if (loaded.has(file)) return []
    const circle = (needs.get(file) ?? []).map((needed) => circleFrom(needed, [...way, file]))
    loaded.add(file)
    return circle.find((found) => found.length > 0) ?? []
  }
  const circles = [...needs.keys()].map((file) => circleFrom(file, []).map((path) => relative(source, path)))
  assert.deepEqual(
    circles.filter((circle) => circle.length > 0),
    [],
  )
})

test('only config.ts reads the environment', () => {
  // Who sets something for a library that asks there reads nothing.
  const reading = /process\.env\b(?!\['\w+'\] = )/
  const readers = filesUnder(source).filter((file) => reading.test(readFileSync(file, 'utf8')))
  assert.deepEqual(
    readers
      .map((file) => relative(source, file))
      .filter((file) => file !== 'config.ts' && file !== 'serve.ts'),
    [],
  )
})

test('the sdk imports nothing of node and nothing of the server', () => {
  const targets = filesUnder(sdk).flatMap((file) =>
    importsOf(readFileSync(file, 'utf8')).map(({ target }) => target),
  )
  assert.deepEqual(
    targets.filter((target) => !target.startsWith('./')),
    [],
  )
})

test('the cli imports nothing of the server', () => {
  const cli = fileURLToPath(new URL('../../cli/src/', import.meta.url))
  const targets = filesUnder(cli).flatMap((file) =>
    importsOf(readFileSync(file, 'utf8')).map(({ target }) => target),
  )
  assert.deepEqual(
    targets.filter((target) => !/^(?:\.\/|\.\.\/package\.json$|node:|@dragoman\/sdk$)/.test(target)),
    [],
  )
})
