#!/usr/bin/env node
import { runCommandLine } from './run-command-line.ts'

// As in the server: what is read from a text (a day, an hour) must not depend on where the machine stands.
process.env['TZ'] = 'UTC'

process.exitCode = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  folder: process.cwd(),
  fetch: globalThis.fetch,
  say: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
  isWatched: process.stderr.isTTY === true,
})
