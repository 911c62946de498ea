import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

/** Documentation goes stale where it names what has moved: links, files, scripts, tests. These are looked up. */
const root = join(import.meta.dirname, '../..')
const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).split('\n')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const pages = tracked.filter((path) => path.endsWith('.md')).map((path) => ({ path, text: read(path) }))

const missing = (pattern: RegExp, exists: (found: string, page: string) => boolean): string[] =>
  pages.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)]
      .map((match) => match[1] ?? '')
      .filter((found) => !exists(found, path))
      .map((found) => `${path}: ${found}`),
  )

test('every link of the documentation to a file leads to one', () => {
  const exists = (target: string, page: string): boolean => existsSync(join(root, dirname(page), target))
  assert.deepEqual(missing(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g, exists), [])
})

test('every file that the documentation names is there', () => {
  const exists = (path: string): boolean => existsSync(join(root, path))
  assert.deepEqual(missing(/`((?:server|sdk|bench|examples|docs)\/[\w./-]+)`/g, exists), [])
})

test('every script that the documentation names can be run', () => {
  const scripts = /"scripts": \{([^}]*)\}/.exec(read('package.json'))?.[1] ?? ''
  const exists = (name: string): boolean => name === 'build' || scripts.includes(`"${name}":`)
  assert.deepEqual(missing(/npm run (?:--silent )?([\w:]+)/g, exists), [])
})

test('every test that ARCHITECTURE.md names exists', () => {
  const tests = tracked.filter((path) => path.endsWith('.test.ts')).map(read)
  const rows = read('ARCHITECTURE.md')
    .split('\n')
    .filter((line) => /^\| \d+ \|/.test(line))
  const names = rows.flatMap((row) => [...row.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? ''))
  const parts = (name: string): string[] => name.split('…').map((part) => part.trim())
  assert.ok(names.length > 0)
  assert.deepEqual(
    names.filter((name) => !tests.some((text) => parts(name).every((part) => text.includes(part)))),
    [],
  )
})
