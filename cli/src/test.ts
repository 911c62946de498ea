import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Command } from './command.ts'
import { exitCodes } from './command.ts'

/** The server's own command, so that a test is trained, checked and run by the very code that answers users. */
export const test: Command = {
  summary: 'run the conversation tests of a directory; needs no server',
  usage: `Usage: dragoman test DIRECTORY [options]

Runs the conversation tests of an agent: a directory with agent.yaml, or one JSON or YAML file. Needs no server, no
database and no network: webhooks and models answer as the tests say.

  --only NAME    only tests whose name contains NAME
  --json         the report as JSON

Ends with 0 when all tests passed, 1 when one failed, 2 when the agent cannot be tested.
`,
  run: (args) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [entry, ...args], { stdio: 'inherit' })
      child.on('error', reject)
      child.on('exit', (code) => resolve(code ?? exitCodes.unusable))
    }),
}

const entry = fileURLToPath(new URL('../../server/src/commands/test-agent.ts', import.meta.url))
