import { parseArgs } from 'node:util'
import { runAgentTests } from './run-agent-tests.ts'

/**
 * `dragoman test`: an agent's conversation tests, with no server and no database. Ends with 0 when all passed, 1 when
 * one failed, 2 when there is nothing that could be tested.
 */
const usage = `Usage: dragoman test DIRECTORY [options]

Runs the conversation tests of an agent (a directory with agent.yaml, or one JSON or YAML file).
Needs no server, no database and no network: webhooks and models answer as the tests say.

Options:
  --only NAME   only tests whose name contains NAME
  --json        the report as JSON
  --help        this text

Ends with 0 when all tests passed, 1 when one failed, 2 when the agent cannot be tested.
`

const main = async (): Promise<number> => {
  const args = readArguments()
  if (typeof args === 'string') {
    process.stderr.write(`${args}\n\n${usage}`)
    return 2
  }
  if (args.help) {
    process.stdout.write(usage)
    return 0
  }
  const outcome = await runAgentTests(args.path, {
    ...(args.only === undefined ? {} : { only: args.only }),
    onProgress: (line) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`)
    },
  })
  if (!outcome.ok) {
    if (args.json) process.stdout.write(`${JSON.stringify({ passed: false, faults: outcome.faults })}\n`)
    else process.stderr.write(outcome.text)
    return 2
  }
  process.stdout.write(args.json ? `${JSON.stringify(outcome.report)}\n` : outcome.text)
  return outcome.report.passed ? 0 : 1
}

const readArguments = () => {
  try {
    const { values, positionals } = parseArgs({
      options: { only: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    })
    const [path, ...others] = positionals
    if (values.help) return { help: true, path: '', json: false, only: undefined }
    if (path === undefined) return 'Name the directory of the agent.'
    if (others.length > 0) return `One directory at a time: what is ${others.join(' ')}?`
    return { help: false, path, json: values.json === true, only: values.only }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

process.exitCode = await main()
