import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { readConfig, variables } from '../src/config.ts'
import { welcome } from '../src/welcome.ts'
import { testDragoman } from './support/dragoman.ts'

test('all that stands below the first curl of the start can be pasted at once, headings too', async () => {
  const dragoman = await testDragoman({ after })
  const outcome = readConfig({}, [])
  assert.ok(outcome.ok)
  const printed = welcome(dragoman, outcome.config)
  const pasted = printed.slice(printed.indexOf('# 1. '))
  const { stdout } = await promisify(execFile)('bash', ['-c', pasted.replace('/dev/stderr', '/dev/null')])
  const { items } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  assert.deepEqual(
    items.map((item: { verified: boolean; event: { event_type: string } }) => [
      item.verified,
      item.event.event_type,
    ]),
    [[true, 'message:brain_send']],
  )
  for (const heading of pasted.match(/^#.*/gm) ?? []) assert.doesNotMatch(heading, /['"`()*?[\]$&|<>\\]/)
})

test('who asks for help is told each variable and nothing is started', async () => {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--help'])
  for (const { name } of Object.values(variables)) assert.match(stdout, new RegExp(`^  ${name} `, 'm'))
  assert.match(stdout, /--json/)
})
